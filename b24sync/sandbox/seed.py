"""A small Russian company to fill a portal with: people, funnels, clients, deals, invoices, dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from .schema import DEAL, INVOICE
from .seed_base import (
    OBJECTS,
    add_catalog,
    add_fields,
    add_funnels,
    add_list,
    add_people,
    add_smart_process,
)
from .stand_in import Sandbox

TEMPLATE = 21


@dataclass(slots=True)
class Company:
    """Ids worth knowing of the seeded company.

    ``users``: director, sales_head, manager, manager2, lead, accountant, lawyer,
    dismissed, dismissed_lead.
    ``departments``: head_office, sales, production, accounting (the last without a head).
    ``contacts``: with_email, second, without_email, malformed. ``sections``, ``products``: by short name.
    """

    users: dict[str, int] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    companies: dict[str, int] = field(default_factory=dict)
    my_company: int = 0
    deals: list[int] = field(default_factory=list)
    invoices: list[int] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    objects: list[int] = field(default_factory=list)
    sections: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    elements: dict[str, int] = field(default_factory=dict)
    object_type: int = OBJECTS
    list_id: int = 37
    template: int = TEMPLATE
    second_funnel: int = 1
    custom_stage: str = ""


def seed_company(portal: Sandbox) -> Company:
    """Fill an empty portal with the company; gives the ids."""
    company = Company()
    with portal.lock:
        company.users, company.departments = add_people(portal)
        company.custom_stage = add_funnels(portal)
        company.sections, company.products = add_catalog(portal)
        company.elements = add_list(portal)
        add_fields(portal)
        _add_clients(portal, company)
        _add_deals(portal, company)
        _add_invoices(portal, company)
        company.objects = add_smart_process(portal, company.users["manager"])
        portal.document_book.add_template(TEMPLATE, "Счёт на оплату", [str(INVOICE)])
        portal.document_book.add_template(39, "Акт выполненных работ", ["2_category_0", str(INVOICE)])
        _add_tasks(portal, company)
    return company


def _add_clients(portal: Sandbox, company: Company) -> None:
    manager, other = company.users["manager"], company.users["manager2"]
    company.companies = {
        "romashka": portal.add_company(
            "ООО «Ромашка»", email="office@romashka.example", phone="+7 495 100-20-30", assignedById=manager
        ),
        "stroy": portal.add_company("АО «Стройсервис»", phone="+7 812 555-10-10", assignedById=other),
        "ip": portal.add_company("ИП Кузнецов П. А.", email="kuznetsov@example.ru", assignedById=manager),
    }
    company.my_company = portal.add_company("ООО «Наша компания»", isMyCompany="Y", email="info@example.ru")
    company.companies["own"] = company.my_company
    romashka, stroy = company.companies["romashka"], company.companies["stroy"]
    company.contacts = {
        "with_email": portal.add_contact(
            "Анна",
            "Иванова",
            email="anna@romashka.example",
            phone="+7 916 123-45-67",
            companyId=romashka,
            assignedById=manager,
            post="Главный бухгалтер",
        ),
        "second": portal.add_contact(
            "Олег",
            "Соколов",
            email="oleg@stroy.example",
            phone="+7 921 765-43-21",
            companyId=stroy,
            assignedById=other,
        ),
        "without_email": portal.add_contact(
            "Вера", "Павлова", phone="+7 903 111-22-33", assignedById=manager
        ),
        "malformed": portal.add_contact(
            "Пётр", "Кузнецов", email="kuznetsov(собака)mail", assignedById=manager
        ),
    }


def _add_deals(portal: Sandbox, company: Company) -> None:
    manager, other = company.users["manager"], company.users["manager2"]
    lead, contacts, firms = company.users["lead"], company.contacts, company.companies
    plans = [
        ("Ремонт офиса на Тверской", contacts["with_email"], firms["romashka"], manager, "PREPARATION", 0),
        ("Поставка окон для школы №12", contacts["second"], firms["stroy"], other, "EXECUTING", 0),
        ("Проект вентиляции склада", contacts["without_email"], 0, manager, "NEW", 0),
        ("Обслуживание на 2026 год", contacts["malformed"], firms["ip"], manager, "C1:NEW", 1),
        ("Монтаж кондиционеров", contacts["with_email"], firms["romashka"], other, "FINAL_INVOICE", 0),
    ]
    for title, contact, firm, responsible, stage, funnel in plans:
        company.deals.append(
            portal.add_item(
                DEAL,
                responsible,
                title=title,
                contactId=contact,
                companyId=firm,
                assignedById=responsible,
                categoryId=funnel,
                stageId=stage,
                sourceId="WEB",
                UF_CRM_PROJECT_LEAD=lead,
                UF_CRM_OBJECT_TYPE=511,
                UF_CRM_BUDGET="250000.50|RUB",
                UF_CRM_DEADLINE=portal.today() + timedelta(days=60),
                UF_CRM_NOTES=["Пропуск на въезд", "Звонить после 10"],
                UF_CRM_REGION=company.elements["moscow"],
            )
        )
    products = company.products
    sales = [
        [("paint", "12500.40", 3), ("design", "48000", 1)],
        [("window", "18990.90", 24), ("mount", "3500", 24)],
        [("vent", "75250.55", 2)],
        [("service", "9900", 12)],
        [("cond", "41300.33", 5), ("mount", "3500", 5)],
    ]
    for deal, rows in zip(company.deals, sales, strict=True):
        portal.set_rows(
            DEAL,
            deal,
            [
                {
                    "productId": products[name],
                    "price": price,
                    "quantity": count,
                    "taxRate": 20,
                    "taxIncluded": "Y",
                }
                for name, price, count in rows
            ],
        )


def _add_invoices(portal: Sandbox, company: Company) -> None:
    stages = ["DT31_1:N", "DT31_1:S", "DT31_1:P", "DT31_1:N", company.custom_stage]
    today = portal.today()
    for place, stage in enumerate(stages):
        deal = portal.items.get(DEAL, company.deals[place])
        if deal is None:
            raise AssertionError("the deals were just made")
        responsible = deal["assignedById"]
        invoice = portal.add_item(
            INVOICE,
            responsible,
            title=f"Счёт по сделке «{deal['title']}»",
            parentId2=deal["id"],
            contactId=deal["contactId"],
            companyId=deal["companyId"],
            mycompanyId=company.my_company,
            assignedById=responsible,
            closedate=today + timedelta(days=10 - 3 * place),
            comments="Оплата по счёту в течение 10 дней.",
        )
        portal.set_rows(INVOICE, invoice, portal.rows(DEAL, deal["id"]), by=responsible)
        portal.update_item(INVOICE, invoice, by=responsible, stageId=stage)
        company.invoices.append(invoice)


def _add_tasks(portal: Sandbox, company: Company) -> None:
    users = company.users
    company.tasks = [
        portal.add_task(
            by=users["manager"],
            TITLE="Снять размеры на объекте",
            RESPONSIBLE_ID=users["lead"],
            UF_CRM_TASK=[f"D_{company.deals[0]}"],
            DEADLINE=portal.second() + timedelta(days=3),
        ),
        portal.add_task(
            by=users["sales_head"],
            TITLE="Подготовить договор",
            RESPONSIBLE_ID=users["lawyer"],
            UF_CRM_TASK=[f"D_{company.deals[1]}", f"C_{company.contacts['second']}"],
            TAGS=["договор"],
        ),
        portal.add_task(by=users["director"], TITLE="Инвентаризация", RESPONSIBLE_ID=users["accountant"]),
    ]
    portal.complete_task(company.tasks[2])
