"""What ``doctor`` says of mail and documents."""

from __future__ import annotations

from b24sync.words import Message

# the way out
REDIRECTED = Message("все письма идут на {address}", "every mail goes to {address}")
END_REDIRECTION = Message(
    "уберите mail.redirect_to, когда пробный период закончится",
    "take out mail.redirect_to when the trial is over",
)
CHECK_LOGIN = Message(
    "проверьте host, port, security, user и password в [mail]",
    "check host, port, security, user and password of [mail]",
)
INTO_FOLDER = Message(
    'transport = "file": письма пишутся в {folder} и никому не отправляются',
    'transport = "file": mails are written into {folder} and sent to nobody',
)
FOR_REAL_MAIL = Message(
    'для настоящей почты: transport = "smtp" или "portal"', 'for real mail: transport = "smtp" or "portal"'
)
FOLDER_NOT_WRITABLE = Message("{folder}: нельзя писать", "{folder} cannot be written")
CHECK_FOLDER = Message(
    "проверьте права папки или измените mail.folder", "check the rights of the folder, or change mail.folder"
)

# mail by the portal
NO_BCC = Message("{where}: портал не умеет скрытых копий", "{where}: the portal cannot send bcc")
USE_CC = Message('используйте cc или transport = "smtp"', 'use cc, or transport = "smtp"')
WHETHER_SENDER = Message(
    "отправляет ли портал от {address} ({why})", "whether {address} is a sender of the portal ({why})"
)
SEND_YOURSELF = Message(
    "отправьте один счёт себе: b24sync resend-invoice ID --to ВЫ",
    "send one invoice to yourself: b24sync resend-invoice ID --to YOU",
)
SENDS_AS = Message("портал отправляет от имени {sender}", "the portal sends as {sender}")
NO_SENDER = Message(
    "{address}: не отправитель портала (mail.mailbox.senders): {known}",
    "{address} is no sender of the portal (mail.mailbox.senders): {known}",
)
NONE = Message("нет", "none")
ADD_MAILBOX = Message(
    "добавьте ящик на портале или измените mail.from", "add the mailbox at the portal, or change mail.from"
)

# document templates
AS_LINK = Message(
    "счета старого модуля отправляются ссылкой, без PDF",
    "invoices of the old module are sent as a link, without a PDF",
)
GIVE_TEMPLATES = Message(
    "дайте владельцу вебхука право изменять шаблоны документов (DOCGEN_ACCESS_ERROR исчезнет) или укажите ID "
    "шаблона",
    "give the webhook's owner the right to edit document templates (DOCGEN_ACCESS_ERROR goes away), or write "
    "the template's id",
)
NOT_BY_NAME = Message("{where} не найти по имени: {why}", "{where} cannot be found by its name: {why}")
FIRST_TAKEN = Message(
    "{where} не указан: берётся первый для счетов, {template}",
    "{where} is not set: the first for invoices is taken, {template}",
)
NO_TEMPLATE_AT_ALL = Message(
    "{where}: на портале нет шаблона документа для счетов",
    "{where}: the portal has no document template for invoices",
)
MAKE_TEMPLATE = Message(
    "создайте его (CRM → Настройки → Шаблоны документов)", "make one (CRM → Settings → Document templates)"
)
NO_TEMPLATE = Message(
    "{where}: на портале нет шаблона документа {name}", "{where}: the portal has no document template {name}"
)
MEANT = Message("возможно, {word}?", "did you mean {word}?")
FOR_INVOICES = Message("для счетов: {names}", "for invoices: {names}")
NOT_FOR_INVOICES = Message("{where}: {template} не для счетов", "{where}: {template} is not for invoices")
BIND_TEMPLATE = Message(
    "привяжите его к счетам (CRM → Настройки → Шаблоны документов) или возьмите: {names}",
    "bind it to invoices (CRM → Settings → Document templates), or use: {names}",
)
IS_FOR_INVOICES = Message("{template}: для счетов", "{template} is for invoices")

# robots
ROBOTS = Message(
    "правила {rules} пишут клиентам; роботов по REST не прочитать",
    "rules {rules} mail clients; robots cannot be read by REST",
)
ONE_OF_TWO = Message(
    "если счета отправляет и робот портала, клиент получит два письма: отключите одно из двух",
    "if the portal has an automation rule (robot) that mails invoices too, clients get two mails: switch one "
    "off",
)
