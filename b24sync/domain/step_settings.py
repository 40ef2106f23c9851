"""What every step says of itself: its options, its own checks, and what it uses of the portal.

A step's class is its TOML table. Everything that the configuration, the planning and ``doctor`` must know of
it is said by the class, so that a new step is one file, one line in `b24sync.steps.registry` and a test
(architecture.md, "A new step").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from b24sync.words import Both, Message

if TYPE_CHECKING:
    from datetime import tzinfo
    from decimal import Decimal

    from b24sync.domain.settings import Settings


@dataclass(frozen=True, slots=True)
class StepProblem:
    """One thing that is wrong with a step's options.

    Attributes:
        path: Where, from the step's table on.
        message: What was found, and in brackets what to write, in both languages.
    """

    path: tuple[str | int, ...]
    message: Both


@dataclass(frozen=True, slots=True)
class StepPlace:
    """Where a step stands.

    Attributes:
        settings: The whole configuration.
        kinds: Kinds of the events that fire its rule.
        names: What texts of the step may name, besides its own names.
        reserved: Names that a step may not give to anything of its own.
    """

    settings: Settings
    kinds: tuple[str, ...]
    names: frozenset[str]
    reserved: frozenset[str]


@dataclass(frozen=True, slots=True)
class ScopeNeed:
    """A scope of the webhook that a step needs.

    Attributes:
        scopes: Any of these will do; the first is the one to add.
        methods: The REST methods that are used by it.
        why: What for, in front of the rules' names; empty: the rules alone.
    """

    scopes: tuple[str, ...]
    methods: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class FieldUse:
    """One field that is read or written.

    Attributes:
        where: The place in the configuration; in what a step says: from the step on.
        owner: A kind, or where a look-up's rows come from (``list:37``, ``item:1046``).
        code: The portal's code, as written.
        purpose: ``read``, ``person`` (it must hold a user id) or ``write``.
        value: What is written, if it is written out.
        or_owner: Another kind that may have the field instead.
    """

    where: str
    owner: str
    code: str
    purpose: str = "read"
    value: Any = None
    or_owner: str = ""


@dataclass(frozen=True, slots=True)
class StageUse:
    """A stage id or status name of a kind, as written somewhere.

    Attributes:
        funnel: The funnel that it must be of; ``None``: any.
    """

    where: str
    kind: str
    text: str
    funnel: int | None = None


@dataclass(frozen=True, slots=True)
class SourceUse:
    """A list or smart process whose rows are looked up: ``list:37``, ``item:1046``."""

    where: str
    source: str


@dataclass(frozen=True, slots=True)
class SectionUse:
    """Sections of the product catalogue are gone by; ``ids``: those that are written out."""

    where: str
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """A document template, by id or name."""

    where: str
    template: int | str


@dataclass(frozen=True, slots=True)
class SecretCopyUse:
    """Recipients whom the others must not see."""

    where: str


PortalUse: TypeAlias = FieldUse | StageUse | SourceUse | SectionUse | TemplateUse | SecretCopyUse


@dataclass(frozen=True, slots=True)
class StepSettings:
    """The options of one step; every class of ``b24sync.steps`` is one.

    Attributes:
        name: Its ``use``.
        called: What people call it.
        examples: Rules that use it, from ``on`` on, with the sections that it needs; ``docs steps`` shows
            them, and tests load them, run them, and kill polls that do them.
        reasons: Its own reasons of ``Skipped``, in words; those that several steps have are in
            `b24sync.words.vocabulary`.
        sends: Whether it reaches people: by mail, by notice, or not (contract.md §5 ``max_event_age``, G11).
            What reaches people takes a department as all its members, other steps as its head.
        moves_money: Whether it books or makes sums, which a replay of the past counts.
        makes_tasks: Whether ``invoice.tasks_completed`` must wait for it.
        finds_people: Whether it looks up a person even where its options name none.
        kinds: The kinds on whose events it can work; empty: all.
        section: The section of the configuration that it cannot do without; empty: none.
        scopes: What the webhook must be allowed for it.
    """

    name: ClassVar[str] = ""
    called: ClassVar[Message]
    examples: ClassVar[tuple[str, ...]] = ()
    reasons: ClassVar[Mapping[str, Message]] = {}
    sends: ClassVar[Literal["mail", "notice", ""]] = ""
    moves_money: ClassVar[bool] = False
    makes_tasks: ClassVar[bool] = False
    finds_people: ClassVar[bool] = False
    kinds: ClassVar[tuple[str, ...]] = ()
    section: ClassVar[Literal["mail", "commission", ""]] = ""
    scopes: ClassVar[tuple[ScopeNeed, ...]] = ()

    @classmethod
    def brief(cls, told: Mapping[str, Any], tz: tzinfo) -> str | None:
        """One line of what an action of it would do or did.

        Args:
            told: What it said by ``Intend``, as it was recorded: JSON values.
            tz: The company's zone.

        Returns:
            ``None``: as `b24sync.steps.telling.line` says it of any step, by the keys that are there.
        """
        return None

    @classmethod
    def facts(cls, told: Mapping[str, Any], tz: tzinfo) -> Mapping[str, str]:
        """What is to be said otherwise than `b24sync.steps.telling.facts` says it of any step.

        Returns:
            Code of a label (``b24sync.words.intents.LABELS``) → text; an empty text takes the line away.
        """
        return {}

    @classmethod
    def sums(cls, told: Mapping[str, Any]) -> Mapping[str, Decimal]:
        """What it comes to by currency, added up over the actions of a trial."""
        return {}

    def own_names(self, inner: object) -> Mapping[str, str]:
        """Names that its texts may use besides those of the event.

        Args:
            inner: The table of the step that holds the text; the step itself if it is in none.

        Returns:
            Name → where it comes from, as ``[[…lookups]]`` say it; empty: of itself.
        """
        return {}

    def problems(self, place: StepPlace) -> Iterator[StepProblem]:
        """What is wrong with its options beyond their types, names of people and texts."""
        return iter(())

    def offline(self) -> StepSettings:
        """The step without what only a portal has, for a test of rules and a replay of the past."""
        return self

    def uses(self, kinds: tuple[str, ...]) -> Iterator[PortalUse]:
        """What it uses of the portal beyond people and the names in its texts; ``kinds`` of its events."""
        return iter(())
