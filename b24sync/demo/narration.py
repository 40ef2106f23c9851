"""What the narrator says, in English and Russian: a title and a text for each scene."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

Narration: TypeAlias = Mapping[str, tuple[str, str]]

_EN: Narration = {
    "baseline": (
        "The first poll takes the baseline",
        "The portal has been in use for years: deals, invoices, tasks, a stage history. The first poll "
        "reads it all and fires nothing.",
    ),
    "created": (
        "A manager makes an invoice",
        "Payable by 9 May, Victory Day. The head is told (A1), commissions are worked out (A3), the date "
        "moves to a working day (A4).",
    ),
    "echo": (
        "Its own change comes back",
        "Moving the date changed the invoice, and the next poll sees that. The step finds its work done: "
        "nothing moves twice.",
    ),
    "moves": (
        "Sent, taken back, sent again, all between two polls",
        "A comparison would see one change; the portal's stage history gives all three. The project lead is "
        "told of each (A2), the client"
        " gets one mail with the PDF (B1).",
    ),
    "reminder": (
        "12 May: back from the holidays, still unpaid",
        "b24sync was switched off meanwhile. The reminder of three days before and today's are both due: "
        "the client gets one, the latest"
        " (B2). Another invoice's reminder is more than a week old by now: it is recorded and not sent "
        "(safety.max_event_age).",
    ),
    "killed": (
        "Paid, and the power goes off",
        "The poll is killed right after the portal has done what it was asked, before that could be "
        "written down.",
    ),
    "resumed": (
        "The next poll goes on where it was cut off",
        "Nothing is done twice: the deal has moved one stage, every row has one task (B3), the commission "
        "is booked once (A3). A notice"
        " that may have arrived is sent again under the same tag, and the portal shows it once.",
    ),
    "tasks": ("All tasks of the invoice are done", "The accountant gets the task to prepare the act (B4)."),
    "deal": ("A deal is created", "Its fields are filled from a list and from a smart process (C1)."),
    "tracked": (
        "A tracked task is closed",
        "The manager gets a meeting: check the result and agree it with the client (C2).",
    ),
    "execution": (
        "The deal goes into execution",
        "Deal and contact get a new responsible (calls follow), an advance invoice and a task are made "
        "(C3). The invoice that b24sync made"
        " is an event like any other: the head is told of it.",
    ),
    "rest": (
        "Nothing changed",
        "A poll of a portal at rest costs one request and does nothing. The database is sound, nothing "
        "is left open.",
    ),
    "events": ("Events (b24sync events)", "when, event, entity, what"),
    "actions": ("Actions (b24sync actions)", "id, rule, step, entity, state, result"),
}

_RU: Narration = {
    "baseline": (
        "Первый опрос запоминает исходное состояние",
        "Портал работает давно: сделки, счета, задачи, история стадий. Первый опрос всё читает и "
        "ничего не делает.",
    ),
    "created": (
        "Менеджер выставляет счёт",
        "Срок оплаты 9 мая, День Победы. Руководитель узнаёт о счёте (A1), считается вознаграждение (A3), "
        "срок переносится на рабочий"
        " день (A4).",
    ),
    "echo": (
        "Собственная правка возвращается",
        "Перенос срока изменил счёт, и следующий опрос это видит. Шаг находит свою работу сделанной: дважды "
        "ничего не сдвигается.",
    ),
    "moves": (
        "Отправлен, отозван и снова отправлен между двумя опросами",
        "Сравнение увидело бы одно изменение, история стадий даёт все три. Руководитель проекта узнаёт о "
        "каждом (A2), клиент получает"
        " одно письмо с PDF (B1).",
    ),
    "reminder": (
        "12 мая: праздники прошли, счёт не оплачен",
        "Программа всё это время была выключена. Пора отправить и напоминание за три дня, и сегодняшнее: "
        "клиент получает одно, последнее"
        " (B2). Напоминание по другому счёту опоздало больше чем на неделю: оно записано и не отправлено "
        "(safety.max_event_age).",
    ),
    "killed": (
        "Оплачен, и пропадает питание",
        "Опрос обрывается сразу после того, как портал выполнил просьбу, и до того, как это записано.",
    ),
    "resumed": (
        "Следующий опрос продолжает с того же места",
        "Ничего не делается дважды: сделка сдвинута на одну стадию, на каждую строку одна задача (B3), "
        "вознаграждение начислено один раз"
        " (A3). Уведомление, которое могло уже прийти, посылается снова с той же меткой, и портал "
        "показывает его один раз.",
    ),
    "tasks": ("Все задачи счёта выполнены", "Бухгалтер получает задачу подготовить акт (B4)."),
    "deal": ("Создана сделка", "Её поля заполняются из списка и смарт-процесса (C1)."),
    "tracked": (
        "Закрыта контрольная задача",
        "Менеджеру ставится встреча: проверить результат и согласовать с клиентом (C2).",
    ),
    "execution": (
        "Сделка переходит в работу",
        "Сделка и контакт получают нового ответственного (звонки идут ему), создаются счёт на аванс и "
        "задача (C3). Счёт, который сделала"
        " программа, такое же событие: руководитель о нём узнаёт.",
    ),
    "rest": (
        "Ничего не изменилось",
        "Опрос портала, на котором ничего не меняется, стоит одного запроса. База цела, открытых "
        "действий нет.",
    ),
    "events": ("События (b24sync events)", "когда, событие, что, изменение"),
    "actions": ("Действия (b24sync actions)", "№, правило, шаг, что, состояние, итог"),
}

_LABELS_RU = {
    "notice": "уведомление",
    "mail": "письмо",
    "task": "задача",
    "tasks": "задачи",
    "meeting": "встреча",
    "due date": "срок оплаты",
    "seen": "замечено",
    "outbox": "действия",
    "deal": "сделка",
    "invoice": "счёт",
    "responsible": "ответственный",
    "commission": "вознаграждение",
    "database": "проверка базы",
    "UF_CRM_RATE": "коэффициент",
    "UF_CRM_ADDRESS": "адрес объекта",
}


def narration(language: Literal["en", "ru"]) -> Narration:
    """Title and text by scene; for the tables title and columns."""
    return _RU if language == "ru" else _EN


def label(word: str, language: Literal["en", "ru"]) -> str:
    """The word before a fact."""
    return _LABELS_RU.get(word, word) if language == "ru" else word
