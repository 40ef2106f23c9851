"""How things stand."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Counted, Message

VERDICTS: Mapping[str, Message] = {
    "attention": Message("требуется внимание", "attention"),
    "no poll yet": Message("опросов ещё не было", "no poll yet"),
    "ok": Message("всё в порядке", "ok"),
    "trouble": Message("последний опрос с ошибкой", "trouble"),
}
HEAD = Message("{configuration}: {verdict}", "{configuration}: {verdict}")
DATABASE = Message("база {path}", "database {path}")
FEED = Message("что читается", "feed")
FEED_STATE = Message("состояние", "state")
SEEN = Message("прочитано до", "read up to")
AGO = Message("давность", "lag")
FEED_STATES: Mapping[str, Message] = {
    "live": Message("читается", "live"),
    "baseline": Message("первый опрос", "baseline"),
}
RUN = Message("опрос", "run")
STARTED = Message("начат", "started")
EXIT = Message("код", "exit")
EVENTS = Message("событий", "events")
TROUBLE = Message("что не так", "trouble")
ACTIONS = Message("Действия: {counts}", "Actions: {counts}")
NONE = Message("нет", "none")
STOPPED = Message(
    "{kind}: сверка остановлена: {why} (b24sync poll --reconcile)",
    "{kind}: stopped: {why} (b24sync poll --reconcile)",
)
LOOK = Message(
    "Посмотреть: b24sync actions --state failed (held, uncertain); затем retry, release или cancel",
    "Look: b24sync actions --state failed (held, uncertain); then retry, release or cancel",
)
SECONDS = Counted(("с", "с", "с"), ("s", "s"))
MINUTES = Counted(("мин", "мин", "мин"), ("min", "min"))
HOURS = Counted(("ч", "ч", "ч"), ("h", "h"))
DAYS = Counted(("день", "дня", "дней"), ("day", "days"))
QUARANTINED = Message(
    "{kind}: отложено объектов, которые не прочитать: {count}; они вернутся, когда прочитаются",
    "{kind}: {count} set aside that cannot be read; they come back when they can be",
)
