from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from b24sync.domain.entity import Key
from b24sync.errors import NotFoundError, PermanentError
from b24sync.rest import (
    activities,
    catalog,
    documents,
    im_notify,
    legacy,
    lists,
    people,
    rows,
    stages,
    timeline,
)
from b24sync.rest.kinds import STANDARD, kinds_from
from tests.support.data import data


@pytest.fixture
def sample():
    return lambda method: data("rows.json")[method]


def test_users_are_read(sample):
    first, second = people.read_users(sample("user.get"))
    assert first == people.User(1, "Вадим Орлов", "orlov@example.ru", True, (1,))
    assert second.name == "Ирина Белова"


def test_a_user_of_a_narrow_scope_still_has_a_name_and_a_dismissed_one_is_known():
    assert people.read_users([{"ID": "5", "ACTIVE": False}]) == [people.User(5, "5", "", False, ())]
    assert people.read_users([{"NAME": "no id"}]) == []


def test_departments_are_read(sample):
    found = people.read_departments(sample("department.get"))
    assert found[0] == people.Department(15, "Проектный отдел", 1, None)
    assert people.read_departments([{"ID": 1, "NAME": "Top", "UF_HEAD": "5"}]) == [
        people.Department(1, "Top", None, 5)
    ]


def test_rows_know_their_sum(sample):
    first, _ = rows.read_rows(sample("crm.item.productrow.list"))
    assert (first.product_id, first.name, first.sum) == (96, "Кухня", Decimal("270000.00"))
    classic = rows.read_rows([{"PRODUCT_ID": "0", "PRODUCT_NAME": "free", "PRICE": "0.335", "QUANTITY": "1"}])
    assert classic[0].product_id is None
    assert classic[0].sum == Decimal("0.34")
    assert "id" not in rows.copy_of(first)
    assert rows.copy_of(first)["price"] == 90000


def test_rows_are_asked_by_owner():
    assert rows.list_for(STANDARD["invoice"], 7).params["filter"] == {"=ownerType": "SI", "=ownerId": 7}
    assert rows.list_for(kinds_from("legacy")["invoice"], 7).method == "crm.invoice.get"
    assert rows.read_rows({"PRODUCT_ROWS": {"1": {"PRODUCT_NAME": "x"}}})[0].name == "x"
    assert rows.set_for(STANDARD["deal"], 1, [{"price": 1}]).params["productRows"] == [{"price": 1}]


def test_stages_come_in_the_order_of_the_funnel_with_their_meaning(sample):
    found = stages.read_stages(sample("crm.status.list"))
    assert [stage.id for stage in found][:2] == ["NEW", "EXECUTING"]
    assert {stage.id: stage.semantic for stage in found} == {
        "NEW": "P",
        "EXECUTING": "P",
        "WON": "S",
        "LOSE": "F",
        "APOLOGY": "F",
    }


def test_old_statuses_have_their_meaning_by_id():
    found = stages.read_stages(
        [{"STATUS_ID": "P", "SORT": "2"}, {"STATUS_ID": "N", "SORT": "1"}], legacy=True
    )
    assert [(stage.id, stage.semantic) for stage in found] == [("N", "P"), ("P", "S")]


def test_each_funnel_has_its_own_list_of_stages():
    assert stages.entity_id(STANDARD["deal"], 0) == "DEAL_STAGE"
    assert stages.entity_id(STANDARD["deal"], 3) == "DEAL_STAGE_3"
    assert stages.entity_id(STANDARD["invoice"], 5) == "SMART_INVOICE_STAGE_5"
    assert stages.entity_id(kinds_from("legacy")["invoice"], 0) == "INVOICE_STATUS"
    assert stages.entity_id(kinds_from(custom={"object": 1046})["object"], 9) == "DYNAMIC_1046_STAGE_9"


def test_the_default_funnel_comes_first(sample):
    found = stages.read_categories(sample("crm.category.list"))
    assert found[0] == stages.Category(0, "Общая", True)
    assert len(found) == 2


def test_a_notification_carries_its_recipient_in_the_tag_and_the_client():
    params = im_notify.system_add(7, "hi", tag="a1").params
    assert params == {"USER_ID": 7, "MESSAGE": "hi", "TAG": "a1:7", "CLIENT_ID": "b24sync"}


def test_data_in_a_message_is_no_markup():
    escaped = im_notify.escape("[URL=http://evil]click[/URL]")
    assert "[URL" not in escaped
    assert escaped.replace("\u200b", "") == "[URL=http://evil]click[/URL]"


def test_products_and_sections_are_read(sample):
    assert catalog.read_product(sample("catalog.product.get")) == catalog.Product(1243, "Кухня", 47, None)
    assert catalog.read_section(sample("catalog.section.get")) == catalog.Section(31, "Мебель", 13)
    variation = {
        "product": {"id": 5, "name": "v", "iblockSectionId": None, "parentId": {"value": "4", "valueId": "1"}}
    }
    assert catalog.read_product(variation) == catalog.Product(5, "v", None, 4)
    assert catalog.read_product([]) is None
    assert catalog.read_section(None) is None


def test_an_e_mail_is_sent_by_the_three_marks_that_make_the_portal_send_it():
    fields = activities.email(
        owner=(2, 10),
        contact=(3, 84),
        sender="b@x",
        to=["a@b.c"],
        subject="s",
        body="<p>",
        is_html=True,
        responsible_id=None,
        marker="m",
        files=[("a.pdf", "AAAA")],
    ).params["fields"]
    assert (fields["TYPE_ID"], fields["DIRECTION"], fields["COMPLETED"]) == (4, 2, "Y")
    assert fields["COMMUNICATIONS"] == [
        {"VALUE": "a@b.c", "ENTITY_ID": 84, "ENTITY_TYPE_ID": 3, "TYPE": "EMAIL"}
    ]
    assert fields["FILES"] == [{"fileData": ["a.pdf", "AAAA"]}]
    assert fields["SETTINGS"]["MESSAGE_FROM"] == "b@x"


def test_a_meeting_has_exactly_one_partner_and_its_marker():
    start = datetime(2026, 3, 2, 7, tzinfo=UTC)
    fields = activities.planned(
        activities.MEETING, owner=(2, 10), subject="s", responsible_id=7, start=start, marker="m"
    ).params["fields"]
    assert len(fields["COMMUNICATIONS"]) == 1
    assert (fields["ORIGINATOR_ID"], fields["ORIGIN_ID"]) == ("b24sync", "m")
    assert fields["END_TIME"] == "2026-03-02T08:00:00+00:00"
    todo = activities.todo(owner=(2, 10), title="t", deadline=start, responsible_id=7)
    assert todo.params["responsibleId"] == 7


def test_activities_are_found_by_the_marker_even_if_the_filter_was_ignored():
    answer = [{"ID": "1", "ORIGIN_ID": "other"}, {"ID": "2", "ORIGIN_ID": "m"}]
    assert activities.marked(answer, "m") == [2]
    assert activities.marked([], "m") == []
    assert activities.read_id(5) == activities.read_id({"id": 5}) == 5


def test_documents_and_templates_are_read(sample):
    made = documents.read_document(sample("crm.documentgenerator.document.add"))
    assert (made.id, made.number, made.pdf_url, made.is_failed) == (61, "2026-001", "", False)
    ready = documents.read_document(sample("crm.documentgenerator.document.get"))
    assert ready.pdf_url.startswith("https://")
    listed = documents.read_documents(
        sample("crm.documentgenerator.document.list"), kind=STANDARD["deal"], entity_id=101, template_id=39
    )
    assert listed[0].id == 61
    assert listed[0].has_stamps
    assert not documents.read_documents(
        sample("crm.documentgenerator.document.list"), kind=STANDARD["deal"], entity_id=102, template_id=39
    )
    templates = documents.read_templates(sample("crm.documentgenerator.template.list"))
    assert templates[0].suits(STANDARD["deal"])
    assert not templates[0].suits(STANDARD["invoice"])
    assert documents.read_templates({"templates": []}) == []


def test_elements_of_lists_keep_all_values_of_a_property(sample):
    element = lists.read_elements(sample("lists.element.get"))[0]
    assert (element.id, element.properties["PROPERTY_951"]) == (6999, ("1269", "1271"))
    field = lists.read_properties(sample("lists.field.get"))["PROPERTY_1151"]
    assert field.kind == "L"
    assert field.choices["1675"] == "Готово"
    html = lists.read_elements(
        [{"ID": "1", "NAME": "n", "PROPERTY_1": {"9": {"TEXT": "<b>", "TYPE": "HTML"}}}]
    )
    assert html[0].properties["PROPERTY_1"] == ("<b>",)


def test_comments_and_links_name_their_entity():
    call = timeline.comment(STANDARD["deal"], Key("deal", 5), "sent")
    assert call.params["fields"] == {"ENTITY_ID": 5, "ENTITY_TYPE": "deal", "COMMENT": "sent"}
    assert (
        timeline.comment(STANDARD["invoice"], Key("invoice", 5), "x").params["fields"]["ENTITY_TYPE"]
        == "dynamic_31"
    )
    assert legacy.external_link(5).params == {"id": 5}


@pytest.mark.parametrize(
    ("code", "gone"),
    [
        ("200040300000", True),  # catalog/product/catalog-product-get.md
        ("200700300030", True),  # catalog/section/catalog-section-get.md
        ("200040300010", False),  # a right is missing
        ("200040300040", False),
        ("0", False),  # a missing product, and any fatal error
    ],
)
def test_the_catalogue_says_in_numbers_that_something_is_gone(code, gone):
    assert catalog.is_gone(PermanentError("x", code=code)) is gone
    assert catalog.is_gone(NotFoundError("x")) is True
