"""The automations of contract.md §6, written once.

``b24sync init`` fits them to a portal, ``b24sync demo`` to its small company, and ``sample.toml`` has them
for the firm `SAMPLE` (``python -m tests.write_sample`` puts them there).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass

from b24sync.config import automation_rules as rules
from b24sync.config.firms import SAMPLE, Fit
from b24sync.words import Language, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """One automation.

    Attributes:
        code: As in contract.md §6.
        title: What it does, for people.
        rules: Its rules.
        about: What else is to be known of it, as lines.
        section: A section of the file that it cannot do without; empty: none.
        robot: What a robot of the portal may be doing already.
        of_tasks: Whether tasks must be watched for it.
    """

    code: str
    title: Message
    rules: Callable[[Fit], str]
    about: tuple[Message, ...] = ()
    section: str = ""
    robot: Message | None = None
    of_tasks: bool = False

    def head(self, language: Language) -> list[str]:
        """The comment before its rules."""
        title = self.title.of(language)
        about = [line.of(language) for line in self.about]
        return [f"# {line}" for line in (f"{self.code}. {title[:1].upper()}{title[1:]}.", *about)]

    def body(self, fit: Fit) -> str:
        """Its rules as TOML, without empty lines around them."""
        return self.rules(fit).strip("\n")


def rules_text(fit: Fit) -> str:
    """All of them, each under its comment."""
    return "\n\n".join("\n".join([*one.head(fit.comments), one.body(fit)]) for one in AUTOMATIONS) + "\n"


def codes_by_rule() -> dict[str, str]:
    """Name of each rule → code of its automation; an existing configuration shows by them which are on."""
    return {
        rule["name"]: one.code for one in AUTOMATIONS for rule in tomllib.loads(one.body(SAMPLE))["rules"]
    }


AUTOMATIONS = (
    Automation(
        code="A1",
        title=Message(
            "счёт создан: узнаёт руководитель отдела менеджера",
            "an invoice is created: the head of the manager's department is told",
        ),
        rules=rules.a1,
    ),
    Automation(
        code="A2",
        title=Message(
            "статус счёта по сделке изменился: узнаёт руководитель проекта",
            "the status of a deal's invoice changes: the project lead is told",
        ),
        rules=rules.a2,
    ),
    Automation(
        code="A3",
        title=Message(
            "вознаграждения по счёту: ожидаемые при создании, начисленные при оплате",
            "commissions of an invoice: expected when created, earned when paid",
        ),
        rules=rules.a3,
        about=(
            Message(
                "Встроенный текст сообщает каждому только его сумму; в своём тексте это",
                "The built-in text tells each recipient his own amount; in a text of yours that is",
            ),
            Message("{{ commission.of(recipient) | money }}.", "{{ commission.of(recipient) | money }}."),
        ),
        section="commission",
    ),
    Automation(
        code="A4",
        title=Message(
            "срок оплаты счёта никогда не приходится на выходной",
            "the due date of an invoice never falls on a day off",
        ),
        rules=rules.a4,
        robot=Message("ставит счетам срок оплаты", "sets the due date of invoices"),
    ),
    Automation(
        code="B1",
        title=Message(
            "счёт отправлен: его PDF уходит клиенту по почте",
            "an invoice is sent: its PDF is mailed to the client",
        ),
        rules=rules.b1,
        about=(
            Message(
                "Получатель: контакт сделки, иначе контакт счёта, иначе компания.",
                "It goes to the contact of the deal, else of the invoice, else to the company.",
            ),
        ),
        section="mail",
        robot=Message("отправляет счета клиентам", "mails invoices to clients"),
    ),
    Automation(
        code="B2",
        title=Message(
            "неоплаченные счета: клиентам уходят напоминания", "unpaid invoices: reminders are mailed"
        ),
        rules=rules.b2,
        about=(Message("Когда, сказано в [reminders].", "When, is said by [reminders]."),),
        section="reminders",
        robot=Message("напоминает клиентам о неоплаченных счетах", "reminds clients of unpaid invoices"),
    ),
    Automation(
        code="B3",
        title=Message(
            "счёт оплачен: сделка идёт дальше, ставятся задачи, менеджер узнаёт",
            "an invoice is paid: the deal moves on, tasks are made, the manager is told",
        ),
        rules=rules.b3,
        robot=Message("переводит оплаченную сделку", "moves the deal when it is paid"),
    ),
    Automation(
        code="B4",
        title=Message(
            "все задачи по счёту выполнены: бухгалтер получает задачу об акте",
            "all tasks of an invoice are done: the accountant gets the task of the act",
        ),
        rules=rules.b4,
        of_tasks=True,
    ),
    Automation(
        code="C1",
        title=Message(
            "сделка создана: её поля заполняются из списков и смарт-процессов",
            "a deal is created: its fields are filled from lists and smart processes",
        ),
        rules=rules.c1,
    ),
    Automation(
        code="C2",
        title=Message(
            "отслеживаемая задача закрыта: назначается встреча с клиентом",
            "a tracked task is closed: a meeting with the client is planned",
        ),
        rules=rules.c2,
        of_tasks=True,
    ),
    Automation(
        code="C3",
        title=Message(
            "сделка пришла на стадию или ушла с неё: меняется ответственный, ставятся задачи",
            "a deal enters or leaves a stage: it changes hands, tasks are made",
        ),
        rules=rules.c3,
        about=(
            Message(
                "Вместе со сделкой меняется ответственный за контакт, и звонки от него идут новому.",
                "Its contact changes hands with it, and with the contact go the incoming calls.",
            ),
        ),
        robot=Message("меняет ответственного на стадиях сделки", "assigns deals when they change the stage"),
    ),
)
