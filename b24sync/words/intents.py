"""What an action would do, did or says, in words (``result`` and ``result.would``, contract.md §4)."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Message

LABELS: Mapping[str, Message] = {
    "failed": Message("не получится", "would fail"),
    "skipped": Message("не потребуется", "not wanted"),
    "waits_for": Message("подождёт", "would wait for"),
    "entity": Message("для", "for"),
    "title": Message("название", "title"),
    "subject": Message("тема", "subject"),
    "to": Message("кому", "to"),
    "responsible": Message("ответственный", "responsible"),
    "cc": Message("копия", "cc"),
    "bcc": Message("скрытая копия", "bcc"),
    "redirect_to": Message("перенаправлено на", "redirected to"),
    "left_out": Message("без", "left out"),
    "targets": Message("чего", "of"),
    "stage": Message("стадия", "stage"),
    "due_date": Message("срок оплаты", "due date"),
    "amount": Message("сумма", "amount"),
    "rows": Message("строк", "rows"),
    "start": Message("начало", "start"),
    "deadline": Message("срок", "deadline"),
    "tags": Message("теги", "tags"),
    "attachment": Message("вложение", "attachment"),
    "commission": Message("вознаграждение", "commission"),
    "text": Message("текст", "text"),
}
NO_CHANGE = Message("уже так, менять нечего", "already so, nothing to change")
MOVE = Message("«{before}» → «{after}»", "“{before}” → “{after}”")
EMPTIED = Message("(пусто)", "(empty)")
