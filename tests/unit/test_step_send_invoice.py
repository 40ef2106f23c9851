"""send_invoice on a portal: to whom, with what, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from b24sync.domain.settings import MailSettings
from b24sync.domain.values import TemplateFile
from b24sync.errors import PermanentError
from b24sync.ports import Done, Failed, Skipped, Waiting
from b24sync.sandbox import Fault, SandboxSettings
from b24sync.steps.invoice_mail import Preview
from b24sync.steps.send_invoice import SendInvoice
from b24sync.words import speak
from tests.support.mail_steps import refusing
from tests.support.russian import foreign
from tests.support.steps import MONDAY, Bench, LostAnswerError, settings_for_tests

MAIL = MailSettings(from_="Счета <billing@example.ru>", document_template=21)


@pytest.fixture
def make(tmp_path):
    opened: list[Bench] = []

    def made(mail: MailSettings = MAIL, *, invoice: Any = None, **sandbox: Any) -> Bench:
        given = {"mail": mail, **({"invoice": invoice} if invoice else {})}
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(Bench(settings_for_tests(**given), SandboxSettings(**sandbox)))
        return opened[-1]

    yield made
    for bench in opened:
        bench.store.close()


@pytest.fixture
def bench(make) -> Bench:
    return make()


def sent_invoice(bench: Bench, place: int = 0) -> int:
    number = bench.company.invoices[place]
    bench.portal.update_item(31, number, stageId="DT31_1:S")
    return number


def run(bench: Bench, number: int, step: SendInvoice | None = None, **given: Any) -> Any:
    given = {"from_": "draft", "to": "sent", **given}
    return bench.run(step or SendInvoice(), "invoice.status_changed", number, **given)


def documents(bench: Bench) -> int:
    return len(bench.portal.document_book.all)


def comments(bench: Bench, deal: int) -> list[str]:
    asked = {"filter": {"ENTITY_ID": deal, "ENTITY_TYPE": "deal"}}
    return [row["COMMENT"] for row in bench.portal.call("crm.timeline.comment.list", asked)[1]["result"]]


# whom, what


def test_the_pdf_goes_to_the_contact_of_the_deal(bench) -> None:
    number = sent_invoice(bench)
    result = run(bench, number)
    (outgoing,) = bench.letters
    assert outgoing.to == ("anna@romashka.example",)
    assert (outgoing.message_id, outgoing.marker, outgoing.lang) == ("<a@b>", "b24sync:a1", "ru")
    assert outgoing.owner == (2, bench.company.deals[0])
    assert outgoing.contact == (3, bench.company.contacts["with_email"])
    (pdf,) = outgoing.attachments
    assert pdf.content.startswith(b"%PDF")
    assert pdf.name == "Счёт № 1 от 02.03.2026.pdf"
    assert result.changed
    assert result.details == {
        "to": ["anna@romashka.example"],
        "subject": "Счёт № 1 от 02.03.2026",
        "message_id": "<a@b>",
        "document_id": 1,
    }


def test_the_built_in_text_greets_says_what_is_to_be_paid_and_who_wrote(bench) -> None:
    number = sent_invoice(bench)
    run(bench, number)
    (outgoing,) = bench.letters
    assert outgoing.text.startswith(
        "Здравствуйте, Анна Иванова!\n\nНаправляем вам счёт № 1 от 02.03.2026 на сумму "
    )
    assert (
        "₽. Просим оплатить его не позднее 12.03.2026.\n\nСчёт в формате PDF приложен к письму.\n\nС "
        "уважением,\n" in outgoing.text
    )
    assert "\n\n\n" not in outgoing.text
    assert "<h1" in outgoing.html
    assert "Направляем вам счёт № 1" in outgoing.html


def test_english_texts(bench) -> None:
    number = sent_invoice(bench)
    run(bench, number, lang="en")
    (outgoing,) = bench.letters
    assert outgoing.subject == "Invoice 1 of 2026-03-02"
    assert outgoing.attachments[0].name == "Invoice 1 of 2026-03-02.pdf"
    assert outgoing.text.startswith("Hello Анна Иванова,\n\nplease find our invoice 1 of 2026-03-02 for ")


def test_without_an_address_of_the_deals_contact_the_invoices_own_is_taken_then_the_company(bench) -> None:
    number = sent_invoice(bench, 2)
    people = bench.company.contacts
    bench.portal.update_item(31, number, contactId=people["second"], stageId="DT31_1:S")
    run(bench, number)
    assert bench.letters[-1].to == ("oleg@stroy.example",)
    bench.again()
    bench.portal.update_item(
        31, number, contactId=people["without_email"], companyId=bench.company.companies["romashka"]
    )
    run(bench, number)
    assert bench.letters[-1].to == ("office@romashka.example",)
    assert bench.letters[-1].text.startswith("Здравствуйте!")
    assert bench.letters[-1].contact == (4, bench.company.companies["romashka"])


def test_no_address_at_all_fails_before_a_document_is_made(bench) -> None:
    number = bench.company.invoices[2]
    bench.portal.update_item(31, number, stageId="DT31_1:S", companyId=0)
    result = run(bench, number)
    assert isinstance(result, Failed)
    assert f"resend-invoice {number} --to" in result.message
    assert (documents(bench), bench.letters) == (0, [])


def test_a_malformed_address_fails_and_names_the_contact(bench) -> None:
    number = sent_invoice(bench, 3)
    result = run(bench, number)
    assert isinstance(result, Failed)
    assert f"contact {bench.company.contacts['malformed']} Пётр Кузнецов" in result.message
    assert bench.letters == []


def test_a_malformed_address_is_told_in_russian_too(bench) -> None:
    speak("ru")
    number = sent_invoice(bench, 3)
    for to in ((), ("a@@b",), ("{{ 'a@@b' }}",)):
        result = run(bench, number, SendInvoice(to=to))
        assert isinstance(result, Failed), to
        assert foreign(result.message.replace("b24sync retry", "")) == [], to
        assert "исправьте адрес" in result.message, to
        bench.again()


def test_nothing_can_be_smuggled_in_with_an_address(bench) -> None:
    number = sent_invoice(bench)
    for address in ("a@x.ru\r\nBcc: evil@x.ru", "a@x.ru, b@x.ru", "a@x.ru\nfoo"):
        evil = bench.portal.add_contact("Злой", "Контакт", email=address)
        bench.portal.update_item(2, bench.company.deals[0], contactId=evil, contactIds=[evil])
        result = run(bench, number)
        assert isinstance(result, Failed), address
        assert f"contact {evil} " in result.message, address
        assert bench.letters == [], address
        bench.again()


def test_the_rules_addresses_may_be_words_people_texts_and_addresses(bench) -> None:
    number = sent_invoice(bench)
    step = SendInvoice(
        to=("contact", "chief@example.ru", "{{ company.emails[0] }}"),
        cc=("responsible", "{{ deal.fields.UF_CRM_NOWHERE }}"),
        bcc=("company",),
        attach=False,
    )
    run(bench, number, step)
    (outgoing,) = bench.letters
    assert outgoing.to == ("anna@romashka.example", "chief@example.ru", "office@romashka.example")
    assert outgoing.bcc == ("office@romashka.example",)
    assert outgoing.cc
    assert outgoing.attachments == ()
    assert outgoing.text.startswith("Здравствуйте!")


def test_the_operators_address_goes_over_everything(bench) -> None:
    number = sent_invoice(bench)
    result = run(bench, number, SendInvoice(to=("contact",)), operator={"to": "new@example.ru"})
    assert bench.letters[-1].to == ("new@example.ru",)
    assert result.details["to"] == ["new@example.ru"]


def test_own_texts_go_over_the_built_in_ones(bench) -> None:
    number = sent_invoice(bench)
    bench.portal.update_item(2, bench.company.deals[0], title="<b>Офис</b>\r\nBcc: x@y.z")
    page = TemplateFile(Path("/x.html"), "<html><body>{{ deal.title }}</body></html>")
    run(
        bench,
        number,
        SendInvoice(subject="Сделка {{ deal.title }}", body="Текст {{ invoice.number }}", body_file=page),
    )
    (outgoing,) = bench.letters
    assert "\n" not in outgoing.subject
    assert outgoing.text == "Текст 1"
    assert "&lt;b&gt;Офис&lt;/b&gt;" in outgoing.html
    bench.again()
    run(bench, number, SendInvoice(body_file=page))
    assert bench.letters[-1].text == ""


def test_an_unknown_name_in_a_text_fails_before_anything_is_made(bench) -> None:
    number = sent_invoice(bench)
    result = run(bench, number, SendInvoice(body="{{ invoice.nonsense }}"))
    assert isinstance(result, Failed)
    assert "nonsense" in result.message
    assert documents(bench) == 0


def test_without_a_mail_section_nothing_is_made(bench) -> None:
    bench.settings = settings_for_tests()
    result = run(bench, sent_invoice(bench))
    assert isinstance(result, Failed)
    assert "[mail]" in result.message
    assert documents(bench) == 0


# whether


def test_an_invoice_that_left_the_status_or_is_gone_is_skipped(bench) -> None:
    number = bench.company.invoices[0]
    assert run(bench, number) == Skipped("left_status", {"to": "sent", "status": "draft"})
    planned = bench.entity("invoice", number)
    bench.portal.delete_item(31, number)
    assert run(bench, number, planned=planned) == Skipped("gone")


def test_a_stage_id_in_the_event_is_as_good_as_a_status(bench) -> None:
    number = bench.company.invoices[4]
    stage = bench.company.custom_stage
    assert isinstance(run(bench, number, from_="sent", to=stage), Done)


def test_a_preview_says_the_address_and_makes_nothing(bench) -> None:
    number = sent_invoice(bench)
    context = bench.context("invoice.status_changed", number, to="sent")
    assert bench.drive(SendInvoice().preview(context)) == Preview(
        ("anna@romashka.example",), "Счёт № 1 от 02.03.2026"
    )
    assert (documents(bench), bench.letters, bench.told) == (0, [], [])
    by_hand = bench.context("invoice.operator", number)
    assert bench.drive(SendInvoice().preview(by_hand)).to == ("anna@romashka.example",)


# the document


def test_the_same_content_needs_no_second_document_and_another_amount_does(bench) -> None:
    number = sent_invoice(bench)
    run(bench, number)
    bench.again()
    bench.portal.update_item(31, number, stageId="DT31_1:N")
    bench.portal.set_rows(31, number, bench.portal.rows(31, number))
    bench.portal.update_item(31, number, stageId="DT31_1:S")
    assert run(bench, number).details["document_id"] == 1
    bench.again()
    bench.portal.set_rows(31, number, [{"productName": "Иное", "price": 5, "quantity": 1}])
    assert run(bench, number).details["document_id"] == 2
    bench.again()
    bench.settings = settings_for_tests(mail=replace(MAIL, stamps=False))
    assert run(bench, number).details["document_id"] == 3
    assert [one["stamps"] for one in bench.portal.document_book.all.values()] == [True, True, False]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Другой"},
        {"closedate": date(2026, 4, 1)},
        {"begindate": date(2026, 3, 1)},
        {"accountNumber": "77"},
    ],
)
def test_what_is_printed_makes_a_new_document(bench, change) -> None:
    number = sent_invoice(bench)
    run(bench, number)
    bench.again()
    bench.portal.update_item(31, number, **change)
    assert run(bench, number).details["document_id"] == 2


def test_a_renamed_client_makes_a_new_document(bench) -> None:
    number = sent_invoice(bench)
    run(bench, number)
    bench.again()
    bench.portal.update_item(4, bench.company.companies["romashka"], title="ООО «Астра»")
    assert run(bench, number).details["document_id"] == 2


def _other_account(bench: Bench) -> None:
    book = bench.portal.requisite_book
    book.change(book.bank_details[0], RQ_ACC_NUM="40702810900000000009")


def _other_inn(bench: Bench) -> None:
    book = bench.portal.requisite_book
    book.change(book.requisites[1], RQ_INN="7700000009")


def _other_address(bench: Bench) -> None:
    book = bench.portal.requisite_book
    book.change(book.addresses[0], ADDRESS_1="Невский пр., 1")


def _other_deal(bench: Bench) -> None:
    bench.portal.update_item(2, bench.company.deals[0], title="Другая сделка")


def _other_manager(bench: Bench) -> None:
    bench.portal.people.users[bench.company.users["manager"]]["WORK_POSITION"] = "Директор"


def _other_template(bench: Bench) -> None:
    bench.portal.clock.advance(60)
    bench.portal.document_book.change_template(21)


def _other_measure(bench: Bench) -> None:
    number = bench.company.invoices[0]
    rows = [{**row, "measureName": "час"} for row in bench.portal.rows(31, number)]
    bench.portal.set_rows(31, number, rows or [{"productName": "x", "price": 1, "measureName": "час"}])


def with_requisites(bench: Bench) -> None:
    """Own company and client have requisites, the own one a bank account, the client an address."""
    book, company = bench.portal.requisite_book, bench.company
    own = book.add(4, company.my_company, RQ_INN="7701234567")
    client = book.add(4, company.companies["romashka"], RQ_INN="7709876543")
    book.add_bank(own, RQ_ACC_NUM="40702810900000000001")
    book.add_address(client, ADDRESS_1="Тверская ул., 7")
    bench.portal.update_item(31, company.invoices[0], mycompanyId=company.my_company)


def test_whatever_a_template_can_print_makes_a_new_document(bench) -> None:
    with_requisites(bench)
    number = sent_invoice(bench)
    run(bench, number)
    changes = (
        _other_account,
        _other_inn,
        _other_address,
        _other_deal,
        _other_manager,
        _other_template,
        _other_measure,
    )
    for made, change in enumerate(changes, 1):
        bench.again()
        assert run(bench, number).details["document_id"] == made, change
        bench.again()
        change(bench)
        assert run(bench, number).details["document_id"] == made + 1, change


@pytest.mark.parametrize(
    "method", ["crm.requisite.list", "crm.requisite.bankdetail.list", "crm.address.list"]
)
def test_in_doubt_about_the_content_each_action_makes_its_own_document_and_only_one(make, method) -> None:
    bench = make(pdf_polls=3)
    with_requisites(bench)
    number = sent_invoice(bench)
    with refusing(bench, method, "ACCESS_DENIED", "Access denied"):
        while isinstance(result := run(bench, number), Waiting):
            assert documents(bench) == 1
        assert result.details["document_id"] == 1
        bench.again()
        bench.portal.settings = replace(bench.portal.settings, pdf_polls=0)
        assert run(bench, number, marker="b24sync:a2").details["document_id"] == 2


def test_a_portal_without_requisites_leaves_no_doubt(bench) -> None:
    number = sent_invoice(bench)
    with refusing(bench, "crm.requisite.list", "ERROR_METHOD_NOT_FOUND", "Method not found!"):
        run(bench, number)
        bench.again()
        assert run(bench, number, marker="b24sync:a2").details["document_id"] == 1


def test_a_document_that_people_deleted_is_made_again(bench) -> None:
    number = sent_invoice(bench)
    run(bench, number)
    bench.again()
    bench.portal.call("crm.documentgenerator.document.delete", {"id": 1})
    assert run(bench, number).details["document_id"] == 2


def test_a_lost_answer_uses_up_one_number(bench) -> None:
    number = sent_invoice(bench)
    bench.lose_answer_of("crm.documentgenerator.document.add")
    with pytest.raises(LostAnswerError):
        run(bench, number)
    assert (documents(bench), bench.letters) == (1, [])
    assert run(bench, number).details["document_id"] == 1
    assert (documents(bench), len(bench.letters)) == (1, 1)


def test_a_request_that_never_arrived_is_made_again(bench) -> None:
    number = sent_invoice(bench)
    bench.portal.faults.add(Fault("drop_before", method="crm.documentgenerator.document.add"))
    with pytest.raises(LostAnswerError):
        run(bench, number)
    assert run(bench, number).details["document_id"] == 1


def test_a_pdf_that_is_being_made_is_waited_for_with_one_question_a_look(make) -> None:
    bench = make(pdf_polls=3)
    number = sent_invoice(bench)
    first = run(bench, number)
    assert isinstance(first, Waiting)
    assert (first.reason, bench.memory["document_id"], bench.letters) == ("pdf", 1, [])
    bench.asked.clear()
    assert isinstance(run(bench, number), Waiting)
    assert [call.method for calls in bench.asked for call in calls if "documentgenerator" in call.method] == [
        "crm.documentgenerator.document.get"
    ]
    assert run(bench, number).details["document_id"] == 1
    assert (documents(bench), len(bench.letters)) == (1, 1)


def test_an_invoice_that_changes_while_its_pdf_is_made_gets_a_new_one(make) -> None:
    bench = make(pdf_polls=2)
    number = sent_invoice(bench)
    assert isinstance(run(bench, number), Waiting)
    bench.portal.set_rows(31, number, [{"productName": "Иное", "price": 5, "quantity": 1}])
    assert isinstance(run(bench, number), Waiting)
    assert run(bench, number).details["document_id"] == 2
    assert len(bench.letters) == 1


def test_a_pdf_that_is_not_there_after_a_day_fails_and_a_retry_takes_it_if_it_came(make) -> None:
    bench = make(pdf_polls=4)
    number = sent_invoice(bench)
    assert isinstance(run(bench, number), Waiting)
    assert isinstance(run(bench, number, now=MONDAY + timedelta(hours=23)), Waiting)
    late = run(bench, number, now=MONDAY + timedelta(hours=25))
    assert isinstance(late, Failed)
    assert "within a day" in late.message
    assert run(bench, number, now=MONDAY + timedelta(hours=26)).details["document_id"] == 1
    assert documents(bench) == 1


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_document_whose_pdf_never_comes_is_replaced_on_a_retry_or_a_resend(make, by_hand) -> None:
    bench = make(pdf_polls=99)
    number = sent_invoice(bench)
    assert isinstance(run(bench, number), Waiting)
    assert isinstance(run(bench, number, now=MONDAY + timedelta(hours=25)), Failed)
    bench.portal.settings = replace(bench.portal.settings, pdf_polls=0)
    bench.portal.document_book.poll = lambda document: None  # the first one stays as it is
    if by_hand:
        bench.again()
    assert run(bench, number, now=MONDAY + timedelta(hours=26)).details["document_id"] == 2
    assert len(bench.letters) == 1


def test_a_document_that_a_person_makes_after_a_refusal_is_not_taken_for_ours(bench) -> None:
    number = sent_invoice(bench)
    with refusing(bench, "crm.documentgenerator.document.add", "DOCGEN_LIMIT_ERROR", "Limit"):
        assert isinstance(run(bench, number), Failed)
    by_person = bench.portal.call(
        "crm.documentgenerator.document.add", {"templateId": 21, "entityTypeId": 31, "entityId": number}
    )[1]["result"]["document"]["id"]
    assert run(bench, number).details["document_id"] == by_person + 1


def test_a_pdf_that_cannot_be_made_fails_and_a_retry_makes_another(make) -> None:
    bench = make(transformer_ok=False)
    number = sent_invoice(bench)
    result = run(bench, number)
    assert isinstance(result, Failed)
    assert "check the template 21" in result.message
    bench.portal.settings = replace(bench.portal.settings, transformer_ok=True)
    assert run(bench, number).details["document_id"] == 2


def test_a_limit_of_the_plan_or_missing_rights_fail_with_a_remedy(make) -> None:
    limited = make(document_limit=0)
    result = run(limited, sent_invoice(limited))
    assert isinstance(result, Failed)
    assert "plan allows no more documents" in result.message
    hidden = make(replace(MAIL, document_template=""), template_rights=False)
    result = run(hidden, sent_invoice(hidden))
    assert isinstance(result, Failed)
    assert "right to edit document templates" in result.message
    with refusing(limited, "crm.documentgenerator.document.list", "DOCGEN_ACCESS_ERROR", "Access denied"):
        assert isinstance(run(limited, sent_invoice(limited)), Failed)


@pytest.mark.parametrize(("wanted", "used"), [("", 21), ("Счёт на оплату", 21), (39, 39), ("39", 39)])
def test_the_template_goes_by_id_by_name_or_is_the_first_for_invoices(make, wanted, used) -> None:
    bench = make(replace(MAIL, document_template=wanted))
    run(bench, sent_invoice(bench))
    assert [one["template"] for one in bench.portal.document_book.all.values()] == [used]


def test_the_steps_template_goes_over_the_mail_sections(bench) -> None:
    run(bench, sent_invoice(bench), SendInvoice(template="Акт выполненных работ"))
    assert [one["template"] for one in bench.portal.document_book.all.values()] == [39]


def test_an_unknown_template_fails_with_those_that_there_are(make) -> None:
    bench = make(replace(MAIL, document_template="Счет"))
    result = run(bench, sent_invoice(bench))
    assert isinstance(result, Failed)
    assert "21 Счёт на оплату" in result.message
    none = make(replace(MAIL, document_template=""))
    none.portal.document_book.templates.clear()
    assert "no document template for invoices" in run(none, sent_invoice(none)).message


def test_an_answer_that_is_no_pdf_is_not_mailed(bench) -> None:
    number = sent_invoice(bench)
    for content, words in (
        (
            b'{"error":"ACCESS_DENIED","error_description":"Access denied"}',
            "the error ACCESS_DENIED: Access denied",
        ),
        (b"<html>login</html>", "something that is no PDF"),
        (b'{"a":1}', "JSON that is no error"),
        (b"", "something that is no PDF"),
    ):
        bench.fetch_content = content
        result = run(bench, number)
        assert isinstance(result, Failed), content
        assert words in result.message
        assert bench.portal.settings.secret not in result.message, content
        assert bench.letters == [], content
        bench.again()


def test_a_refused_download_fails_with_the_reason(bench) -> None:
    bench.fetch_error = PermanentError("larger than 20 MB", method="document.getPdf")
    result = run(bench, sent_invoice(bench))
    assert isinstance(result, Failed)
    assert "the PDF of document 1: larger than 20 MB" in result.message


def test_a_pdf_that_is_too_large_for_a_mail_is_not_mailed(bench) -> None:
    bench.fetch_content = b"%PDF" + bytes(20_000_001)
    result = run(bench, sent_invoice(bench))
    assert isinstance(result, Failed)
    assert "20.0 MB, more than 20 MB" in result.message
    assert bench.letters == []


def test_a_document_that_the_portal_will_not_show_is_not_made_anew(bench) -> None:
    number = sent_invoice(bench)
    run(bench, number)
    bench.again()
    with refusing(bench, "crm.documentgenerator.document.get", "DOCGEN_ACCESS_ERROR", "Access denied"):
        assert isinstance(run(bench, number), Failed)
    assert documents(bench) == 1


def test_of_many_templates_the_named_one_is_found(make) -> None:
    bench = make(replace(MAIL, document_template="Шаблон 155"))
    for number in range(100, 160):
        bench.portal.document_book.add_template(number, f"Шаблон {number}", ["31"])
    run(bench, sent_invoice(bench))
    assert [one["template"] for one in bench.portal.document_book.all.values()] == [155]


def test_no_secret_is_kept_with_the_action(make) -> None:
    bench = make(pdf_polls=2)
    number = sent_invoice(bench)
    run(bench, number)
    result = run(bench, number)
    kept = repr((bench.memory, result))
    assert bench.fetched
    assert bench.portal.settings.secret not in kept
    assert bench.portal.settings.secret in bench.fetched[0]


# afterwards


def test_the_deal_gets_one_comment_and_a_retry_sends_nothing_again(bench) -> None:
    number = sent_invoice(bench)
    first = run(bench, number)
    assert comments(bench, bench.company.deals[0]) == [
        "Счёт № 1 отправлен на anna@romashka.example (02.03.2026 12:00)"
    ]
    assert run(bench, number) == Done(details=first.details)
    assert (len(bench.letters), len(comments(bench, bench.company.deals[0]))) == (1, 1)


def test_a_comment_that_fails_changes_nothing_of_the_mail(make) -> None:
    refused = make(timeline=False)
    result = run(refused, sent_invoice(refused))
    assert isinstance(result, Done)
    assert "the mail was sent; no comment on deal" in result.warnings[0]
    lost = make()
    lost.lose_answer_of("crm.timeline.comment.add")
    result = run(lost, sent_invoice(lost))
    assert isinstance(result, Done)
    assert result.warnings
    assert len(lost.letters) == 1


def test_no_comment_if_none_is_wanted_or_there_is_no_deal(make) -> None:
    silent = make(replace(MAIL, timeline=False))
    run(silent, sent_invoice(silent))
    assert comments(silent, silent.company.deals[0]) == []
    bench = make()
    number = bench.portal.add_invoice("Счёт", contactId=bench.company.contacts["second"], stageId="DT31_1:S")
    result = run(bench, number)
    assert isinstance(result, Done)
    assert bench.letters[-1].owner == (31, number)
    assert not any(write.best_effort for write in bench.told)


# old invoices


def test_an_old_invoice_is_mailed_as_a_link(make) -> None:
    from b24sync.domain.settings import InvoiceSettings

    bench = make(invoice=InvoiceSettings(api="legacy"), old_invoices=True)
    number = bench.portal.add_legacy_invoice(
        ORDER_TOPIC="Счёт",
        STATUS_ID="S",
        PRICE=100,
        CURRENCY="RUB",
        UF_CONTACT_ID=bench.company.contacts["with_email"],
    )
    result = run(bench, number)
    assert isinstance(result, Done), result
    (outgoing,) = bench.letters
    assert "по ссылке: http" in outgoing.text
    assert outgoing.attachments == ()
    bench.again()
    page = TemplateFile(Path("/x.html"), "<html><body>Счёт</body></html>")
    run(bench, number, SendInvoice(body="Счёт выставлен.", body_file=page))
    assert bench.letters[-1].text.startswith("Счёт выставлен.\n\nhttp")
    assert "<a href=" in bench.letters[-1].html
    bench.again()
    bare = TemplateFile(Path("/x.html"), "Счёт")
    run(bench, number, SendInvoice(body_file=bare))
    assert bench.letters[-1].html.startswith("Счёт<p")
    bench.again()
    with refusing(bench, "crm.invoice.getexternallink", "", "Access denied."):
        assert "link for the client" in run(bench, number).message
    context = bench.context("invoice.status_changed", number, to="paid")
    assert bench.drive(SendInvoice().preview(context)).reason == "left_status"


def test_a_hidden_contact_is_not_replaced_by_the_company(bench: Bench) -> None:
    company = bench.company
    contact = company.contacts["with_email"]
    invoice = bench.portal.add_invoice(
        "x", contactId=contact, companyId=company.companies["romashka"], stageId="DT31_1:S"
    )
    bench.portal.hide(3, contact)
    result = bench.run(SendInvoice(), "invoice.created", invoice)
    assert isinstance(result, Failed)
    assert f"contact:{contact}: Access denied" in result.message
    assert not bench.letters
    assert not documents(bench)
