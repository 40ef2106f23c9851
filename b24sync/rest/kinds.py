"""The kinds of entities: contract name ↔ the portal's type numbers and letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE, TASK, Key

Api: TypeAlias = Literal["item", "legacy", "task"]
SMART_INVOICE_TYPE, LEGACY_INVOICE_TYPE = 31, 5
_LETTERS = {1: "L", 2: "D", 3: "C", 4: "CO", LEGACY_INVOICE_TYPE: "I", 7: "Q", SMART_INVOICE_TYPE: "SI"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    Attributes:
        name: Contract name, such as ``invoice`` or a name of ``[kinds.*]``.
        entity_type_id: The portal's number of the type; 0 for tasks, which are no CRM type.
        history_type_id: The number that ``crm.stagehistory.list`` knows it by; ``None`` where there is no
            stage history.
        api: Which methods read it: ``crm.item.*``, ``crm.invoice.*`` or ``tasks.task.*``.
    """

    name: str
    entity_type_id: int
    history_type_id: int | None
    api: Api = "item"

    @property
    def owner_type(self) -> str:
        """The portal's letters for the type: ``D``, ``SI``, ``T80``; empty for tasks.

        They name the owner of product rows and begin the bindings of tasks.
        """
        if self.api == "task":
            return ""
        return _LETTERS.get(self.entity_type_id) or f"T{self.entity_type_id:x}"

    def binding(self, entity_id: int) -> str:
        """The entity as tasks and CRM fields name it: ``D_10``, ``SI_7``, ``T80_3``."""
        return f"{self.owner_type}_{entity_id}"

    @property
    def is_custom(self) -> bool:
        """Whether it is a smart process of ``[kinds.*]``."""
        return self.api == "item" and self.name not in {INVOICE, DEAL, CONTACT, COMPANY}


def kinds_from(invoice_api: str = "smart", custom: Mapping[str, int] | None = None) -> Mapping[str, Kind]:
    """All kinds of an installation, by name.

    Args:
        invoice_api: ``smart`` (crm.item, type 31) or ``legacy`` (crm.invoice, stage history 5).
        custom: Names of ``[kinds.*]`` with their ``entity_type_id``.
    """
    legacy = invoice_api == "legacy"
    invoice = (
        Kind(INVOICE, LEGACY_INVOICE_TYPE, LEGACY_INVOICE_TYPE, "legacy")
        if legacy
        else Kind(INVOICE, SMART_INVOICE_TYPE, SMART_INVOICE_TYPE)
    )
    kinds = [
        invoice,
        Kind(DEAL, 2, 2),
        Kind(CONTACT, 3, None),
        Kind(COMPANY, 4, None),
        Kind(TASK, 0, None, "task"),
    ]
    kinds += [Kind(name, type_id, type_id) for name, type_id in (custom or {}).items()]
    return MappingProxyType({kind.name: kind for kind in kinds})


STANDARD = kinds_from()


def key_of_binding(text: str, kinds: Mapping[str, Kind] = STANDARD) -> Key | None:
    """The entity that a binding such as ``D_10`` or ``Tb1_3`` names.

    ``None`` for types that are no kind here (leads, quotes).

    An old invoice (``I_5``) is none where the kind *invoice* means smart invoices: its number counts
    elsewhere.
    """
    prefix, _, number = text.rpartition("_")
    if not (prefix and number.isascii() and number.isdigit() and int(number) > 0):
        return None
    for kind in kinds.values():
        if kind.owner_type and kind.owner_type.lower() == prefix.lower():
            return Key(kind.name, int(number))
    return None
