"""What a person's word moves: retry, cancel, release."""

from __future__ import annotations

from b24sync.words import Counted, Message

ACTIONS = Counted(("действие", "действия", "действий"), ("action", "actions"))
TOUCHED = Message("{count}:", "{count}:")
LINE = Message("{count} × {rule}, {step} ({state})", "{count} × {rule}, {step} ({state})")
RECIPIENTS = Message("получатели: {names}", "recipients: {names}")
UNKNOWN_RECIPIENTS = Message(
    "получателей сейчас не узнать ({why})", "the recipients cannot be found out now ({why})"
)
MORE = Message("{names} и ещё {count}", "{names} and {count} more")
ASK = {
    "retry": Message("Выполнить их при следующем опросе?", "Have them done with the next poll?"),
    "cancel": Message("Отменить их?", "Cancel them?"),
    "release": Message("Разрешить их?", "Release them?"),
}
DECLINED = {
    "retry": Message("ничего не повторено: {count}", "nothing is retried: {count} left as they were"),
    "cancel": Message("ничего не отменено: {count}", "nothing was cancelled: {count} left as they were"),
    "release": Message("ничего не разрешено: {count}", "nothing was released: {count} left as they were"),
}
NOTHING = {
    "retry": Message("повторять нечего", "there is nothing to retry"),
    "cancel": Message("отменять нечего", "there is nothing to cancel"),
    "release": Message("разрешать нечего", "there is nothing to release"),
}
SAY_WHICH = Message(
    "назовите действия по номерам, или --all, или --rule, --entity, --since",
    "name actions by their ids, or say --all, or --rule, --entity, --since",
)
EITHER = Message("либо номера, либо --all", "say either ids or --all")
