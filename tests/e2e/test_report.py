"""``report``.

One page that holds what the database says, asks nobody for anything, and escapes what the CRM wrote.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sqlite3
import stat
import time
from contextlib import closing
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from b24sync.sandbox import Fault
from tests.support.cli import PAID, SENT, TELL_HEAD, Office, no_traceback, now
from tests.support.together import together

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=1>\u202e"
RULES = (
    '[[rules]]\nname = "lost"\non = "invoice.created"\n[[rules.steps]]\nuse = "create_task"\ntitle = '
    '"x"\nresponsible = "user:99999"\n'
    '[[rules]]\nname = "pay"\non = ["invoice.created", "invoice.paid"]\n[[rules.steps]]\nuse = "commission"\n'
)
SECTIONS = '[commission]\n[[commission.rates]]\nfor = "invoice.responsible"\npercent = "10"\n'
VOID = {"meta", "rect", "line", "br"}


class Reader(HTMLParser):
    """Checks that the page is well-formed and gathers what it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.style = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text += data + " "


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def report(office: Office, *args: str) -> str:
    ran = office.run("report", "--output", "-", *args)
    no_traceback(ran)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def plain(text: str) -> str:
    return " ".join(read(text).text.replace("\u00a0", " ").split())


def due_in(days: int) -> str:
    return (now() + timedelta(hours=3, days=days)).date().isoformat()


@pytest.fixture
def busy(office: Office) -> Office:
    """A company with invoices of every age, a booked commission, and an action that needs a person."""
    office.write(rules=RULES, sections=SECTIONS)
    for invoice in office.company.invoices:
        office.move(invoice, PAID)
    office.poll()
    for days, amount in (
        (5, "100"),
        (-3, "20.50"),
        (-10, "300"),
        (-40, "4000"),
        (-100, "50000"),
        (-120, "7"),
    ):
        invoice = office.add_invoice(title=EVIL, opportunity=amount, currencyId="RUB", closedate=due_in(days))
        office.move(invoice, SENT)
    office.add_invoice(title="a draft", opportunity="999999")
    office.move(
        office.add_invoice(title="in euro", opportunity="12", currencyId="EUR", closedate=due_in(-1)), SENT
    )
    office.move(office.add_invoice(title="paid", opportunity="1000", currencyId="RUB"), PAID)
    office.poll(expect=1)
    return office


def test_the_page_holds_ages_commissions_what_needs_a_person_links_and_texts_as_data(busy: Office) -> None:
    page = report(busy)
    text = plain(page)
    for words in (
        "not due yet 1 100.00 RUB",
        "1–7 days 1 20.50 RUB",
        "8–30 days 1 300.00 RUB",
        "31–90 days 1 4,000.00 RUB",
        "over 90 days 2 50,007.00 RUB",
        "1–7 days 1 12.00 EUR",
    ):
        assert words in text, words
    assert "Unpaid invoices 54,427.50 RUB of it overdue: 54,327.50 RUB" in text
    assert "999,999" not in text.split("Time in stages")[0]
    _commissions(busy, text)
    _failures(busy, text)
    _asks_nobody(read(page))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\u202e" not in page
    assert busy.server.webhook.rstrip("/").rpartition("/")[2] not in page
    origin = "/".join(busy.server.webhook.split("/")[:3])
    links = [value for tag, name, value in read(page).attributes if (tag, name) == ("a", "href")]
    assert links
    assert all(link.startswith(f"{origin}/crm/type/31/details/") for link in links)


def _commissions(busy: Office, text: str) -> None:
    """They stand by person and month."""
    rows = busy.run("commission", "--json").rows
    earned = [row for row in rows if row["state"] == "earned" and row["currency"] == "RUB"]
    assert [row["amount"] for row in earned] == ["100.00"]
    manager = busy.query("SELECT user_name FROM ledger LIMIT 1")[0][0]
    expected = (
        sum(float(row["amount"]) for row in rows if row["state"] == "expected" and row["currency"] == "RUB")
        - 100
    )
    assert f"{manager} {expected:,.2f} 100.00 100.00" in text


def _failures(busy: Office, text: str) -> None:
    """What needs a person stands with its reason."""
    failed = [action for action in busy.actions() if action["state"] == "failed"]
    assert failed
    assert f"Needing a person {len(failed)}" in text
    newest = sorted(failed, key=lambda action: -action["id"])
    for action in newest[:3]:
        number = action["entity"].partition(":")[2]  # the stand-in numbers invoices by their ids
        assert f"{action['id']} failed №{number} ({action['entity']}) lost, task" in text


def _asks_nobody(reader: Reader) -> None:
    """The page asks nobody for anything, and its policy forbids the rest."""
    assert reader.tags.isdisjoint(
        {"script", "link", "img", "iframe", "object", "embed", "form", "base", "image", "use"}
    )
    names = {name for _, name, _ in reader.attributes}
    assert names.isdisjoint({"src", "style", "srcset", "xlink:href"})
    assert not [name for name in names if name.startswith("on")]
    assert {tag for tag, name, _ in reader.attributes if name == "href"} == {"a"}
    assert "url(" not in reader.style
    assert "@import" not in reader.style
    digest = base64.b64encode(hashlib.sha256(reader.style.encode()).digest()).decode()
    policy = next(
        value
        for tag, name, value in reader.attributes
        if tag == "meta" and name == "content" and "default-src" in value
    )
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")


def test_it_counts_reminders_and_polls_speaks_the_language_forgets_the_paid_and_needs_no_secret_or_portal(
    busy: Office,
) -> None:
    with closing(sqlite3.connect(busy.database)) as connection:
        connection.execute(
            "INSERT INTO actions (key, rule, step, position, kind, entity_id, state, planned_run, "
            "planned_at, settled_at)"
            " VALUES ('x', 'r', 'send_reminder', 0, 'invoice', 6, 'done', 1, 1, ?)",
            (int(time.time()),),
        )
        connection.execute(
            "INSERT INTO runs (started_at, finished_at, local_started_at, duration_s, exit_code) VALUES "
            "(?1, ?1, ?1, 1, 69)",
            (int(time.time()),),
        )
        connection.commit()
    text = plain(report(busy))
    assert "Reminders sent" in text
    assert "1 in all" in text
    assert "Last poll portal or mail unavailable exit 69, " in text
    assert re.search(r"exit codes: 0: \d+, 1: 1, 69: 1\.", text)
    busy.write(head='language = "ru"\ntimezone = "Europe/Moscow"\n')
    page = report(busy)
    assert '<html lang="ru">' in page
    assert "больше 90 дн. 2 50 007,00 ₽" in plain(page)
    busy.write(head='language = "en"\ntimezone = "Europe/Moscow"\n')
    for (number,) in busy.query("SELECT id FROM entities WHERE kind = 'invoice' AND stage = ?", SENT):
        busy.move(number, PAID)
    busy.poll()
    busy.server.stop()
    pages = [plain(report(busy))]
    busy.write(webhook="env:NOT_SET_HERE")
    pages.append(plain(report(busy)))
    for text in pages:
        assert "There are no unpaid invoices." in text
    first, second = (re.sub(r"\d+", "", text.partition("As of")[0]) for text in pages)
    assert first == second


def test_an_anonymized_history_holds_no_learnt_name_and_an_empty_history_gives_a_page_that_says_so(
    polled: Office, tmp_path: Path
) -> None:
    page = polled.run("report", "--output", "-").out
    stages = page[page.index("Time in stages") :]  # on a narrow screen the table becomes paragraphs
    assert '<table class="stack">' in stages[: stages.index("</section>")]
    assert 'data-label="Median"' in stages
    assert polled.query("SELECT count(*) FROM cache WHERE name LIKE 'name:%'")[0][0]
    history = tmp_path / "history.jsonl"
    assert polled.run("snapshot", "export", str(history), "--anonymize").code == 0
    text = history.read_text(encoding="utf-8")
    assert '"name:' not in text
    assert "Ромашка" not in text
    with closing(sqlite3.connect(polled.database)) as connection:
        connection.execute("DELETE FROM runs")
        connection.execute("DELETE FROM entities")
        connection.commit()
    text = plain(report(polled))
    for words in (
        "Nothing waits for a person.",
        "There are no unpaid invoices.",
        "No reminders were sent",
        "no commissions",
        "There were no polls",
    ):
        assert words in text


def test_the_file_is_private_whole_and_by_default_in_the_current_folder(
    polled: Office, tmp_path: Path
) -> None:
    target = tmp_path / "out.html"
    ran = polled.run("report", "--output", str(target))
    assert (ran.code, ran.out) == (0, f"{target}\n")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert read(target.read_text(encoding="utf-8")).text
    assert polled.run("report", cwd=tmp_path, env={"PYTHONPATH": str(Path(__file__).parents[2])}).code == 0
    assert (tmp_path / "b24sync-report.html").exists()
    wrong = (tmp_path, tmp_path / "no" / "x.html")
    for ran in together(polled, *(("report", "--output", str(path)) for path in wrong)):
        no_traceback(ran)
        assert ran.code == 2


def test_unpaid_invoices_name_client_and_manager(polled: Office, tmp_path: Path) -> None:
    knows = '[[rules]]\nname = "knows"\non = "invoice.created"\nwhen = "company.name or contact.name"\n'
    step = '[[rules.steps]]\nuse = "notify"\nto = ["user:1"]\ntext = "x"\n'
    polled.write(rules=RULES + knows + step, sections=SECTIONS)
    polled.add_invoice(stage=SENT, closedate="2020-01-01", opportunity=5000, title="Late one")
    polled.run("poll")
    page = tmp_path / "page.html"
    assert polled.run("report", "--output", str(page)).code == 0
    text = page.read_text(encoding="utf-8")
    cells = _row_of("Late one", text)
    assert len(cells) == 2
    assert not any(cell.startswith(("user:", "contact:", "company:", "–")) for cell in cells), cells
    if target := os.environ.get("B24SYNC_KEEP_PAGE"):
        Path(target).write_text(text, encoding="utf-8")


def test_names_are_learnt_in_requests_that_are_made_anyway_and_where_none_is_known_a_number_stands(
    polled: Office,
) -> None:
    """No condition, text or step reads the client, yet the report names it; an idle poll is one request."""
    polled.write(
        rules='[[rules]]\nname = "t"\non = "invoice.created"\n[[rules.steps]]\nuse = "shift_due_date"\n'
    )
    counted = [polled.poll()["http_requests"] for _ in range(2)]
    polled.add_invoice(stage=SENT, closedate="2020-01-03", opportunity=5000, title="Late one")
    polled.poll()
    polled.server.stop()
    client, manager = _row_of("Late one", polled.run("report", "--output", "-").out)
    assert counted == [1, 1]
    assert re.match("(ООО|ИП|АО) ", client), client
    assert re.fullmatch("[А-Я][а-яё]+ [А-Я][а-яё]+", manager), manager
    with closing(sqlite3.connect(polled.database)) as connection, connection:
        connection.execute("DELETE FROM cache WHERE name LIKE 'name:%'")
    client, manager = _row_of("Late one", polled.run("report", "--output", "-").out)
    assert re.fullmatch(r"(company|contact) \d+", client), client
    assert re.fullmatch(r"employee \d+", manager), manager


def test_what_is_asked_by_the_way_never_fails_what_was_asked(polled: Office) -> None:
    polled.write(rules=TELL_HEAD)
    polled.poll()
    for kind, where in (("error", "command"), ("500", "inside"), ("drop_before", "inside")):
        polled.add_invoice(stage=SENT, closedate="2020-01-03", opportunity=5000, title="Late one")
        with closing(sqlite3.connect(polled.database)) as connection, connection:
            connection.execute("DELETE FROM cache WHERE name LIKE 'name:%'")
        polled.portal.faults.add(Fault(kind, "crm.item.list", times=99, where=where, having='"title"'))
        assert polled.poll()["actions"] == {"done": 1}, kind
        polled.portal.faults.clear()


def _row_of(title: str, page: str) -> list[str]:
    """Client and manager of an unpaid invoice."""
    row = re.search(rf"<tr><td[^>]*>[^№]*№.*?{title}.*?</tr>", page, re.DOTALL)
    assert row is not None
    return re.findall(r'<td class="wide">(.*?)</td>', row[0])


def test_the_report_goes_by_the_portals_clock(tmp_path: Path) -> None:
    """The host's clock is months ahead: the page is of the portal's day, and so are its ages."""
    from tests.support.firm import opened

    with opened(tmp_path / "firm", head='language = "ru"\ntimezone = "Europe/Moscow"\n') as firm:
        firm.poll()
        late = firm.invoice(50_000, due="2026-02-25", stage=SENT)
        firm.run_on()
        page = firm.run("report", "--output", "-").out
        assert "По данным на 02.03.2026" in page
        assert firm.number(late) in page
        assert "5 дн." in page
