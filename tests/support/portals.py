"""The portals of the tests: every one is made here, and holds one of a few named things.

``empty``: nothing. ``funnels``: the stages of invoices and deals. ``plain``: these, fields of deals, objects,
two people. ``company``: the small company. ``odd``: the company with odd funnels. ``example``: the company
with what the example looks up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from b24sync.sandbox import Company, Sandbox, SandboxClock, SandboxServer, SandboxSettings, seed_company
from b24sync.sandbox.iblock_lists import Property
from b24sync.sandbox.schema import DEAL, INVOICE
from b24sync.sandbox.seed_base import add_fields, add_funnels

MONDAY = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
"""2026-03-02 12:00 in Moscow."""
OBJECT = 1046
DISTRICTS, BUILDINGS = 1048, 40
WHOLESALE, EXPORT = 7, 5
"""The third funnel of deals and the second one of invoices of the odd company."""
ZONES = {"odd": {"server_tz": "Asia/Yekaterinburg", "owner_tz": "Asia/Yekaterinburg"}}
"""Where the clock of a served portal goes, if not where it does by default."""
ISSUED, SETTLED, REFUSED = "DT31_5:UC_ISSUED", "DT31_5:UC_SETTLED", "DT31_5:UC_REFUSED"


class Served(NamedTuple):
    """A portal over HTTP: itself, the ids of its company, its webhook."""

    portal: Sandbox
    company: Company
    webhook: str


def make_portal(
    holds: str = "company",
    *,
    settings: SandboxSettings | None = None,
    clock: SandboxClock | None = None,
    kind: Callable[..., Any] = Sandbox,
) -> tuple[Any, Company]:
    """A portal that holds what is named, and its ids.

    Args:
        holds: See above.
        settings: What kind of portal it is.
        clock: Its clock; without one it is the machine's.
        kind: Its class.
    """
    portal = kind(settings, clock=clock)
    return portal, SEEDS[holds](portal)


@contextmanager
def served_portal(
    holds: str = "company", *, clock: SandboxClock | None = None, **settings: Any
) -> Iterator[Served]:
    """A portal over HTTP that holds what is named."""
    settings = {**ZONES.get(holds, {}), **settings}
    portal, company = make_portal(holds, settings=SandboxSettings(**settings), clock=clock)
    with SandboxServer(portal) as server:
        yield Served(portal, company, server.webhook)


def bare_portal(**settings: Any) -> Sandbox:
    """A portal with funnels only, its clock frozen on a Monday at 12:00 Moscow time."""
    return make_portal("funnels", settings=SandboxSettings(**settings), clock=SandboxClock(MONDAY))[0]


# what they hold


def _funnels(portal: Sandbox) -> Company:
    add_funnels(portal)
    return Company()


def _plain(portal: Sandbox) -> Company:
    """Funnels, fields of deals, objects and two people."""
    add_funnels(portal)
    add_fields(portal)
    _add_object(portal)
    for number, name in ((2, "Марина"), (3, "Иван")):
        portal.add_user(
            number, NAME=name, LAST_NAME="Орлова", EMAIL=f"user{number}@example.test", UF_DEPARTMENT=[1]
        )
    portal.add_department("Компания", head=1, key=1)
    return Company()


def _example(portal: Sandbox) -> Company:
    company = seed_company(portal)
    _add_buildings(portal, company.users["manager"])
    return company


def _odd(portal: Sandbox) -> Company:
    """The small company with a funnel more of deals and of invoices; no stage there is called as usual."""
    company = seed_company(portal)
    portal.funnels.add_category(DEAL, "Опт", WHOLESALE, sort=500)
    for code, name, semantics in (
        ("NEW", "Заявка", ""),
        ("UC_CALC", "Расчёт", ""),
        ("UC_WORK", "Комплектация", ""),
        ("UC_SHIP", "Отгрузка", ""),
        ("WON", "Отгружено", "S"),
        ("LOSE", "Отказ", "F"),
    ):
        portal.funnels.add_stage(DEAL, WHOLESALE, code, name, semantics)
    portal.funnels.add_category(INVOICE, "Экспорт", EXPORT, sort=500)
    for code, name, semantics in (
        ("UC_PREP", "Готовится", ""),
        ("UC_ISSUED", "Выставлен покупателю", ""),
        ("UC_BANK", "В банке", ""),
        ("UC_SETTLED", "Деньги пришли", "S"),
        ("UC_REFUSED", "Отозван", "F"),
    ):
        portal.funnels.add_stage(INVOICE, EXPORT, code, name, semantics)
    return company


def _add_buildings(portal: Sandbox, responsible: int) -> None:
    """What the example looks up.

    Buildings in a list, districts in a smart process, and the fields of deals that they fill.
    """
    portal.add_smart_process(DISTRICTS, "Район")
    portal.funnels.add_category(DISTRICTS, "Районы", 15, default=True)
    portal.funnels.add_stage(DISTRICTS, 15, "NEW", "Начало", "")
    portal.add_item(DISTRICTS, responsible, title="Хамовники", assignedById=responsible)
    portal.add_item(DISTRICTS, responsible, title="Пресненский", assignedById=responsible)
    portal.add_list(
        BUILDINGS,
        "Здания",
        [Property(61, "Адрес", "S", "ADDRESS"), Property(62, "Район", "S", "DISTRICT")],
        code="buildings",
    )
    portal.add_element(
        BUILDINGS, "Бизнес-центр", {61: "Москва, Пресненская наб., 12", 62: "Пресненский"}, 701
    )
    portal.add_user_field(DEAL, "UF_CRM_BUILDING", "iblock_element", title="Здание")
    portal.add_user_field(DEAL, "UF_CRM_DISTRICT", "string", title="Район")
    portal.add_user_field(DEAL, "UF_CRM_OBJECT_NAME", "string", title="Объект")


def _add_object(portal: Sandbox) -> None:
    portal.add_smart_process(OBJECT, "Объект")
    portal.funnels.add_category(OBJECT, "Объекты", 11, default=True)
    for code, name, semantics in (
        ("NEW", "Начало", ""),
        ("CLIENT", "Согласование", ""),
        ("SUCCESS", "Сдан", "S"),
        ("FAIL", "Отказ", "F"),
    ):
        portal.funnels.add_stage(OBJECT, 11, code, name, semantics)


SEEDS: dict[str, Callable[[Sandbox], Company]] = {
    "empty": lambda _portal: Company(),
    "funnels": _funnels,
    "plain": _plain,
    "company": seed_company,
    "odd": _odd,
    "example": _example,
}


# their answers


def result(portal: Sandbox, method: str, params: dict[str, Any] | None = None) -> Any:
    """The result of a call that must succeed."""
    status, body = portal.call(method, params or {})
    assert status == 200, body
    return body["result"]


def refusal(portal: Sandbox, method: str, params: dict[str, Any] | None = None) -> tuple[int, Any]:
    """Status and code of a call that must be refused."""
    status, body = portal.call(method, params or {})
    assert "error" in body, body
    return status, body["error"]
