"""``comment``: one comment in the timeline of the deal, at most once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from b24sync.domain.entity import Key
from b24sync.ports import Done, Failed, OnLostAnswer, Skipped
from b24sync.sandbox import Fault, SandboxSettings
from b24sync.steps.comment import Comment
from tests.support.config import faults, loaded
from tests.support.steps import Bench, LostAnswerError

RULE = '[[rules]]\nname = "r"\non = "invoice.paid"\n[[rules.steps]]\nuse = "comment"\n'
DEAL = 2
METHOD = "crm.timeline.comment.add"


@pytest.fixture
def bench() -> Bench:
    return Bench()


def comments(bench: Bench, deal: int) -> list[str]:
    asked = {"filter": {"ENTITY_ID": deal, "ENTITY_TYPE": "deal"}}
    return [row["COMMENT"] for row in bench.portal.call("crm.timeline.comment.list", asked)[1]["result"]]


def paid(bench: Bench, step: Comment, **fields: Any) -> Any:
    """Run the step for an invoice of the first deal that was paid."""
    invoice = bench.portal.add_invoice("Аванс", parentId2=bench.company.deals[0], **fields)
    return bench.run(step, "invoice.status_changed", invoice, to="paid")


def test_the_deal_of_the_invoice_gets_the_comment(bench: Bench) -> None:
    deal = bench.company.deals[0]
    result = paid(bench, Comment(text="Счёт {{ invoice.number }} оплачен"), accountNumber="17")
    assert comments(bench, deal) == ["Счёт 17 оплачен"]
    (written,) = bench.portal.activity_book.comments
    assert result == Done(details={"deal_id": deal, "comment_id": written["ID"]})


def test_the_event_of_a_deal_comments_on_that_deal(bench: Bench) -> None:
    bench.run(Comment(text="Новая: {{ deal.id }}"), "deal.created", bench.company.deals[1])
    assert comments(bench, bench.company.deals[1]) == [f"Новая: {bench.company.deals[1]}"]
    assert comments(bench, bench.company.deals[0]) == []


def test_what_it_would_write_and_where_is_said_before(bench: Bench) -> None:
    paid(bench, Comment(text=" Счёт {{ invoice.title }}\nоплачен\n"))
    assert bench.intended == [{"entity": f"deal:{bench.company.deals[0]}", "text": "Счёт Аванс\nоплачен"}]
    assert bench.wishes.index("Intend") < bench.wishes.index("Write")


def test_markup_in_the_crm_is_no_markup_of_the_comment(bench: Bench) -> None:
    deal = bench.company.deals[0]
    bench.portal.update_item(DEAL, deal, title="[url=http://evil]тут[/url]")
    bench.run(Comment(text="[b]{{ deal.title }}[/b]"), "deal.updated", deal)
    (text,) = comments(bench, deal)
    assert text.startswith("[b]")
    assert "тут" in text
    assert "[url=" not in text


def test_without_a_deal_it_is_skipped(bench: Bench) -> None:
    invoice = bench.portal.add_invoice("Без сделки")
    assert bench.run(Comment(text="x"), "invoice.created", invoice) == Skipped("no_deal")
    assert not bench.told


def test_a_deal_that_is_deleted_gets_none(bench: Bench) -> None:
    deal = bench.company.deals[0]
    planned = bench.entity("deal", deal)
    bench.portal.delete_item(DEAL, deal)
    assert bench.run(Comment(text="x"), "deal.deleted", deal, planned=planned) == Skipped("no_deal")
    assert not bench.told


def test_a_text_that_comes_out_empty_is_skipped(bench: Bench) -> None:
    result = bench.run(Comment(text="{% if false %}x{% endif %} "), "deal.created", bench.company.deals[0])
    assert result == Skipped("empty_text", {"deal_id": bench.company.deals[0]})
    assert not bench.told


def test_a_refusal_is_failed_in_the_words_of_the_portal() -> None:
    bench = Bench(sandbox_settings=SandboxSettings(timeline=False))
    result = bench.run(Comment(text="x"), "deal.created", bench.company.deals[0])
    assert isinstance(result, Failed)
    assert f"deal:{bench.company.deals[0]}" in result.message
    assert "Access denied" in result.message


def test_a_refusal_of_the_portal_with_a_code_is_failed_too(bench: Bench) -> None:
    fault = Fault("error", method=METHOD, code="ACCESS_DENIED", description="Доступ запрещён")
    bench.portal.faults.add(fault)
    result = bench.run(Comment(text="x"), "deal.created", bench.company.deals[0])
    assert isinstance(result, Failed)
    assert "Доступ запрещён" in result.message
    assert comments(bench, bench.company.deals[0]) == []


def test_a_lost_answer_leaves_the_doubt_to_a_person(bench: Bench) -> None:
    """No marker tells whether it was written, so that a second try by itself could be a second comment."""
    bench.lose_answer_of(METHOD)
    with pytest.raises(LostAnswerError, match="may have happened"):
        bench.run(Comment(text="x"), "deal.created", bench.company.deals[0])
    assert [write.on_lost_answer for write in bench.told] == [OnLostAnswer.ONCE]
    assert comments(bench, bench.company.deals[0]) == ["x"]


def test_a_comment_is_no_change_of_the_deal_that_could_hide_one_of_a_person(bench: Bench) -> None:
    bench.run(Comment(text="x"), "deal.created", bench.company.deals[0])
    (write,) = bench.told
    assert (write.entity, dict(write.sets)) == (None, {})
    assert bench.entity("deal", bench.company.deals[0]).key == Key("deal", bench.company.deals[0])


def test_a_rule_with_a_text_is_a_configuration(tmp_path: Path) -> None:
    found = loaded(tmp_path, RULE + 'text = "Счёт {{ invoice.number }} оплачен"\n')
    assert found.settings.rules[0].steps == (Comment(text="Счёт {{ invoice.number }} оплачен"),)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "text: is required"),
        ('text = " "\n', "text: is empty (write a text)"),
        ('text = "{{ invoice.nmber }}"\n', "nmber"),
    ],
)
def test_a_rule_without_a_good_text_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    (found,) = faults(tmp_path, RULE + text)
    assert "rules[0].steps[0].text" in found
    assert fault in found
