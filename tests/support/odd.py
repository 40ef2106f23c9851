"""An odd portal: three funnels of deals, two of invoices, its clock at +05:00."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from b24sync.sandbox import Company, Sandbox, SandboxServer, SandboxSettings, seed_company
from b24sync.sandbox.schema import DEAL, INVOICE

WHOLESALE, EXPORT = 7, 5
"""The third funnel of deals and the second one of invoices; no stage there is called as usual."""
ISSUED, SETTLED, REFUSED = "DT31_5:UC_ISSUED", "DT31_5:UC_SETTLED", "DT31_5:UC_REFUSED"


def make_odd(portal: Sandbox) -> Company:
    """Seed the small company and add the odd funnels."""
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


@contextmanager
def odd_portal(**settings: object) -> Iterator[tuple[Sandbox, Company, str]]:
    """The odd portal over HTTP: the portal, the ids of its company, its webhook."""
    zone = "Asia/Yekaterinburg"
    portal = Sandbox(replace(SandboxSettings(server_tz=zone, owner_tz=zone), **settings))  # type: ignore[arg-type]
    company = make_odd(portal)
    with SandboxServer(portal) as server:
        yield portal, company, server.webhook
