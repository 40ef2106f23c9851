"""The stand-in's notices, tasks, activities, documents, lists, people and old invoices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24sync.sandbox import seed_company
from tests.support.portals import bare_portal, refusal, result

DEAL, INVOICE = 2, 31


@pytest.fixture
def portal():
    return bare_portal()


@pytest.fixture
def company(portal):
    return seed_company(portal)


def notify(portal, user, text, **more):
    return result(portal, "im.notify.system.add", {"USER_ID": user, "MESSAGE": text, **more})


def texts(portal):
    return [notice["MESSAGE"] for notice in portal.notifications]


def test_a_tag_replaces_the_earlier_notice_of_the_same_person_only_with_a_client_id(portal, company):
    notify(portal, 2, "один", TAG="t")
    notify(portal, 2, "два", TAG="t")
    assert texts(portal) == ["один", "два"]
    notify(portal, 2, "три", TAG="t", CLIENT_ID="app")
    notify(portal, 3, "другому", TAG="t", CLIENT_ID="app")
    notify(portal, 2, "четыре", TAG="t", CLIENT_ID="app")
    assert texts(portal) == ["один", "два", "другому", "четыре"]
    assert len(portal.notifications_all) == 5
    assert {"id", "kind", "USER_ID", "MESSAGE", "TAG", "CLIENT_ID"} <= set(portal.notifications[0])


def test_notices_without_recipient_or_text_are_refused(portal):
    assert refusal(portal, "im.notify", {"MESSAGE": "текст"})[1] == "USER_ID_EMPTY"
    assert refusal(portal, "im.notify.personal.add", {"USER_ID": 1})[1] == "MESSAGE_EMPTY"
    assert result(portal, "im.notify", {"USER_ID": 99, "MESSAGE": "никому"}) is False


def test_an_attachment_is_an_object_or_the_text_of_one(portal):
    def told(attach):
        call = {"USER_ID": 1, "MESSAGE": "Здравствуйте", "ATTACH": attach}
        return portal.call("im.notify.personal.add", call)[1].get("error")

    assert [told(attach) for attach in ({"ID": 1}, '{"ID": 1}', "", "text", "5")] == [
        None,
        None,
        None,
        "ATTACH_ERROR",
        "ATTACH_ERROR",
    ]
    assert told({"ID": "x" * 60_000}) == "ATTACH_OVERSIZE"


def test_a_task_that_is_not_there_or_not_to_be_seen_is_an_empty_list(portal, company):
    assert result(portal, "tasks.task.get", {"taskId": 999}) == []
    foreign = portal.add_task(by=7, TITLE="Чужая", RESPONSIBLE_ID=6)
    assert result(portal, "tasks.task.get", {"taskId": foreign})["task"]["title"] == "Чужая"
    portal.settings = replace(portal.settings, admin=False, owner_id=3)
    assert result(portal, "tasks.task.get", {"taskId": foreign}) == []
    titles = [task["title"] for task in result(portal, "tasks.task.list")["tasks"]]
    assert titles == ["Снять размеры на объекте"]


def test_a_head_sees_the_tasks_of_the_people_below(portal, company):
    portal.settings = replace(portal.settings, admin=False, owner_id=2)
    titles = {task["title"] for task in result(portal, "tasks.task.list")["tasks"]}
    assert titles == {"Снять размеры на объекте", "Подготовить договор"}


def test_values_of_a_task_are_text_in_camel_case(portal, company):
    select = ["ID", "STATUS", "CHANGED_DATE", "UF_CRM_TASK", "XML_ID"]
    task = result(portal, "tasks.task.get", {"taskId": 1, "select": select})["task"]
    assert (task["id"], task["status"], task["ufCrmTask"]) == ("1", "2", ["D_1"])
    assert task["changedDate"] == "2026-03-02T12:00:00+03:00"
    assert "ufCrmTask" not in result(portal, "tasks.task.get", {"taskId": 1})["task"]


def test_tasks_are_found_by_binding_state_and_exact_time(portal, company):
    portal.settings = replace(portal.settings, owner_tz="America/New_York")

    def found(**filters):
        return [
            row["id"]
            for row in result(portal, "tasks.task.list", {"filter": filters, "order": {"ID": "ASC"}})["tasks"]
        ]

    assert found(UF_CRM_TASK="D_2") == ["2"]
    assert found(REAL_STATUS=5) == ["3"]
    assert found(REAL_STATUS=[2, 3]) == ["1", "2"]
    assert found(**{">=CHANGED_DATE": "2026-03-02T12:00:00+03:00"}) == ["1", "2", "3"]
    assert found(**{">=CHANGED_DATE": "2026-03-02T12:00:01+03:00"}) == []
    assert found(**{">=CHANGED_DATE": "nonsense"}) == ["1", "2", "3"]
    assert found(UNKNOWN="x") == ["1", "2", "3"]
    assert refusal(portal, "tasks.task.list", {"order": {"NOPE": "ASC"}}) == (400, "0")


def test_the_marker_filter_may_be_ignored(portal):
    portal.add_task(TITLE="А", XML_ID="mark:1")
    portal.add_task(TITLE="Б", XML_ID="mark:2")
    call = {"filter": {"XML_ID": "mark:2"}, "select": ["ID", "XML_ID"]}
    assert [row["xmlId"] for row in result(portal, "tasks.task.list", call)["tasks"]] == ["mark:2"]
    portal.settings = replace(portal.settings, tasks_xml_id_filter=False)
    assert len(result(portal, "tasks.task.list", call)["tasks"]) == 2


def test_a_controlled_task_waits_for_its_creator_before_it_is_finished(portal, company):
    key = portal.add_task(by=2, TITLE="С проверкой", RESPONSIBLE_ID=3, TASK_CONTROL="Y")
    portal.complete_task(key, by=3)
    assert (portal.task(key)["STATUS"], portal.task(key)["CLOSED_DATE"]) == (4, None)
    portal.clock.advance(60)
    portal.complete_task(key, by=2)
    assert portal.task(key)["STATUS"] == 5
    assert portal.task(key)["CLOSED_DATE"] == portal.second()
    portal.renew_task(key)
    assert (portal.task(key)["STATUS"], portal.task(key)["CLOSED_DATE"]) == (2, None)


def test_a_task_bound_to_the_crm_brings_an_activity(portal, company):
    before = len(portal.activities)
    fields = {
        "TITLE": "Замер",
        "RESPONSIBLE_ID": 5,
        "UF_CRM_TASK": ["SI_1", "D_1"],
        "DEADLINE": "2026-03-10T18:00:00+03:00",
    }
    task = result(portal, "tasks.task.add", {"fields": fields})["task"]
    assert (task["createdBy"], task["deadline"]) == ("1", "2026-03-10T18:00:00+03:00")
    assert [row["TYPE_ID"] for row in portal.activities[before:]] == [3]
    assert refusal(portal, "tasks.task.add", {"fields": {"RESPONSIBLE_ID": 5}}) == (400, "ERROR_CORE")


def mail(**changes):
    fields = {
        "OWNER_TYPE_ID": DEAL,
        "OWNER_ID": 1,
        "TYPE_ID": 4,
        "DIRECTION": 2,
        "COMPLETED": "Y",
        "SUBJECT": "Счёт",
        "DESCRIPTION": "Текст",
        "DESCRIPTION_TYPE": 3,
        "RESPONSIBLE_ID": 1,
        "ORIGIN_ID": "key",
        "COMMUNICATIONS": [
            {"VALUE": "anna@example.ru", "ENTITY_ID": 1, "ENTITY_TYPE_ID": 3, "TYPE": "EMAIL"}
        ],
        "SETTINGS": {"MESSAGE_FROM": "Счета <billing@example.ru>"},
        "FILES": [{"fileData": ["счёт.pdf", "JVBERi0="]}],
    }
    return {"fields": fields | changes}


def test_a_mail_is_sent_only_if_it_is_outgoing_and_completed(portal, company):
    for changes in ({"COMPLETED": "N"}, {"DIRECTION": 1}, {}):
        result(portal, "crm.activity.add", mail(**changes))
    assert len(portal.mails) == 1
    assert portal.mails[0]["to"] == ["anna@example.ru"]
    assert portal.mails[0]["files"] == [["счёт.pdf", "JVBERi0="]]


def test_an_unknown_sender_leaves_an_activity_behind_and_sends_nothing(portal, company):
    before = len(portal.activities)
    call = mail(SETTINGS={"MESSAGE_FROM": "stranger@example.org"})
    assert refusal(portal, "crm.activity.add", call) == (400, "")
    assert portal.mails == []
    assert len(portal.activities) == before + 1
    rows = result(portal, "crm.activity.list", {"filter": {"ORIGIN_ID": "key", "TYPE_ID": 4}})
    assert result(portal, "crm.activity.delete", {"id": rows[0]["ID"]}) is True
    assert len(portal.activities) == before


def test_a_meeting_has_exactly_one_partner(portal, company):
    meeting = mail(TYPE_ID=1, COMMUNICATIONS=[], START_TIME="2026-03-05T10:00:00+03:00")
    assert refusal(portal, "crm.activity.add", meeting) == (400, "")
    meeting["fields"]["COMMUNICATIONS"] = [{"VALUE": "", "ENTITY_ID": 1, "ENTITY_TYPE_ID": 3}]
    key = result(portal, "crm.activity.add", meeting)
    row = result(portal, "crm.activity.get", {"id": key})
    assert row["DEADLINE"] == row["START_TIME"] == "2026-03-05T10:00:00+03:00"


def test_an_activity_moves_only_the_time_of_the_last_activity(portal, company):
    portal.clock.advance(60)
    before = portal.item(DEAL, 1)
    result(portal, "crm.activity.add", mail())
    comment = {"fields": {"ENTITY_TYPE": "deal", "ENTITY_ID": 1, "COMMENT": "Отправлено"}}
    result(portal, "crm.timeline.comment.add", comment)
    after = portal.item(DEAL, 1)
    assert after["lastActivityTime"] == "2026-03-02T12:01:00+03:00"
    assert after["updatedTime"] == before["updatedTime"]
    assert [row["COMMENT"] for row in portal.comments] == ["Отправлено"]


def test_a_to_do_needs_an_owner_and_a_deadline(portal, company):
    call = {"ownerTypeId": DEAL, "ownerId": 1, "deadline": "2026-03-05T10:00:00", "title": "Позвонить"}
    assert result(portal, "crm.activity.todo.add", call)["id"] == portal.activities[-1]["ID"]
    assert refusal(portal, "crm.activity.todo.add", call | {"ownerId": 99}) == (400, "NOT_FOUND")


def document(portal, company, **more):
    call = {"templateId": company.template, "entityTypeId": INVOICE, "entityId": 1, **more}
    return result(portal, "crm.documentgenerator.document.add", call)["document"]


def test_every_document_uses_up_a_number(portal, company):
    numbers = [document(portal, company)["number"] for _ in range(2)]
    assert numbers == ["2026-001", "2026-002"]
    call = {"filter": {"entityTypeId": INVOICE, "entityId": 1, "templateId": 21}, "order": {"id": "DESC"}}
    rows = result(portal, "crm.documentgenerator.document.list", call)["documents"]
    assert [row["id"] for row in rows] == ["2", "1"]


def test_without_a_transformer_a_document_ends_in_an_error(portal, company):
    portal.settings = replace(portal.settings, transformer_ok=False)
    key = document(portal, company)["id"]
    shown = result(portal, "crm.documentgenerator.document.get", {"id": key})["document"]
    assert shown["isTransformationError"] is True
    assert "pdfUrlMachine" not in shown


def test_limits_and_rights_of_documents(portal, company):
    portal.settings = replace(portal.settings, document_limit=1, template_rights=False)
    document(portal, company)
    call = {"templateId": 21, "entityTypeId": INVOICE, "entityId": 1}
    assert refusal(portal, "crm.documentgenerator.document.add", call)[1] == "DOCGEN_LIMIT_ERROR"
    assert refusal(portal, "crm.documentgenerator.template.list")[1] == "DOCGEN_ACCESS_ERROR"
    assert refusal(portal, "crm.documentgenerator.document.get", {"id": 99}) == (400, "0")
    link = result(portal, "crm.documentgenerator.document.enablepublicurl", {"id": 1, "status": 1})
    assert link["publicUrl"].startswith("https://")


def test_templates_are_a_map_by_id(portal, company):
    call = {"filter": {"entityTypeId": ["31"], "active": "Y"}}
    assert list(result(portal, "crm.documentgenerator.template.list", call)["templates"]) == ["21", "39"]


def test_properties_of_list_elements_are_maps_and_enumerations_are_told_by_the_field(portal, company):
    call = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 37, "FILTER": {"ID": 311}}
    row = result(portal, "lists.element.get", call)[0]
    assert list(row["PROPERTY_213"].values()) == ["502"]
    assert list(row["PROPERTY_215"].values()) == ["+7 495 000-00-01", "+7 495 000-00-02"]
    field = result(
        portal, "lists.field.get", {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 37, "FIELD_ID": "PROPERTY_213"}
    )
    assert field["L"]["DISPLAY_VALUES_FORM"] == {"501": "Стандарт", "502": "Премиум"}
    assert (
        refusal(portal, "lists.element.get", {"IBLOCK_TYPE_ID": "lists"})[1]
        == "ERROR_REQUIRED_PARAMETERS_MISSING"
    )
    assert (
        refusal(portal, "lists.element.get", {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 9})[1]
        == "ERROR_IBLOCK_NOT_FOUND"
    )


def test_what_is_shown_of_a_user_depends_on_the_scope(portal, company):
    portal.settings = replace(portal.settings, scopes=("user_brief",))
    assert "EMAIL" not in result(portal, "user.get", {"FILTER": {"ID": 3}})[0]
    portal.settings = replace(portal.settings, scopes=("user_basic",))
    assert result(portal, "user.get", {"FILTER": {"ID": [3]}})[0]["EMAIL"] == "manager@example.ru"
    active = result(portal, "user.get", {"FILTER": {"ACTIVE": True}})
    assert [user["ID"] for user in active] == ["1", "2", "3", "4", "5", "6", "7"]


def test_users_are_filtered_by_filter_alone(portal, company):
    assert len(result(portal, "user.get", {"ID": 3})) > 1
    assert [user["ID"] for user in result(portal, "user.get", {"FILTER": {"ID": 3}})] == ["3"]


def test_the_root_department_has_no_parent_and_accounting_no_head(portal, company):
    rows = {row["ID"]: row for row in result(portal, "department.get")}
    assert "PARENT" not in rows["1"]
    assert "UF_HEAD" not in rows["4"]
    assert rows["2"] == {"ID": "2", "NAME": "Отдел продаж", "SORT": 500, "PARENT": "1", "UF_HEAD": "2"}


def test_unknown_filter_keys_of_classic_lists_return_everything(portal, company):
    rows = result(portal, "crm.deal.list", {"filter": {"STAGE": "NEW"}, "select": ["ID", "STAGE_ID"]})
    assert len(rows) == 5
    assert set(rows[0]) == {"ID", "STAGE_ID"}
    assert isinstance(rows[0]["ID"], str)


def test_calls_are_routed_to_the_responsible_of_the_contact(portal, company):
    call = {"PHONE_NUMBER": "79161234567"}
    assert result(portal, "telephony.externalCall.searchCrmEntities", call)[0]["ASSIGNED_BY_ID"] == 3
    result(portal, "crm.contact.update", {"id": 1, "fields": {"ASSIGNED_BY_ID": 4}})
    assert result(portal, "telephony.externalCall.searchCrmEntities", call)[0]["ASSIGNED_BY_ID"] == 4


def test_a_variation_has_no_section_but_a_parent_that_has(portal, company):
    offer = result(portal, "catalog.product.get", {"id": company.products["cond"]})["product"]
    assert offer["iblockSectionId"] is None
    parent = result(portal, "catalog.product.get", {"id": int(offer["parentId"]["value"])})["product"]
    names = []
    section = parent["iblockSectionId"]
    while section is not None:
        found = result(portal, "catalog.section.get", {"id": section})["section"]
        names.append(found["name"])
        section = found["iblockSectionId"]
    assert names == ["Кондиционеры", "Климатическая техника", "Товары"]


def test_old_invoices_answer_only_where_they_still_are(portal):
    portal.add_legacy_invoice(
        ORDER_TOPIC="Старый", UF_DEAL_ID=4, PRODUCT_ROWS=[{"PRICE": "99.90", "QUANTITY": 2}]
    )
    assert refusal(portal, "crm.invoice.list") == (400, "")
    portal.settings = replace(portal.settings, old_invoices=True)
    row = result(portal, "crm.invoice.get", {"id": 1})
    assert (row["PRICE"], row["STATUS_ID"], row["PAYED"]) == ("199.80", "N", "N")
    portal.clock.advance(60)
    result(portal, "crm.invoice.update", {"id": 1, "fields": {"STATUS_ID": "P"}})
    changed = {"filter": {">=DATE_UPDATE": "2026-03-02T12:01:00+03:00"}}
    assert [one["PAYED"] for one in result(portal, "crm.invoice.list", changed)] == ["Y"]
    assert result(portal, "crm.invoice.getexternallink", {"id": 1}).startswith("https://")


def test_the_company_has_what_the_project_needs(portal, company):
    stages = {portal.item(INVOICE, key)["stageId"] for key in company.invoices}
    assert len(stages) == 4
    assert company.custom_stage in stages
    assert len(company.deals) == 5
    assert portal.item(DEAL, 1)["UF_CRM_PROJECT_LEAD"] == 5
    assert result(portal, "crm.item.list", {"entityTypeId": 1046})["items"][0]["ufCrm3_1747309727"] == 184.5
    assert refusal(portal, "crm.contact.get", {"id": -1}) == (400, "")
