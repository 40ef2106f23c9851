"""Why a step cannot be done, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Message

# the portal's refusals

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

# whom

NOBODY_ACTIVE = Message(
    "{what}: {who}: нет действующего сотрудника{why} (укажите в правиле другого)",
    "{what}: {who} is nobody active{why} (name another person in the rule)",
)
DISMISSED = Message("{name} (user:{id}) уволен(а)", "{name} (user:{id}) is dismissed")
NOBODY = Message("{selector}: никого", "{selector}: nobody")
NO_ADDRESS = Message("{name} (user:{id}): нет адреса почты", "{name} (user:{id}) has no e-mail address")
NOBODY_WITH_ADDRESS = Message("{meant}: ни у кого нет адреса почты", "{meant}: nobody with an e-mail address")
CLIENT_WITHOUT_ADDRESS = Message(
    "ни у контакта, ни у компании нет адреса почты",
    "neither the contact nor the company has an e-mail address",
)
GIVE_ADDRESS = Message(
    "{entity}: {meant}{said}; укажите адрес клиента в CRM, затем b24sync retry, или b24sync "
    "resend-invoice {id} "
    "--to АДРЕС",
    "{entity}: {meant}{said}; give the client one in the CRM, then b24sync retry, or b24sync "
    "resend-invoice {id} "
    "--to ADDRESS",
)
OF_TASK = Message("ответственный за задачу", "responsible of the task")
OF_INVOICE = Message("ответственный за счёт", "responsible of the invoice")
OF_ACTIVITY = Message("ответственный за дело ({kind})", "responsible of the {kind}")
NOT_TOLD = Message(
    "уведомление для user:{id}: портал его не принял (можно ли писать этому пользователю?)",
    "notice to user:{id}: the portal did not take it (see whether the user may be written to)",
)
NOTICE_TO = Message("уведомление для user:{id}", "notice to user:{id}")
COMMISSION_FOR = Message("вознаграждение для {role}: {why}", "commission for {role}: {why}")

# mails and documents

NO_MAIL = Message(
    "почта отключена: добавьте в конфигурацию раздел [mail]",
    "mail is switched off: write a [mail] section into the configuration",
)
LINK_FOR_CLIENT = Message("{entity}: ссылка для клиента", "{entity}: link for the client")
NO_LINK = Message(
    "{entity}: портал не дал ссылку для клиента; укажите attach = false или посмотрите счёт на портале",
    "{entity}: the portal gave no link for the client; set attach = false, or look at the invoice there",
)
NO_COMMENT = Message(
    "письмо отправлено; комментарий в сделке {deal} не добавлен: {why}",
    "the mail was sent; no comment on deal {deal}: {why}",
)
NO_COPY = Message("копия не отправлена: {whom}", "no copy went to {whom}")
GIVE_RIGHT_TO_SEE = Message(
    "дайте владельцу вебхука право это видеть, затем b24sync retry",
    "give the owner of the webhook the right to see it, then b24sync retry",
)
NO_PDF = Message(
    "портал не смог сделать PDF документа {id} ({title}); проверьте на портале шаблон {template}, затем "
    "b24sync retry",
    "the portal could not make the PDF of document {id} ({title}); check the template {template} in the "
    "portal, "
    "then b24sync retry",
)
NO_TEMPLATE = Message(
    "{meant} (есть: {known}); создайте его на портале или исправьте mail.document_template",
    "{meant} (known: {known}); make one in the portal or correct mail.document_template",
)
TEMPLATE_NAMED = Message("шаблона документа «{name}» нет", "no document template {name!r}")
TEMPLATE_ANY = Message("шаблона документа для счетов нет", "no document template for invoices")
NONE = Message("нет", "none")
SLOW_PDF = Message(
    "портал не сделал PDF документа {id} за сутки; посмотрите его там, затем b24sync retry",
    "the portal has not made the PDF of document {id} within a day; look at it there, then b24sync retry",
)

# fields

NO_FIELD = Message("{kind}: поля {name} нет ({advice})", "{kind} has no field {name} ({advice})")
CLOSE_FIELD = Message("возможно, {name}?", "did you mean {name}?")
SEE_DOCTOR = Message("какие есть, покажет b24sync doctor", "see b24sync doctor for those it has")
NOT_CHANGED = Message(
    "{entity}: портал принял {name}, но не изменил (можно ли его менять и подходит ли значение типу "
    "{type}{hint}?)",
    "{entity}: the portal took {name} and did not change it (may it be written, and does the value fit "
    "its type "
    "{type}{hint}?)",
)
HOLDS_ANOTHER = Message(
    "{entity}: в {name} теперь {now} вместо {wanted} (исправьте значение в правиле)",
    "{entity}: {name} holds {now} now instead of {wanted} (correct the value in the rule)",
)

# deals, invoices, tasks

NO_RATES = Message(
    "ставок вознаграждения нет (добавьте в конфигурацию [commission])",
    "there are no rates (add [commission] to the configuration)",
)
NO_FUNNEL = Message(
    "{entity}: стадии {stage} больше нет ни в одной воронке (переведите сделку вручную)",
    "{entity}: its stage {stage} is in no funnel any more (move it by hand)",
)
LAST_STAGE = Message(
    "{entity}: после стадии {stage} других нет (добавьте успешную стадию)",
    "{entity}: there is no stage after {stage} (add a successful stage)",
)
NO_STAGE = Message(
    "{entity}: в его воронке нет стадии {stage} (есть: {known})",
    "{entity}: no stage {stage} in its funnel (known: {known})",
)
TO_STAGE = Message("{entity}: на стадию {stage}", "{entity}: to stage {stage}")
LEFT_THERE = Message(
    "{doing}: портал принял это, но сделка осталась на месте (см. её роботов)",
    "{doing}: the portal took it and left the deal where it was (see its automations)",
)
DUE_DATE = Message("{entity}: срок оплаты {day}", "{entity}: due date {day}")
RESPONSIBLE = Message("{entity}: ответственный user:{user}", "{entity}: responsible user:{user}")
NOT_HANDED_OVER = Message(
    "{doing}: портал принял это, но не изменил (см. права владельца вебхука)",
    "{doing}: the portal took it and did not change it (see the rights of the owner of the webhook)",
)
COMMENT_ON = Message("комментарий к {entity}", "comment on {entity}")
CHANGED_SO_FAR = Message("{troubles} (пока изменено: {changed})", "{troubles} (changed so far: {changed})")
NOTHING = Message("ничего", "nothing")
INVOICE_FOR = Message("счёт для {entity}", "invoice for {entity}")
INVOICE_UNSEEN = Message(
    "счёт для {entity}: портал ответил без него (посмотрите, есть ли он)",
    "invoice for {entity}: the portal answered without it (look whether it is there)",
)
TAKEN_WITHOUT = Message(
    "{entity}: портал принял без {fields} (исправьте вручную)",
    "{entity}: the portal took it without {fields} (correct it by hand)",
)
NOTHING_TO_INVOICE = Message(
    "{entity}: нет ни товарных строк, ни суммы для счёта (добавьте их, затем b24sync retry)",
    "{entity} has neither product rows nor an amount to invoice (add them, then b24sync retry)",
)
EMPTY_AMOUNT = Message(
    "amount: получилось пусто (см. поле, которое указано)",
    "amount: it comes out empty (see the field that it names)",
)
OTHER_CURRENCY = Message(
    "amount: {given} не в валюте {entity}, {currency}",
    "amount: {given} is not in the currency of {entity}, {currency}",
)
NO_SUM = Message(
    "amount: {amount} нельзя выставить (нужно больше 0)",
    "amount: {amount} is no sum to invoice (it must be more than 0)",
)
NO_CONTACT_ID = Message("contact: «{given}» не ID контакта", "contact: {given!r} is no id of a contact")
NO_INVOICE_STAGE = Message(
    "status: у счетов нет стадии {stage} (см. [invoice.status])",
    "status: invoices have no stage {stage} (see [invoice.status])",
)
ROWS_OF = Message("товарные строки {entity}", "product rows of {entity}")
ROWS_DIFFER = Message(
    "{entity}: товарные строки получились не такими, как у сделки (сравните)",
    "{entity}: its product rows came out otherwise than those of the deal (compare them)",
)
EMPTY_TITLE = Message(
    "title: получилось пусто (напишите название, в котором всегда что-то есть)",
    "title: it comes out empty (write one that always says something)",
)
TASK = Message("задача «{title}»", "task {title!r}")
TASK_UNSEEN = Message(
    "задача «{title}»: портал ответил без её ID (посмотрите, есть ли она)",
    "task {title!r}: the portal answered without an id (look whether it is there)",
)
AND_MORE = Message(" (и ещё {count})", " (and {count} more)")
NEEDS_CLIENT = Message(
    "{entity}: для дела ({kind}) нужен контакт или компания (привяжите, затем b24sync retry)",
    "{entity}: a {kind} needs a contact or a company (link one, then b24sync retry)",
)
ACTIVITY_FOR = Message("{kind} для {entity}", "{kind} for {entity}")
