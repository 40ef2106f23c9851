"""Sentences of ``doctor`` on mail and documents."""

from __future__ import annotations

from b24sync.words import Message

MAIL: tuple[Message, ...] = (
    Message("все письма идут на {address}", "every mail goes to {address}"),
    Message(
        "уберите mail.redirect_to, когда пробный период закончится",
        "take out mail.redirect_to when the trial is over",
    ),
    Message(
        "проверьте host, port, security, user и password в [mail]",
        "check host, port, security, user and password of [mail]",
    ),
    Message(
        'transport = "file": письма пишутся в {folder} и никому не отправляются',
        'transport = "file": mails are written into {folder} and sent to nobody',
    ),
    Message(
        'для настоящей почты: transport = "smtp" или "portal"',
        'for real mail: transport = "smtp" or "portal"',
    ),
    Message(
        "проверьте права папки или измените mail.folder",
        "check the rights of the folder, or change mail.folder",
    ),
    Message("{where}: портал не умеет скрытых копий", "{where}: the portal cannot send bcc"),
    Message('используйте cc или transport = "smtp"', 'use cc, or transport = "smtp"'),
    Message(
        "отправляет ли портал от {address} ({why})", "whether {address} is a sender of the portal ({why})"
    ),
    Message(
        "отправьте один счёт себе: b24sync resend-invoice ID --to ВЫ",
        "send one invoice to yourself: b24sync resend-invoice ID --to YOU",
    ),
    Message("портал отправляет от имени {sender}", "the portal sends as {sender}"),
    Message(
        "{address}: не отправитель портала (mail.mailbox.senders): {known}",
        "{address} is no sender of the portal (mail.mailbox.senders): {known}",
    ),
    Message(
        "добавьте ящик на портале или измените mail.from",
        "add the mailbox at the portal, or change mail.from",
    ),
    Message(
        "счета старого модуля отправляются ссылкой, без PDF",
        "invoices of the old module are sent as a link, without a PDF",
    ),
    Message(
        "дайте владельцу вебхука право изменять шаблоны документов (DOCGEN_ACCESS_ERROR исчезнет) или "
        "укажите ID шаблона",
        "give the webhook's owner the right to edit document templates (DOCGEN_ACCESS_ERROR goes away), "
        "or write the "
        "template's id",
    ),
    Message("{where} не найти по имени: {why}", "{where} cannot be found by its name: {why}"),
    Message(
        "{where} не указан: берётся первый для счетов, {template}",
        "{where} is not set: the first for invoices is taken, {template}",
    ),
    Message(
        "{where}: на портале нет шаблона документа для счетов",
        "{where}: the portal has no document template for invoices",
    ),
    Message(
        "создайте его (CRM → Настройки → Шаблоны документов)",
        "make one (CRM → Settings → Document templates)",
    ),
    Message(
        "{where}: на портале нет шаблона документа {name}",
        "{where}: the portal has no document template {name}",
    ),
    Message("для счетов: {names}", "for invoices: {names}"),
    Message("{where}: {template} не для счетов", "{where}: {template} is not for invoices"),
    Message(
        "привяжите его к счетам (CRM → Настройки → Шаблоны документов) или возьмите: {names}",
        "bind it to invoices (CRM → Settings → Document templates), or use: {names}",
    ),
    Message("{template}: для счетов", "{template} is for invoices"),
    Message(
        "правила {rules} пишут клиентам; роботов по REST не прочитать",
        "rules {rules} mail clients; robots cannot be read by REST",
    ),
    Message(
        "если счета отправляет и робот портала, клиент получит два письма: отключите одно из двух",
        "if the portal has an automation rule (robot) that mails invoices too, clients get two mails: "
        "switch one off",
    ),
)
