"""Which configured step an operator's mail goes out by."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from b24sync.cli.entities import did_you_mean
from b24sync.cli.session import interactive
from b24sync.errors import UsageError
from b24sync.words import operate as words

if TYPE_CHECKING:
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.settings import Settings


def chosen(settings: Settings, step: str, rule: str | None) -> dict[str, Any] | None:
    """Rule and position of the step; ``None`` if no rule has one, so that the built-in mail goes out.

    Args:
        settings: The configuration.
        step: ``send_invoice`` or ``send_reminder``.
        rule: The rule that was named.

    Raises:
        UsageError: The rule has no such step; or several have and nobody says which is meant.
    """
    rules = [one for one in settings.rules if any(each.name == step for each in one.steps)]
    if rule is not None:
        found = [one for one in rules if one.name == rule]
        if not found:
            raise UsageError(
                words.NO_MAIL_RULE(name=rule, step=step),
                remedy=did_you_mean(rule, [one.name for one in rules]),
            )
        return _place(found[0], step)
    if not rules:
        return None
    if len({_step(one, step) for one in rules}) == 1:
        return _place(rules[0], step)
    return _place(_asked(rules, step), step)


def _asked(rules: Sequence[RuleSettings], step: str) -> RuleSettings:
    names = ", ".join(one.name for one in rules)
    if not interactive():
        raise UsageError(words.SEVERAL_RULES(step=step), remedy=words.SAY_RULE(names=names))
    sys.stdout.write(words.WHICH_RULE(names=names))
    sys.stdout.flush()
    said = sys.stdin.readline().strip()
    found = [one for one in rules if one.name == said]
    if not found:
        raise UsageError(words.NO_MAIL_RULE(name=said, step=step), remedy=words.SAY_RULE(names=names))
    return found[0]


def _step(rule: RuleSettings, step: str) -> str:
    """The step as text; equal for steps that are configured alike."""
    return repr(next(one for one in rule.steps if one.name == step))


def _place(rule: RuleSettings, step: str) -> dict[str, Any]:
    """The first such step of a rule: further ones are copies of it for others."""
    position = next(number for number, one in enumerate(rule.steps) if one.name == step)
    return {"rule": rule.name, "position": position}
