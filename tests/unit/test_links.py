from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from b24sync.domain.entity import Key
from b24sync.domain.event import Event
from b24sync.errors import PermanentError
from b24sync.rest.kinds import kinds_from
from b24sync.rules.language import Language
from b24sync.rules.links import Linker
from b24sync.rules.scope import CommissionView
from b24sync.rules.text_values import Money
from b24sync.sandbox import Sandbox, SandboxSettings, seed_company
from tests.support.generators import GeneratorRunner

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 3, 6, 9, tzinfo=UTC)
PEOPLE = {"accountant": "user:7", "project_lead": "deal.fields.UF_CRM_PROJECT_LEAD", "nobody": "user:99"}


class World:
    """A seeded portal, a linker of its own, and a language."""

    def __init__(self, **settings):
        self.sandbox = Sandbox(SandboxSettings(**settings))
        self.company = seed_company(self.sandbox)
        self.runner = GeneratorRunner(self.sandbox)
        self.language = Language("ru", MOSCOW)
        self.linker = self.fresh_linker()

    def fresh_linker(self, **changes):
        given = {
            "kinds": kinds_from(custom={"object": self.company.object_type}),
            "statuses": {"DT31_1:N": "draft", "DT31_1:S": "sent"},
            "base_url": "https://p",
            "tz": MOSCOW,
            "now": NOW,
            "people": PEOPLE,
        }
        return Linker(**(given | changes))

    def entity(self, kind, entity_id):
        return self.runner.run(self.fresh_linker().entity(kind, entity_id))

    def render(self, source, subject, **more):
        text = self.language.compile_text(source)
        return text.render(self.runner.run(self.linker.scope(text.names, subject, **more)))


@pytest.fixture
def world():
    return World()


def test_an_invoice_and_all_it_is_linked_to_take_one_round_a_level(world):
    invoice = Key("invoice", world.company.invoices[0])
    text = (
        "{{ invoice.number }}|{{ deal.title }}|{{ contact.name }}|{{ contact.emails[0] }}|{{ company.name }}|"
        "{{ responsible.name }}|{{ people.project_lead.name }}|{{ rows | length }}|{{ rows.total }}|{{ "
        "now | date }}"
    )
    found = world.render(text, invoice)
    number = world.sandbox.item(31, invoice.id)["accountNumber"]
    assert found == (
        f"{number}|Ремонт офиса на Тверской|Анна Иванова|anna@romashka.example|ООО «Ромашка»|"
        "Иван Петров|Алексей Новиков|2|85501.20|06.03.2026"
    )
    assert [len(calls) for calls in world.runner.rounds] == [1, 3, 3]
    assert len(world.runner.calls) == 7


def test_only_what_a_text_names_is_asked(world):
    invoice = world.entity("invoice", world.company.invoices[0])
    world.runner.rounds.clear()
    assert world.render("{{ invoice.title }} {{ now | date }}", invoice)
    assert world.runner.rounds == []
    world.render("{{ deal.title }}", invoice)
    assert [call.method for call in world.runner.calls] == ["crm.item.get"]


def test_equal_questions_are_asked_once_by_a_linker_and_anew_by_the_next(world):
    invoice = world.entity("invoice", world.company.invoices[0])
    world.runner.rounds.clear()
    world.render("{{ deal.title }}", invoice)
    world.render("{{ deal.title }} {{ deal.id }}", invoice)
    assert len(world.runner.calls) == 1
    world.linker = world.fresh_linker()
    world.render("{{ deal.title }}", invoice)
    assert len(world.runner.calls) == 2


def test_what_was_just_read_is_not_read_again(world):
    deal = world.entity("deal", world.company.deals[0])
    invoice = world.entity("invoice", world.company.invoices[0])
    world.runner.rounds.clear()
    world.linker.know(deal, invoice)
    assert world.render("{{ deal.title }}", invoice.key) == "Ремонт офиса на Тверской"
    assert world.runner.calls == []


def test_the_client_of_an_invoice_is_the_deals_and_its_own_only_without(world):
    own, of_deal = world.company.contacts["second"], world.company.contacts["with_email"]
    invoice = world.sandbox.add_invoice("x", contactId=own, parentId2=world.company.deals[0])
    assert world.render("{{ contact.id }}", Key("invoice", invoice)) == str(of_deal)
    world.linker = world.fresh_linker()
    world.sandbox.update_item(2, world.company.deals[0], contactId=0)
    assert world.render("{{ contact.id }}", Key("invoice", invoice)) == str(own)
    alone = world.sandbox.add_invoice("y", contactId=own)
    assert (
        world.render("{{ contact.id }}|{{ deal.title }}|{{ company.name }}", Key("invoice", alone))
        == f"{own}||"
    )


def test_a_hidden_link_is_refused_by_its_name_and_a_deleted_one_is_missing(world):
    deal, invoice = world.company.deals[0], Key("invoice", world.company.invoices[0])
    world.sandbox.hide(2, deal)
    condition = world.language.compile_condition("deal.amount > 0")
    with pytest.raises(PermanentError, match=f"deal:{deal}: Access denied") as caught:
        world.runner.run(world.linker.scope(condition.names, invoice))
    assert "right to see it" in caught.value.remedy
    world.sandbox.delete_item(2, deal)
    world.linker = world.fresh_linker()
    assert not condition.holds(world.runner.run(world.linker.scope(condition.names, invoice)))
    world.linker = world.fresh_linker()
    assert world.render("{{ deal.title }}{% if not deal %}no deal{% endif %}", invoice) == "no deal"
    assert world.render("{{ invoice.title }}", Key("invoice", 99999)) == ""


def test_a_refusal_that_is_no_missing_link_is_not_swallowed():
    world = World(catalog_rights=False)
    with pytest.raises(PermanentError, match="Access Denied"):
        world.render("{{ rows[0].section_id }}", Key("deal", world.company.deals[0]))


def test_sections_are_asked_only_where_a_text_wants_them(world):
    deal = Key("deal", world.company.deals[4])
    world.render("{{ rows.total }}", deal)
    assert not [call for call in world.runner.calls if call.method.startswith("catalog")]
    sections = world.company.sections
    assert world.render("{% for r in rows %}{{ r.section_id }};{% endfor %}", deal) == (
        f"{sections['conditioners']};{sections['mounting']};"
    )
    found = world.runner.run(world.linker.sections([world.company.products["cond"], 99999]))
    assert found == {
        world.company.products["cond"]: (sections["conditioners"], sections["climate"], sections["goods"]),
        99999: (),
    }


def test_more_than_fifty_rows_are_read_to_the_last(world):
    deal = world.company.deals[0]
    world.sandbox.set_rows(2, deal, [{"productName": f"p{n}", "price": 1, "quantity": 1} for n in range(101)])
    assert len(world.runner.run(world.linker.rows(Key("deal", deal)))) == 101
    assert world.render("{{ rows | length }} {{ rows.total }}", Key("deal", deal)) == "101 101.00"


def test_a_task_leads_to_its_deal_its_invoice_and_their_client(world):
    invoice, deal = world.company.invoices[0], world.company.deals[0]
    by_invoice = Key(
        "task", world.sandbox.add_task(TITLE="t", RESPONSIBLE_ID=3, UF_CRM_TASK=[f"SI_{invoice}"])
    )
    text = "{{ task.title }}|{{ deal.id }}|{{ invoice.id }}|{{ contact.name }}|{{ responsible.name }}"
    assert world.render(text, by_invoice) == f"t|{deal}|{invoice}|Анна Иванова|Иван Петров"
    by_deals = Key(
        "task",
        world.sandbox.add_task(
            TITLE="t",
            RESPONSIBLE_ID=3,
            UF_CRM_TASK=[f"D_{world.company.deals[2]}", f"D_{world.company.deals[1]}"],
        ),
    )
    assert world.render("{{ deal.id }}|{{ invoice.id }}", by_deals) == f"{world.company.deals[1]}|"
    contact = world.company.contacts["second"]
    by_contact = Key(
        "task", world.sandbox.add_task(TITLE="t", RESPONSIBLE_ID=3, UF_CRM_TASK=[f"C_{contact}"])
    )
    assert world.render("{{ contact.id }}|{{ deal.id }}", by_contact) == f"{contact}|"
    assert world.render("{{ task.title }}", Key("task", 99999)) == ""


def test_a_smart_process_has_its_own_client_else_the_deals(world):
    item = world.sandbox.add_item(world.company.object_type, title="o", parentId2=world.company.deals[0])
    assert world.render("{{ object.title }}|{{ deal.id }}|{{ contact.name }}", Key("object", item)) == (
        f"o|{world.company.deals[0]}|Анна Иванова"
    )


def test_the_events_own_values_and_those_of_a_step_are_in_scope(world):
    invoice = world.entity("invoice", world.company.invoices[0])
    event = Event("k", "invoice.status_changed", invoice.key, NOW, "draft", "sent")
    found = world.render(
        "{{ event.from }}>{{ event.to }} {{ row }}", invoice, event=event, extra={"row": "R"}
    )
    assert found == "draft>sent R"
    assert world.render("{{ event.to }}{{ commission.total }}", invoice) == ""
    view = CommissionView(Money("5.00", "RUB"), lambda role: Money(0))
    world.linker = world.fresh_linker(commission=lambda key: view)
    assert world.render("{{ commission.total | money }}", invoice) == "5,00\u00a0₽"


def test_a_deleted_entity_is_seen_as_it_was(world):
    invoice = world.entity("invoice", world.company.invoices[0])
    world.sandbox.delete_item(31, invoice.key.id)
    assert (
        world.render("{{ invoice.number }} {{ deal.id }}", invoice)
        == f"{invoice['number']} {world.company.deals[0]}"
    )


def test_people_without_anyone_behind_them_are_none(world):
    invoice = world.entity("invoice", world.company.invoices[0])
    assert (
        world.render("{{ people.nobody.name }}|{{ people.accountant.email }}", invoice)
        == "|accountant@example.ru"
    )


def test_names_of_other_kinds_are_left_out_and_stay_an_error(world):
    invoice = world.entity("invoice", world.company.invoices[0])
    scope = world.runner.run(world.linker.scope([("task", "title"), ("invoice", "id")], invoice))
    assert set(scope) == {"invoice"}


def test_several_entities_and_links_come_in_one_round(world):
    keys = [Key("deal", number) for number in world.company.deals]
    found = world.runner.run(world.linker.entities([*keys, Key("deal", 99999)]))
    assert [entity and entity.key for entity in found.values()] == [*keys, None]
    assert len(world.runner.rounds) == 1
    links = world.runner.run(
        world.linker.linked(Key("invoice", world.company.invoices[0]), "deal", "contact", "task")
    )
    assert (links["deal"].key, links["contact"]["name"], links["task"]) == (keys[0], "Анна Иванова", None)
    assert world.runner.run(world.linker.linked(Key("invoice", 99999), "deal")) == {"deal": None}


def test_an_old_invoice_is_loaded_with_its_rows():
    sandbox = Sandbox(SandboxSettings(old_invoices=True))
    company = seed_company(sandbox)
    number = sandbox.add_legacy_invoice(
        ORDER_TOPIC="старый", STATUS_ID="S", UF_DEAL_ID=company.deals[0], RESPONSIBLE_ID=3
    )
    linker = Linker(
        kinds=kinds_from("legacy"),
        statuses={"S": "sent"},
        base_url="https://p",
        tz=MOSCOW,
        now=NOW,
        people={},
    )
    runner = GeneratorRunner(sandbox)
    text = Language("ru", MOSCOW).compile_text(
        "{{ invoice.title }} {{ invoice.status }} {{ deal.id }} {{ rows | length }}"
    )
    scope = runner.run(linker.scope(text.names, Key("invoice", number)))
    assert text.render(scope) == f"старый sent {company.deals[0]} 0"
    assert runner.run(linker.entity("invoice", 99999)) is None
    assert runner.run(linker.rows(Key("invoice", 99999))) == []


def test_an_amount_in_scope_is_exact(world):
    invoice = world.entity("invoice", world.company.invoices[0])
    assert invoice["amount"] == Decimal("85501.2")


def test_the_company_of_a_contact_is_known(world):
    contact = Key("contact", world.company.contacts["with_email"])
    links = world.runner.run(world.linker.linked(contact, "company", "deal"))
    assert (links["company"]["name"], links["deal"]) == ("ООО «Ромашка»", None)
    assert world.runner.run(world.linker.user(3)).name == "Иван Петров"


def test_a_refusal_to_read_an_entity_is_raised_if_it_is_neither_missing_nor_hidden(world):
    world.linker = world.fresh_linker(kinds=kinds_from(custom={"object": 5}))
    with pytest.raises(PermanentError):
        world.runner.run(world.linker.entity("object", 1))


def test_loading_needs_no_template_engine():
    code = (
        "import sys; import b24sync.rules.links, b24sync.rules.root_names; sys.exit('jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
