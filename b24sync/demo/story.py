"""The story, scene by scene: what people do at the portal, what the next poll sees, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from b24sync.demo.office import KILLED, Office, Polled
from b24sync.demo.show import Fact, Scene, Show, Table
from b24sync.rules.formats import money
from b24sync.sandbox.schema import CONTACT, DEAL, INVOICE

POINT = "dispatch.after_write"  # the portal has done it, and nothing of that is written down yet
OPEN = {"failed", "held", "uncertain", "pending", "running"}


@dataclass(slots=True)
class Story:
    """Tells everything once, in the narrator's language (the company speaks Russian).

    Attributes:
        faults: What went another way than it is told; nothing, if the program works.
    """

    office: Office
    language: Literal["en", "ru"]
    faults: list[str] = field(default_factory=list)
    invoice: int = 0
    deal: int = 0

    @property
    def show(self) -> Show:
        """How things are shown."""
        return Show(self.office, self.language)

    def scenes(self) -> Iterator[Scene | Table]:
        """The whole story, each scene when it has happened."""
        yield self.baseline()
        yield self.invoice_is_created()
        yield self.own_change_comes_back()
        yield self.three_moves_between_two_polls()
        yield self.reminder_is_due()
        yield self.paid_and_killed()
        yield self.next_poll_goes_on()
        yield self.tasks_are_done()
        yield self.deal_is_created()
        yield self.tracked_task_is_closed()
        yield self.deal_goes_into_execution()
        yield self.portal_at_rest()
        yield self.show.events()
        yield self.show.actions()

    def baseline(self) -> Scene:
        """The first poll is silent."""
        self.office.witness.news()
        polled = self._poll()
        self._expect(
            f"a baseline with {polled.report.events} events",
            polled.report.baseline and not polled.report.events,
        )
        return self.show.scene("baseline", polled)

    def invoice_is_created(self) -> Scene:
        """A1, A3, A4."""
        office, company = self.office, self.office.company
        self.deal = company.deals[0]
        manager, deal = company.users["manager"], office.deal(self.deal)
        office.later(minutes=10)
        self.invoice = office.portal.add_item(
            INVOICE,
            manager,
            title="Ремонт офиса, первый этап",
            parentId2=self.deal,
            contactId=deal["contactId"],
            companyId=deal["companyId"],
            mycompanyId=company.my_company,
            assignedById=manager,
            closedate=date(2026, 5, 9),
        )
        office.portal.set_rows(INVOICE, self.invoice, office.portal.rows(DEAL, self.deal), by=manager)
        polled = self._poll()
        booked = self.show.commissions(self.invoice, "expected")
        self._expect(f"{len(booked)} commissions", len(booked) == 2)
        return self.show.scene(
            "created",
            polled,
            ("due date", f"{self.show.day('2026-05-09')} → {self._due('2026-05-12')}"),
            *booked,
        )

    def own_change_comes_back(self) -> Scene:
        """No loop."""
        return self.show.scene("echo", self._poll(), ("due date", self._due("2026-05-12")))

    def three_moves_between_two_polls(self) -> Scene:
        """G1, A2, B1."""
        self.office.move_invoice(self.invoice, "S", "N", "S")
        polled = self._poll()
        moves = self.show.moves(self.invoice)
        self._expect(f"moves {moves}", moves == ["draft → sent", "sent → draft", "draft → sent"])
        self._expect(f"{len(polled.news.mails)} invoice mails", len(polled.news.mails) == 1)
        return self.show.scene("moves", polled, ("seen", self.show.moved(self.invoice)))

    def reminder_is_due(self) -> Scene:
        """B2."""
        self.office.on(5, 12, 10, 30)
        polled = self._poll()
        self._expect(f"{len(polled.news.mails)} reminders", len(polled.news.mails) == 1)
        return self.show.scene("reminder", polled)

    def paid_and_killed(self) -> Scene:
        """G8: killed at the worst moment."""
        self.office.on(5, 13, 15)
        self.office.move_invoice(self.invoice, "P")
        code = self.office.poll_killed(POINT)
        self._expect(f"exit {code} of the killed poll", code == KILLED)
        states = self.show.states(self.office.states())
        return self.show.scene("killed", self.office.witness.news(), ("outbox", states))

    def next_poll_goes_on(self) -> Scene:
        """A3, B3, and nothing twice."""
        polled = self._poll()
        stage, tasks = (
            str(self.office.deal(self.deal)["stageId"]),
            [task["TITLE"] for task in self.office.tasks_of(self.invoice)],
        )
        self._expect(f"tasks {tasks}", len(tasks) == len(set(tasks)) == 2)
        self._expect(f"the deal in {stage}", stage == "PREPAYMENT_INVOICE")
        shown = [notice["MESSAGE"] for notice in self.office.portal.notifications]
        self._expect("the same notice shown twice", sum("→ «Оплачен»" in text for text in shown) == 1)
        booked = self.show.commissions(self.invoice, "earned")
        self._expect(f"{len(booked)} commissions earned", len(booked) == 2)
        return self.show.scene(
            "resumed",
            polled,
            ("deal", self.show.stage("deal", "PREPARATION", stage)),
            ("tasks", "; ".join(tasks)),
            *booked,
        )

    def tasks_are_done(self) -> Scene:
        """B4."""
        self.office.on(5, 20, 12)
        for task in self.office.tasks_of(self.invoice):
            self.office.later(minutes=1)
            self.office.portal.complete_task(task["ID"])
        polled = self._poll()
        self._expect("no task for the act", [one.person for one in polled.news.tasks] == ["Ольга Морозова"])
        return self.show.scene("tasks", polled)

    def deal_is_created(self) -> Scene:
        """C1."""
        office, company = self.office, self.office.company
        manager = company.users["manager"]
        office.later(minutes=30)
        self.deal = office.portal.add_item(
            DEAL,
            manager,
            title="Склад в Химках",
            categoryId=0,
            stageId="NEW",
            assignedById=manager,
            contactId=company.contacts["with_email"],
            companyId=company.companies["romashka"],
            UF_CRM_PROJECT_LEAD=company.users["lead"],
        )
        office.portal.set_rows(
            DEAL,
            self.deal,
            [{"productName": "Вентиляция склада", "price": "480000", "quantity": 1}],
            by=manager,
        )
        polled = self._poll()
        filled: list[Fact] = [
            (name, str(office.deal(self.deal)[name])) for name in ("UF_CRM_RATE", "UF_CRM_ADDRESS")
        ]
        self._expect(
            f"fields {filled}", [text for _, text in filled] == ["1.15", "Химки, Ленинградская ул., 25"]
        )
        return self.show.scene("deal", polled, *filled)

    def tracked_task_is_closed(self) -> Scene:
        """C2."""
        office, users = self.office, self.office.company.users
        task = office.portal.add_task(
            by=users["manager"],
            TITLE="Замер на складе",
            RESPONSIBLE_ID=users["lead"],
            UF_CRM_TASK=[f"D_{self.deal}"],
            TAGS=["контроль"],
        )
        self._poll()
        office.later(hours=2)
        office.portal.complete_task(task)
        polled = self._poll()
        self._expect(f"{len(polled.news.meetings)} meetings", len(polled.news.meetings) == 1)
        return self.show.scene("tracked", polled)

    def deal_goes_into_execution(self) -> Scene:
        """C3, and what follows from it."""
        office, users = self.office, self.office.company.users
        office.later(minutes=20)
        before = set(office.portal.item_ids(INVOICE))
        office.portal.update_item(DEAL, self.deal, users["manager"], stageId="EXECUTING")
        polled, follow = self._poll(), self._poll()
        made = [office.invoice(number) for number in sorted(set(office.portal.item_ids(INVOICE)) - before)]
        self._expect(f"{len(made)} advance invoices", len(made) == 1)
        deal = office.deal(self.deal)
        contact = office.portal.item(CONTACT, deal["contactId"]) or {}
        self._expect(
            "the responsible is another", deal["assignedById"] == contact["assignedById"] == users["lead"]
        )
        facts: list[Fact] = [("responsible", office.witness.person(deal["assignedById"]))]
        facts += [
            (
                "invoice",
                f"{one['title']}: "
                + money(one["opportunity"], language=self.language, currency=one["currencyId"]),
            )
            for one in made
        ]
        return self.show.scene("execution", Polled(polled.report, polled.news + follow.news), *facts)

    def portal_at_rest(self) -> Scene:
        """G2: an unchanged portal gives nothing, at the cost of one request."""
        self._poll()
        self.office.later(minutes=20)  # the last changes leave the window that is read again
        self._poll()
        polled = self._poll()
        self._expect(f"an unchanged portal gave {polled.report.events} events", polled.report.quiet)
        self._expect(
            f"{polled.report.http_requests} requests of an idle poll", polled.report.http_requests == 1
        )
        left = [f"{state} {count}" for state, count in self.office.states().items() if state in OPEN]
        self._expect(f"left open: {', '.join(left)}", not left)
        sound = self.office.integrity()
        self._expect(f"the database: {sound}", sound == "ok")
        return self.show.scene("rest", polled, ("database", sound))

    def _due(self, expected: str) -> str:
        due = str(self.office.invoice(self.invoice)["closedate"])[:10]
        self._expect(f"due on {due}", due == expected)
        return self.show.day(due)

    def _poll(self) -> Polled:
        polled = self.office.poll()
        self.faults += polled.report.troubles
        return polled

    def _expect(self, fault: str, holds: bool) -> None:  # noqa: FBT001 - reads as an assertion
        if not holds:
            self.faults.append(fault)
