"""Two replays of one history summed up against each other, rule by rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from b24sync.domain.settings import Settings
    from b24sync.engine.history_replay import Would
    from b24sync.engine.rehearsal.past_actions import Came, PastActions


_PLANNED = ("pending", "held")


@dataclass(slots=True)
class Sums:
    """What one rule came to.

    Attributes:
        firings: Events that fired it.
        actions: Actions that would have run; ``held`` of them are stopped by a valve.
        mails: Mails that would have gone out; ``notices``: likewise.
        recipients: Everybody reached by either.
        money: Currency → ``expected``, ``earned`` (commissions), ``invoiced``.
    """

    firings: int = 0
    actions: int = 0
    held: int = 0
    mails: int = 0
    notices: int = 0
    recipients: set[str] = field(default_factory=set)
    money: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    def add(self, came: Came, *, mail: bool, notice: bool) -> None:
        """Count one action."""
        reached = came.state == "done" and came.recipients
        self.mails += bool(mail and reached)
        self.notices += bool(notice and reached)
        if reached:
            self.recipients.update(came.recipients)
        for currency, sums in came.money.items():
            own = self.money.setdefault(currency, {})
            for what, amount in sums.items():
                own[what] = own.get(what, Decimal(0)) + Decimal(amount)

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        money = {
            currency: {what: f"{amount:f}" for what, amount in sorted(sums.items())}
            for currency, sums in sorted(self.money.items())
        }
        return {
            "firings": self.firings,
            "actions": self.actions,
            "held": self.held,
            "mails": self.mails,
            "notices": self.notices,
            "recipients": sorted(self.recipients),
            "money": money,
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """One rule, by the old and the new configuration; ``None``: it is not in there."""

    rule: str
    old: Sums | None
    new: Sums | None

    def changed(self) -> bool:
        """Whether anything differs."""
        return (self.old and self.old.shown()) != (self.new and self.new.shown())


def sums_of(settings: Settings, actions: Iterable[Would], past: PastActions) -> dict[str, Sums]:
    """What every rule of a configuration came to, in their order."""
    found = {rule.name: Sums() for rule in settings.rules}
    fired: set[tuple[str, int]] = set()
    for would in actions:
        sums, action = found[would.action.rule], would.action
        if (action.rule, would.event.id) not in fired:
            fired.add((action.rule, would.event.id))
            sums.firings += 1
        if action.state not in _PLANNED:
            continue
        sums.actions += 1
        sums.held += action.state == "held"
        step = next(rule for rule in settings.rules if rule.name == action.rule).steps[action.position]
        sums.add(past.came(would), mail=step.sends == "mail", notice=step.sends == "notice")
    return found


def compared(old: dict[str, Sums], new: dict[str, Sums]) -> Sequence[Compared]:
    """Rule by rule: those of the old configuration in their order, then those that are new."""
    return [Compared(name, old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])]
