"""Why something is refused, and what to do about it; what one step alone says stands in its file."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Message

IN_FIELDS = Message(" (поле {fields})", " (field {fields})")
REMEDIES: Mapping[str, Message] = {
    "CRM_FIELD_ERROR_REQUIRED": Message(
        "заполните это поле, затем b24sync retry", "fill that field, then b24sync retry"
    ),
    "CRM_FIELD_ERROR_VALUE_NOT_VALID": Message(
        "исправьте значение в правиле", "correct the value in the rule"
    ),
    "ACCESS_DENIED": Message(
        "дайте владельцу вебхука право на это, затем b24sync retry",
        "give the owner of the webhook the right to it, then b24sync retry",
    ),
    "ERROR_IBLOCK_NOT_FOUND": Message(
        "исправьте номер списка в правиле или дайте владельцу вебхука читать этот список",
        "correct the number of the list in the rule, or let the owner of the webhook read that list",
    ),
    "UPDATE_DYNAMIC_ITEM_RESTRICTED": Message(
        "тариф портала этого не позволяет", "the portal's plan does not allow it"
    ),
    "DOCGEN_LIMIT_ERROR": Message(
        "тариф портала не позволяет больше документов: смените его или укажите attach = false",
        "the portal's plan allows no more documents: raise it, or set attach = false",
    ),
    "DOCGEN_ACCESS_ERROR": Message(
        "дайте владельцу вебхука право изменять шаблоны документов (настройки CRM, генератор документов)",
        "give the owner of the webhook the right to edit document templates (CRM settings, document "
        "generator)",
    ),
    "": Message(
        "если речь о доступе, дайте владельцу вебхука право на это, затем b24sync retry",
        "if it speaks of access, give the owner of the webhook the right to it, then b24sync retry",
    ),
}
ADD_SCOPE = Message("добавьте вебхуку право {scope}", "add the scope {scope} to the webhook")
ADD_A_SCOPE = Message("добавьте вебхуку нужное право", "add the scope to the webhook")
GONE = Message(
    "удалено или скрыто от владельца вебхука", "it is gone or hidden from the owner of the webhook"
)
NOBODY_ACTIVE = Message(
    "{what}: {who}: нет действующего сотрудника{why} (укажите в правиле другого)",
    "{what}: {who} is nobody active{why} (name another person in the rule)",
)
DISMISSED = Message("{name} (user:{id}) уволен(а)", "{name} (user:{id}) is dismissed")
NOBODY = Message("{selector}: никого", "{selector}: nobody")
GIVE_RIGHT_TO_SEE = Message(
    "дайте владельцу вебхука право это видеть, затем b24sync retry",
    "give the owner of the webhook the right to see it, then b24sync retry",
)
