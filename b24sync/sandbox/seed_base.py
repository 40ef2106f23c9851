"""The lasting parts of the seeded company: people, funnels, fields, catalogue, dictionaries."""

from __future__ import annotations

from .iblock_lists import Property
from .schema import CONTACT, DEAL, INVOICE
from .stand_in import Sandbox

OBJECTS = 1046
OBJECT_FUNNEL = 11
SERVICE_FUNNEL = 1
LIST, REGIONS = 37, 38


def add_people(portal: Sandbox) -> tuple[dict[str, int], dict[str, int]]:
    """Nine people, two of them dismissed, in four departments; accounting has no head."""
    owner = portal.settings.owner_id
    plans = [
        ("director", owner, "Сергей", "Волков", "Генеральный директор", 1),
        ("sales_head", 2, "Марина", "Орлова", "Руководитель отдела продаж", 2),
        ("manager", 3, "Иван", "Петров", "Менеджер по продажам", 2),
        ("manager2", 4, "Дарья", "Смирнова", "Менеджер по продажам", 2),
        ("lead", 5, "Алексей", "Новиков", "Руководитель проектов", 3),
        ("lawyer", 6, "Елена", "Фёдорова", "Юрист", 1),
        ("accountant", 7, "Ольга", "Морозова", "Бухгалтер", 4),
        ("dismissed", 8, "Глеб", "Захаров", "Менеджер по продажам", 2),
        ("dismissed_lead", 9, "Нина", "Белова", "Руководитель проектов", 3),
    ]
    users = {}
    for name, key, first, last, position, department in plans:
        users[name] = portal.add_user(
            key,
            NAME=first,
            LAST_NAME=last,
            WORK_POSITION=position,
            UF_DEPARTMENT=[department],
            EMAIL=f"{name.replace('_', '.')}@example.ru",
        )
    portal.dismiss(users["dismissed"])
    portal.dismiss(users["dismissed_lead"])
    departments = {
        "head_office": portal.add_department("ООО «Наша компания»", head=users["director"], key=1),
        "sales": portal.add_department("Отдел продаж", parent=1, head=users["sales_head"], key=2),
        "production": portal.add_department("Производство", parent=1, head=users["lead"], key=3),
        "accounting": portal.add_department("Бухгалтерия", parent=1, key=4),
    }
    return users, departments


def add_funnels(portal: Sandbox) -> str:
    """Two funnels of deals, the invoice stages, old statuses, sources; gives the invoice stage of our own."""
    funnels = portal.funnels
    deal_stages = [
        ("NEW", "Новая", ""),
        ("PREPARATION", "Подготовка документов", ""),
        ("PREPAYMENT_INVOICE", "Счёт на предоплату", ""),
        ("EXECUTING", "В работе", ""),
        ("FINAL_INVOICE", "Финальный счёт", ""),
        ("WON", "Сделка успешна", "S"),
        ("LOSE", "Сделка провалена", "F"),
        ("APOLOGY", "Анализ причины провала", "F"),
    ]
    funnels.add_category(DEAL, "Общая", 0, default=True, sort=300)
    for code, name, semantics in deal_stages:
        funnels.add_stage(DEAL, 0, code, name, semantics)
    funnels.add_category(DEAL, "Сервис", SERVICE_FUNNEL, sort=400)
    for code, name, semantics in (deal_stages[0], deal_stages[3], *deal_stages[5:7]):
        funnels.add_stage(DEAL, SERVICE_FUNNEL, code, name, semantics)
    funnels.add_category(INVOICE, "Общее направление", 1, default=True)
    for code, name, semantics in (("N", "Новый", ""), ("S", "Отправлен клиенту", "")):
        funnels.add_stage(INVOICE, 1, code, name, semantics)
    custom = funnels.add_stage(INVOICE, 1, "UC_7Q2PXA", "Частично оплачен")
    funnels.add_stage(INVOICE, 1, "P", "Оплачен", "S")
    funnels.add_stage(INVOICE, 1, "D", "Не оплачен", "F")
    add_statuses(portal)
    return custom


def add_statuses(portal: Sandbox) -> None:
    """Reference books besides the stages."""
    for code, name, semantics in (
        ("N", "Черновик", ""),
        ("S", "Отправлен", ""),
        ("P", "Оплачен", "S"),
        ("D", "Отклонён", "F"),
    ):
        portal.funnels.add_status("INVOICE_STATUS", code, name, semantics=semantics)
    for book, entries in _BOOKS.items():
        for code, name in entries.items():
            portal.funnels.add_status(book, code, name)


_BOOKS = {
    "SOURCE": {"WEB": "Веб-сайт", "CALL": "Звонок", "ADVERTISING": "Реклама"},
    "DEAL_TYPE": {
        "SALE": "Продажа",
        "COMPLEX": "Комплексная продажа",
        "GOODS": "Продажа товара",
        "SERVICES": "Услуги",
        "SERVICE": "Сервисное обслуживание",
    },
    "CONTACT_TYPE": {"CLIENT": "Клиенты", "SUPPLIER": "Поставщики", "PARTNER": "Партнёры", "OTHER": "Другое"},
    "COMPANY_TYPE": {"CUSTOMER": "Клиент", "SUPPLIER": "Поставщик", "PARTNER": "Партнёр", "OTHER": "Другое"},
}


def add_catalog(portal: Sandbox) -> tuple[dict[str, int], dict[str, int]]:
    """Sections of three levels, and products in them; one is a variation without a section of its own."""
    catalog = portal.catalog
    goods = catalog.add_section("Товары", key=10)
    climate = catalog.add_section("Климатическая техника", goods, key=11)
    sections = {
        "goods": goods,
        "climate": climate,
        "conditioners": catalog.add_section("Кондиционеры", climate, key=12),
        "windows": catalog.add_section("Окна", goods, key=13),
    }
    sections["services"] = catalog.add_section("Услуги", key=20)
    sections["mounting"] = catalog.add_section("Монтаж", sections["services"], key=21)
    sections["projects"] = catalog.add_section("Проектирование", sections["services"], key=22)
    products = {
        "paint": catalog.add_product("Краска фасадная, 10 л", goods, key=101),
        "window": catalog.add_product("Окно ПВХ 1500×1400", sections["windows"], key=102),
        "vent": catalog.add_product("Приточная установка", climate, key=103),
        "cond_base": catalog.add_product("Кондиционер настенный", sections["conditioners"], key=104),
        "mount": catalog.add_product("Монтаж изделия", sections["mounting"], key=105),
        "design": catalog.add_product("Дизайн-проект", sections["projects"], key=106),
        "service": catalog.add_product("Обслуживание, месяц", sections["services"], key=107),
    }
    products["cond"] = catalog.add_product("Кондиционер настенный, 3,5 кВт", key=108, offer_of=104)
    return sections, products


def add_list(portal: Sandbox) -> dict[str, int]:
    """List 37 "Прайс по регионам": texts, a number, a list-type property, a link to the regions (38)."""
    portal.add_list(REGIONS, "Регионы", [Property(201, "Код", "S", "CODE")], code="regions")
    elements = {
        "moscow": portal.add_element(REGIONS, "Москва", {201: "77"}, 301),
        "spb": portal.add_element(REGIONS, "Санкт-Петербург", {201: "78"}, 302),
    }
    portal.add_list(
        LIST,
        "Прайс по регионам",
        [
            Property(211, "Коэффициент", "N", "RATE"),
            Property(212, "Срок действия", "S:Date", "VALID_TO"),
            Property(213, "Категория", "L", "CATEGORY", options={501: "Стандарт", 502: "Премиум"}),
            Property(214, "Регион", "E", "REGION", link=REGIONS),
            Property(215, "Телефоны", "S", "PHONES", multiple=True),
            Property(216, "Ответственный", "S:employee", "RESPONSIBLE"),
        ],
        code="price",
    )
    elements["price_moscow"] = portal.add_element(
        LIST,
        "Москва и область",
        {
            211: "1.15",
            212: "31.12.2026",
            213: 502,
            214: 301,
            215: ["+7 495 000-00-01", "+7 495 000-00-02"],
            216: 5,
        },
        311,
    )
    elements["price_spb"] = portal.add_element(
        LIST, "Санкт-Петербург", {211: "1.05", 212: "30.06.2026", 213: 501, 214: 302}, 312
    )
    return elements


def add_fields(portal: Sandbox) -> None:
    """Own fields of deals, invoices and contacts, one of every kind that matters."""
    add = portal.add_user_field
    add(DEAL, "UF_CRM_PROJECT_LEAD", "employee", title="Руководитель проекта")
    add(
        DEAL,
        "UF_CRM_OBJECT_TYPE",
        "enumeration",
        title="Тип объекта",
        items=[(511, "Офис"), (512, "Склад"), (513, "Жильё")],
    )
    add(DEAL, "UF_CRM_BUDGET", "money", title="Бюджет")
    add(DEAL, "UF_CRM_DEADLINE", "date", title="Срок сдачи")
    add(DEAL, "UF_CRM_NOTES", "string", title="Примечания", multiple=True)
    add(DEAL, "UF_CRM_REGION", "iblock_element", title="Регион")
    add(DEAL, "UF_CRM_1747309879", "boolean", title="Нужен пропуск")
    add(DEAL, "UF_CRM_RATE", "double", title="Коэффициент")
    add(DEAL, "UF_CRM_ADDRESS", "string", title="Адрес объекта")
    add(DEAL, "UF_CRM_OBJECT", "crm", title="Объект")
    add(INVOICE, "UF_CRM_SMART_INVOICE_1706269190", "string", title="Номер договора")
    add(CONTACT, "UF_CRM_BIRTH_GIFT", "boolean", title="Подарок")


def add_smart_process(portal: Sandbox, responsible: int) -> list[int]:
    """Smart process 1046 "Объекты" with its stages and three items."""
    portal.add_smart_process(OBJECTS, "Объект")
    funnels = portal.funnels
    funnels.add_category(OBJECTS, "Объекты", OBJECT_FUNNEL, default=True)
    for code, name, semantics in (
        ("NEW", "Начало", ""),
        ("PREPARATION", "Подготовка", ""),
        ("CLIENT", "Согласование", ""),
        ("SUCCESS", "Сдан", "S"),
        ("FAIL", "Отказ", "F"),
    ):
        funnels.add_stage(OBJECTS, OBJECT_FUNNEL, code, name, semantics)
    portal.add_user_field(OBJECTS, "UF_CRM_3_ADDRESS", "string", title="Адрес")
    portal.add_user_field(OBJECTS, "UF_CRM_3_1747309727", "double", title="Площадь")
    plans = [
        ("Офис на Тверской", "NEW", "Москва, ул. Тверская, 7", 184.5),
        ("Склад в Химках", "PREPARATION", "Химки, Ленинградская ул., 25", 1200),
        ("Школа №12", "SUCCESS", "Санкт-Петербург, Невский пр., 100", 3410.75),
    ]
    return [
        portal.add_item(
            OBJECTS,
            responsible,
            title=title,
            stageId=f"DT{OBJECTS}_{OBJECT_FUNNEL}:{stage}",
            assignedById=responsible,
            UF_CRM_3_ADDRESS=address,
            UF_CRM_3_1747309727=area,
        )
        for title, stage, address, area in plans
    ]
