"""One list in place of many single looks: 50 entities a command, not one (crm/universal/crm-item-list.md).

A list gives the same fields as ``crm.item.get`` and leaves out what is gone or hidden; only the single look
says which of the two it is (contract.md §5 ``*.deleted``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from b24sync.calls import Answer, Call, identity
from b24sync.rest import items

_GET, _LIST = "crm.item.get", "crm.item.list"
_ONE = frozenset({"entityTypeId", "id", "useOriginalUfNames"})


class Question(NamedTuple):
    """A call that is made, and the calls that its answer is for, by the id that each asks about."""

    call: Call
    of: Mapping[int, Call]


def gathered(calls: Sequence[Call]) -> list[Question]:
    """The calls, with single looks at entities of one type put into lists."""
    looks: dict[int, dict[int, Call]] = {}
    others: list[Question] = []
    for call in calls:
        if call.method == _GET and set(call.params) == _ONE:
            looks.setdefault(call.params["entityTypeId"], {})[call.params["id"]] = call
        else:
            others.append(Question(call, {}))
    lists = [Question(_list(type_id, part), part) for type_id, of in looks.items() for part in _parts(of)]
    return [*others, *lists]


def _parts(of: Mapping[int, Call]) -> Iterator[dict[int, Call]]:
    ids = list(of)
    for start in range(0, len(ids), items.PAGE):
        yield {one: of[one] for one in ids[start : start + items.PAGE]}


def _list(type_id: int, of: Mapping[int, Call]) -> Call:
    if len(of) == 1:
        return next(iter(of.values()))
    params = {
        "entityTypeId": type_id,
        "filter": {"@id": list(of)},
        "order": {"id": "ASC"},
        "select": list(items.EVERYTHING),
        "start": -1,
        "useOriginalUfNames": "Y",
    }
    return Call(_LIST, params)


def told(question: Question, answer: Answer) -> Iterator[tuple[str, Answer]]:
    """What an answer says to the calls that it is for, by their identities; it may leave some out."""
    if question.call.method != _LIST or not question.of:
        yield identity(question.call), answer
        return
    if answer.error is not None:
        return
    for row in items.page_rows(answer.result):
        call = question.of.get(items.id_of(row) or 0)
        if call is not None:
            yield identity(call), Answer(call, {"item": row})
