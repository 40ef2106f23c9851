"""Rows of universal lists for look-ups: values of list-type as their text, links to other lists followed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeAlias

from b24sync.ports import Read
from b24sync.rest import json_values, lists
from b24sync.rules.scope import EntityView, RecordView, View
from b24sync.rules.text_values import MISSING, Missing
from b24sync.steps.outcomes import StepError, required
from b24sync.words import field_faults as words

if TYPE_CHECKING:
    from b24sync.calls import Answer
    from b24sync.ports import Effects
    from b24sync.rest.lists import Element, Property

_OWN = {"id": "ID", "name": "NAME"}
_LIST, _LINK = "L", "E"
Bound: TypeAlias = Mapping[tuple[int, str], "RecordView | Missing"]
"""Rows that links point to, by list and id; those that are gone are nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """A list: the word of the configuration (``list``, ``bitrix_processes``, ``lists_socnet``) and its id."""

    word: str
    id: int

    @property
    def type(self) -> str:
        """The portal's IBLOCK_TYPE_ID."""
        return lists.LISTS if self.word == "list" else self.word


def find(
    place: Place, row_id: int | None, match: Mapping[str, Any], *, texts: str, doing: str
) -> Effects[View | Missing]:
    """A row by its id, or the first by id that matches; nothing if there is none.

    Args:
        place: The list.
        row_id: Which row; ``None``: by ``match``.
        match: Field → value: ``PROPERTY_n``, ``name``.
        texts: Everything that may use the row: only links that it mentions are followed.
        doing: What this is for, for messages.

    Raises:
        StepError: The list may not be read, or has no such field.
    """
    ask_fields = lists.fields(place.id, iblock_type=place.type)
    if row_id is not None:
        by_id = lists.elements(place.id, iblock_type=place.type, element_id=row_id)
        answers: list[Answer] = yield Read((ask_fields, by_id))
        known = _properties(answers[0], doing)
        required(answers[1], doing)
        element = next((one for one in lists.read_elements(answers[1].result) if one.id == row_id), None)
    else:
        answers = yield Read((ask_fields,))
        known = _properties(answers[0], doing)
        element = yield from _matching(place, _filter(known, match, doing), doing)
    if element is None:
        return MISSING
    bound = yield from _bound(place, element, known, texts)
    return _record(element, known, bound)


def _properties(answer: Answer, doing: str) -> dict[str, Property]:
    required(answer, doing)
    return lists.read_properties(answer.result)


def _filter(known: Mapping[str, Property], match: Mapping[str, Any], doing: str) -> dict[str, str]:
    """Code → value as the list keeps it.

    Of a list-type field the id of the value, of a link the id of the row.

    Raises:
        StepError: The list has no such field.
    """
    found = dict[str, str]()
    for name, value in match.items():
        code = _OWN.get(name, name)
        prop = known.get(code)
        if prop is None and code not in _OWN.values():
            by_name = {one.name.casefold(): one.code for one in known.values()}
            close = (
                [by_name[name.casefold()]]
                if name.casefold() in by_name
                else get_close_matches(name, known, n=1)
            )
            advice = (
                words.DID_YOU_MEAN(name=close[0]) if close else words.KNOWN(names=", ".join(sorted(known)))
            )
            raise StepError(words.NO_LIST_FIELD(doing=doing, name=name, advice=advice))
        text = _text(value)
        choices = {shown.casefold(): key for key, shown in prop.choices.items()} if prop else {}
        found[code] = choices.get(text.casefold(), text)
    return found


def _text(value: Any) -> str:
    if isinstance(value, RecordView):
        return str(value.values.get("id") or "")
    if isinstance(value, EntityView):
        return str(value.entity.key.id)
    return json_values.plain_number(value) if isinstance(value, Decimal) else str(value).strip()


def _matching(place: Place, wanted: Mapping[str, str], doing: str) -> Effects[Element | None]:
    """The first row by id; compared here too, since the portal ignores filters that it does not know."""
    filter_ = {f"={code}": value for code, value in wanted.items()}
    start = 0
    while True:
        call = lists.elements(place.id, iblock_type=place.type, filter=filter_, start=start)
        answers: list[Answer] = yield Read((call,))
        required(answers[0], doing)
        page = lists.read_elements(answers[0].result)
        for element in sorted(page, key=lambda one: one.id):
            if all(_has(element, code, value) for code, value in wanted.items()):
                return element
        if len(page) < lists.PAGE:
            return None
        start += lists.PAGE


def _has(element: Element, code: str, value: str) -> bool:
    held: Iterable[Any] = element.properties.get(code, ())
    if code in _OWN.values():
        held = (element.id if code == "ID" else element.name,)
    return any(equal(value, one) for one in held)


def equal(wanted: Any, found: Any) -> bool:
    """Whether two values are the same in any way the portal writes them.

    Numbers by value, texts in any case.
    """
    if isinstance(found, list):
        return any(equal(wanted, one) for one in found)
    left, right = (
        str(json_values.to_json(one) if one is not None else "").strip() for one in (wanted, found)
    )
    if left.casefold() == right.casefold():
        return True
    try:
        return Decimal(left.partition("|")[0]) == Decimal(right.partition("|")[0])
    except InvalidOperation:
        return left[:10] == right[:10] and len(left) == 10 and right[10:11] == "T"


def _bound(place: Place, element: Element, known: Mapping[str, Property], texts: str) -> Effects[Bound]:
    """The rows of other lists that links of a row point to, as far as they are mentioned."""
    wanted = {
        (prop.links_to or 0, row_id)
        for code, prop in known.items()
        if prop.kind.partition(":")[0] == _LINK and prop.links_to and code in texts
        for row_id in element.properties.get(code, ())
        if row_id.isdigit()
    }
    pairs = sorted(wanted)
    if not pairs:
        return {}
    list_ids = sorted({list_id for list_id, _ in pairs})
    calls = [lists.fields(one, iblock_type=place.type) for one in list_ids]
    calls += [lists.elements(one, iblock_type=place.type, element_id=int(row_id)) for one, row_id in pairs]
    answers: list[Answer] = yield Read(tuple(calls))
    described = {
        one: lists.read_properties(answer.result) if answer.error is None else {}
        for one, answer in zip(list_ids, answers, strict=False)
    }
    found = dict[tuple[int, str], RecordView | Missing]()
    for (list_id, row_id), answer in zip(pairs, answers[len(list_ids) :], strict=True):
        required(answer, words.LIST_ROW(row=row_id, list=list_id))
        row = next((one for one in lists.read_elements(answer.result) if str(one.id) == row_id), None)
        found[list_id, row_id] = MISSING if row is None else _record(row, described[list_id], {})
    return found


def _record(element: Element, known: Mapping[str, Property], bound: Bound) -> RecordView:
    """A row as texts see it: one value bare, several a list, fields without a value nothing."""
    record: dict[str, Any] = {"id": element.id, "name": element.name}
    record |= {code: MISSING for code in known if code.startswith("PROPERTY_")}
    for code, held in element.properties.items():
        shown = [_shown(known.get(code), one, bound) for one in held]
        shown = [one for one in shown if one is not MISSING]
        if shown:
            record[code] = shown[0] if len(shown) == 1 else shown
    return RecordView(record)


def _shown(prop: Property | None, value: str, bound: Bound) -> Any:
    if prop is None:
        return value
    kind = prop.kind.partition(":")[0]
    if kind == _LIST:
        return prop.choices.get(value, value)
    if kind == _LINK and prop.links_to is not None and (prop.links_to, value) in bound:
        return bound[prop.links_to, value]
    return value
