"""What ``doctor`` finds and advises.

The checks speak English; their sentences are the keys, as in gettext. `said` gives the sentence of the
language that is spoken, and the English one where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from b24sync.words import Message, language

STATUSES: Mapping[str, Message] = {
    "ok": Message("ок", "ok"),
    "warn": Message("внимание", "warn"),
    "fail": Message("ошибка", "fail"),
}
TOTALS = Message(
    "ошибок: {fail}, предупреждений: {warn}, в порядке: {ok}", "{fail} failed, {warn} warnings, {ok} ok"
)

SENTENCES: tuple[Message, ...] = (
    # rules
    Message(
        "проверено ({steps}); попробовать на портале не на чем",
        "compiled ({steps}); there is nothing at the portal to try it on",
    ),
    Message(
        "проверено и опробовано на {entity} ({steps}, условие там выполнено){rest}",
        "compiled and tried on {entity} ({steps}, when is true there){rest}",
    ),
    Message(
        "проверено и опробовано на {entity} ({steps}, условие там не выполнено){rest}",
        "compiled and tried on {entity} ({steps}, when is false there){rest}",
    ),
    Message(
        "проверено и опробовано на {entity} ({steps}){rest}", "compiled and tried on {entity} ({steps}){rest}"
    ),
    Message("проверено ({steps})", "compiled ({steps})"),
    Message(
        "значения не удалось прочитать за разумное число запросов",
        "its values could not be read in a reasonable number of questions",
    ),
    Message(
        "b24sync run-rule ПРАВИЛО ОБЪЕКТ --dry-run покажет это ещё раз",
        "b24sync run-rule NAME ENTITY --dry-run shows it again",
    ),
    Message("{where}: {selector}: здесь никого ({left})", "{where}: {selector} is nobody here ({left})"),
    Message("{where}: {selector}: здесь никого", "{where}: {selector} is nobody here"),
    # access
    Message("наблюдаются {kinds}", "watching {kinds}"),
    Message("правила {rules}", "rule {rules}"),
    Message("поиск сотрудников", "finding people"),
    Message("PDF счетов", "the PDF of invoices"),
    Message("портал отказывает: insufficient_scope", "the portal refuses it: insufficient_scope"),
    Message("scope не вернул список", "scope gave no list"),
    Message("все права есть: {scopes}", "all there: {scopes}"),
    Message(
        "user_brief скрывает почту сотрудников (user.get)",
        "user_brief hides the e-mail addresses of users (user.get)",
    ),
    Message(
        "вебхуку не хватает права {scope}: {methods} ({why})",
        "the webhook lacks the scope {scope}: {methods} ({why})",
    ),
    Message(
        "добавьте право {scope}: Разработчикам → Вебхуки → Изменить → Права (секрет не изменится, если "
        "это сделает "
        "владелец)",
        "add the scope {scope}: Developer resources → Webhooks → Edit → Rights (the secret stays as it "
        "is if the "
        "owner does it)",
    ),
    Message("profile и user.admin не говорят этого", "profile and user.admin do not say"),
    Message(
        "владелец вебхука{name} администратор и видит всё",
        "the webhook's owner{name} is an administrator and sees everything",
    ),
    Message(
        "пусть вебхук сделает администратор, или дайте владельцу право читать всё",
        "let an administrator make the webhook, or give its owner the right to read everything",
    ),
    Message(
        "владелец вебхука{name} не администратор: чужие задачи скрыты от tasks.task.list, поэтому "
        "invoice.tasks_completed может прийти, хотя задачи ещё открыты; данные CRM тоже могут быть "
        "скрыты (молча)",
        "the webhook's owner{name} is no administrator: tasks of others are hidden from tasks.task.list, so "
        "invoice.tasks_completed may come although tasks are still open; CRM rows may be hidden too "
        "(silently)",
    ),
    Message(
        "владелец вебхука{name} не администратор: чего этот сотрудник не видит, того не будет (молча): "
        "{hidden}",
        "the webhook's owner{name} is no administrator: what that person may not see is missing silently "
        "({hidden})",
    ),
    Message(
        "владелец вебхука{name} не администратор: {hidden}",
        "the webhook's owner{name} is no administrator: {hidden}",
    ),
    # calendar
    Message(
        "когда официальный календарь выйдет, загрузите его: b24sync calendar import ФАЙЛ",
        "import the official one when it is published: b24sync calendar import FILE",
    ),
    Message("см. [calendar] file и country", "see [calendar] file and country"),
    Message(
        "{country} {year}: официального календаря ещё нет, известны только выходные и постоянные "
        "праздники; {how}",
        "{country} {year}: no published calendar is known, only weekends and fixed holidays; {how}",
    ),
    Message("сроки оплаты в этом году не переносятся", "due dates in it are left as they are"),
    Message("перенос сроков в этом году невозможен", "shifting in it fails"),
    Message("дни этого года предварительные", "its days are preliminary"),
    Message(
        "{country} {year}: опубликован, рабочих дней {count} ({source})",
        "{country} {year}: published, {count} working days ({source})",
    ),
    # database
    Message("{path}: опросов ещё не было", "{path}: no poll yet"),
    Message(
        "запустите b24sync poll (первый опрос тихо запоминает исходное состояние)",
        "run: b24sync poll (the first one takes the baseline, quietly)",
    ),
    Message("{path}: папки нет", "{path}: the folder does not exist"),
    Message(
        "создайте её (mkdir -p {path}) или измените store.path",
        "make it (mkdir -p {path}) or change store.path",
    ),
    Message(
        "запускайте от имени владельца или измените store.path", "run as its owner, or change store.path"
    ),
    Message("{path}: в папку нельзя писать", "{path}: the folder cannot be written"),
    Message(
        "{path}: файлы в папке может подменить кто угодно", "{path}: anybody may replace files in this folder"
    ),
    Message("chmod o-w {path} или измените store.path", "chmod o-w {path}, or change store.path"),
    Message("{path}: свободно только {size} МБ", "{path}: only {size} MB free"),
    Message(
        "освободите место: полный диск останавливает опросы (ничего не потеряно)",
        "free space: a full disk stops polls (nothing is lost)",
    ),
    Message("укажите в store.path сам файл", "name the real file in store.path"),
    Message("{path}: это символическая ссылка", "{path}: is a symbolic link"),
    Message("{path}: доступна другим (права {mode})", "{path}: others may read or change it (mode {mode})"),
    Message("запускайте от имени владельца", "run as its owner"),
    Message("{path}: нельзя писать", "{path}: cannot be written"),
    Message("измените store.path", "change store.path"),
    Message("{path}: это не база b24sync", "{path}: is not a database of b24sync"),
    Message(
        "{path}: схема {version} новее этой программы ({own})",
        "{path}: its schema {version} is newer than this program's {own}",
    ),
    Message("обновите b24sync", "upgrade b24sync"),
    Message(
        "{path}: {size} МБ, схема {version} (обновит следующий опрос), цела",
        "{path}: {size} MB, schema {version} (upgraded by the next poll), whole",
    ),
    Message("{path}: {size} МБ, схема {version}, цела", "{path}: {size} MB, schema {version}, whole"),
    Message(
        "{path}: {size} МБ, схема {version}; велика для полной проверки за {seconds} с, повреждений не видно",
        "{path}: {size} MB, schema {version}; too large to check it whole within {seconds} s, no damage seen",
    ),
    Message(
        "восстановите её из копии и запустите b24sync poll --baseline или уберите и начните заново",
        "restore it from a backup and run b24sync poll --baseline, or move it away and start anew",
    ),
    Message("{path}: повреждена ({why})", "{path}: is damaged ({why})"),
    Message("удачных опросов ещё не было", "no poll has gone well yet"),
    Message("запустите b24sync poll", "run: b24sync poll"),
    Message("последний удачный опрос: {count} с назад", "the last poll that went well was {count} s ago"),
    Message("последний удачный опрос: {count} мин назад", "the last poll that went well was {count} min ago"),
    Message("последний удачный опрос: {count} ч назад", "the last poll that went well was {count} h ago"),
    Message("последний удачный опрос: {count} дн. назад", "the last poll that went well was {count} d ago"),
    Message("последний удачный опрос: {when}", "the last poll that went well was {when}"),
    Message(
        "проверьте, что cron или служба работает: b24sync status",
        "see that cron or the service runs: b24sync status",
    ),
    Message(
        "если их правда нет: b24sync poll --reconcile",
        "if that many are really gone: b24sync poll --reconcile",
    ),
    Message("ждут решения: {counts}", "open: {counts}"),
    Message(
        "посмотрите b24sync status; затем b24sync retry, release или cancel",
        "look: b24sync status; then b24sync retry, release or cancel",
    ),
    Message("запускайте от имени владельца файла", "run as the owner of the file"),
    Message("сейчас опроса нет", "no poll runs now"),
    Message("сейчас идёт опрос", "a poll runs now"),
    # the examination
    Message("{path}: правил {count}, наблюдаются {kinds}", "{path}: {count} rules, watching {kinds}"),
    Message(
        "safety.dry_run = true: всё планируется и ничего не делается",
        "safety.dry_run = true: everything is planned and nothing is done",
    ),
    Message("выключите, когда пробный период закончится", "set it to false when the trial is over"),
    Message(
        "{why}; не проверены: scopes, admin, date_filter, stage_history, stages, fields, people, templates",
        "{why}; not checked: scopes, admin, date_filter, stage_history, stages, fields, people, templates",
    ),
    Message(
        "проверьте адрес, отвечает ли портал и не мешает ли что-то между; затем запустите doctor снова",
        "see that the address is right, the portal answers, and nothing between blocks it; then run "
        "doctor again",
    ),
    Message("{portal} отвечает, {user}", "{portal} answers, {user}"),
    Message("где это случилось, покажет --verbose", "see --verbose for where it happened"),
    Message(
        "ответ портала неожиданного вида ({why})", "an answer of the portal has an unexpected form ({why})"
    ),
    Message("исправьте файл и запустите doctor снова", "correct the file and run doctor again"),
    Message("не проверить: {why}", "cannot be checked: {why}"),
    # feeds and clocks
    Message(
        "поставьте владельцу часовой пояс портала (профиль владельца на портале → Часовой пояс)",
        "set the owner's time zone to the portal's (the owner's profile at the portal → Time zone)",
    ),
    Message(
        "поставьте владельцу часовой пояс портала (профиль владельца на портале → Часовой пояс) и "
        "запустите doctor снова",
        "set the owner's time zone to the portal's (the owner's profile at the portal → Time zone), and "
        "run doctor "
        "again",
    ),
    Message(
        'дайте владельцу вебхука право или уберите "{kind}" из poll.watch',
        'give the webhook\'s owner the right, or take "{kind}" out of poll.watch',
    ),
    Message(
        "пока нечем измерить: нет ни одной строки; до того опросы смотрят на день назад",
        "cannot be measured: there is no row yet to measure it with; until then polls look a day further "
        "back",
    ),
    Message(
        "ответы фильтра >=updatedTime ничем не объяснить; опросы смотрят на день назад",
        "no bound of the filter >=updatedTime explains its answers; polls look a day further back",
    ),
    Message(
        "crm.item.list точно отбирает по updatedTime (измерено на {entity})",
        "crm.item.list filters by updatedTime exactly (measured with {entity})",
    ),
    Message(
        "crm.item.list сдвигает фильтр >=updatedTime на {shift}: владелец вебхука живёт по другому "
        "времени, чем портал; "
        "опросы это учитывают (летнее время может это изменить)",
        "crm.item.list shifts the filter >=updatedTime by {shift}: the webhook's owner{rest} (polls "
        "reckon with it; "
        "summer time may change it)",
    ),
    Message(
        "crm.stagehistory.list показывает каждый переход (entityTypeId {type})",
        "crm.stagehistory.list gives every stage move (entityTypeId {type})",
    ),
    Message(
        "истории стадий нет ({why}): из нескольких переходов между опросами виден только последний, а "
        "возврат на ту же "
        "стадию (A → B → A) не виден вовсе, поэтому событий {event} может не хватать",
        "not to be had ({why}): of several moves between two polls only the last is seen, and a stage "
        "that came back "
        "(A → B → A) not at all, so {event} events may be missing",
    ),
    Message(
        "опрашивайте чаще (каждую минуту); обновите коробочный портал",
        "poll often (every minute); update a self-hosted portal",
    ),
    Message("портал не сообщает время", "the portal does not tell its time"),
    Message(
        "часы машины и портала совпадают; пояс портала {offset}",
        "this machine's clock and the portal's agree; the portal's offset is {offset}",
    ),
    Message(
        "часы машины расходятся с порталом на {seconds} с; по ним идут только журналы и паузы",
        "this machine's clock is {seconds} s {side} the portal's; only times in logs and the back-off go "
        "by it",
    ),
    Message(
        "включите точное время (timedatectl set-ntp true)",
        "let the machine set its clock (timedatectl set-ntp true)",
    ),
    # fields, look-ups, companies
    Message("поля {kind} ({why})", "the fields of {kind} ({why})"),
    Message("использовано {count}, все есть", "{count} used, all there"),
    Message("своих полей портала не используется", "no field of the portal's own codes is used"),
    Message(
        "{where}: у {owner} нет поля {code} ({method})", "{where}: {owner} has no field {code} ({method})"
    ),
    Message("возможно, {word}?", "did you mean {word}?"),
    Message("есть: {words}", "known: {words}"),
    Message(
        "{where}: у {owner} нет {code} (lists.field.get)", "{where}: {owner} has no {code} (lists.field.get)"
    ),
    Message(
        "{where}: {field} типа {type}, в нём нет сотрудника",
        "{where}: {field} is of type {type}, which holds no user",
    ),
    Message("выберите поле типа «сотрудник»", "choose a field of type employee"),
    Message("выберите другое поле", "choose another field"),
    Message("{where}: {field} только для чтения", "{where}: {field} can only be read"),
    Message("{where}: у {field} нет значения {value}", "{where}: {field} has no value {value}"),
    Message("на портале нет {what}: {why}", "the portal has no {what}: {why}"),
    Message(
        "укажите ID, который портал показывает в адресе страницы",
        "write the id that the portal shows in the address of its page",
    ),
    Message("дайте владельцу вебхука право читать это", "give the webhook's owner the right to read it"),
    Message(
        "укажите [invoice] my_company (свои компании покажет b24sync init)",
        "write [invoice] my_company (b24sync init lists the own companies)",
    ),
    Message(
        "в счетах, которые делает b24sync, не будет своей компании (invoice.my_company = 0)",
        "invoices that b24sync creates will name no own company (invoice.my_company is 0)",
    ),
    Message("не спрашивали", "not asked"),
    Message(
        "укажите ID своей компании (CRM → Настройки → Реквизиты моей компании)",
        "write the id of a company of your own (CRM → Settings → My company details)",
    ),
    Message(
        "компания {id} ({title}): клиент, а не своя компания",
        "company {id} ({title}) is a client, not an own company",
    ),
    Message("компания {id}: {title}", "company {id}: {title}"),
    # mail and documents
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
    # staff
    Message("по ID никто не указан", "nobody is named by id"),
    Message(
        "{users} сотр., {departments} подр.: есть и действуют",
        "{users} users, {departments} departments: there and active",
    ),
    Message("{users} сотр.: есть и действуют", "{users} users: there and active"),
    Message("{departments} подр.: есть и действуют", "{departments} departments: there and active"),
    Message("user.get ничего не вернул", "user.get gave nothing"),
    Message("department.get ничего не вернул", "department.get gave nothing"),
    Message("{where}: нет user:{id} (user.get)", "{where}: there is no user:{id} (user.get)"),
    Message(
        "укажите число, которым кончается адрес профиля",
        "write the number that the address of the profile ends with",
    ),
    Message("укажите другого сотрудника", "name somebody else"),
    Message("{where}: user:{id} ({name}) уволен(а)", "{where}: user:{id} ({name}) is dismissed"),
    Message(
        "{where}: нет department:{id} (department.get)",
        "{where}: there is no department:{id} (department.get)",
    ),
    Message(
        "{where}: у department:{id} ({name}) нет действующего руководителя",
        "{where}: department:{id} ({name}) has no active head",
    ),
    Message(
        "назначьте руководителя в структуре компании на портале",
        "name a head in the company structure of the portal",
    ),
    Message(
        "{where}: на портале нет подразделений (department.get)",
        "{where}: the portal has no departments (department.get)",
    ),
    Message(
        "{where}: над {names} нет действующего руководителя: никто не узнает",
        "{where}: no active head over {names}: nobody is told there",
    ),
    # stages
    Message(
        "стадии {kind} (crm.category.list, crm.status.list)",
        "the stages of {kind} (crm.category.list, crm.status.list)",
    ),
    Message("проверьте права вебхука и его владельца", "see the scopes and the rights of the owner"),
    Message(
        "{where}: на портале нет стадии {stage} у {kind}",
        "{where}: the portal has no stage {stage} of {kind}",
    ),
    Message(
        "{where}: {stage} относится к воронке {funnel}", "{where}: {stage} is a stage of funnel {funnel}"
    ),
    Message("укажите стадию воронки {funnel}", "write a stage of funnel {funnel}"),
    Message(
        "это стадия {elsewhere}; укажите стадию {kind}: {stages}",
        "it is a stage of {elsewhere}; write one of {kind}: {stages}",
    ),
    Message(
        "{where}: {stage} на портале не того вида ({what})",
        "{where}: {stage} is a {what} stage at the portal",
    ),
    Message(
        "проверьте, что это {name}; обычно это стадия другого вида ({what})",
        "check that it means {name}; usually that is a {what} stage",
    ),
    Message(
        "добавьте в [invoice.status]: {line}; стадии: {stages}",
        "add to [invoice.status]: {line}; the stages are {stages}",
    ),
    Message("{where}: ни одна стадия портала не «{name}»", '{where}: no stage of this portal is "{name}"'),
    Message("использовано {count}, все есть; счета: {parts}", "{count} used, all there; invoices: {parts}"),
    Message("{what}: на месте", "{what} is there"),
)
"""In the order in which they are tried."""


_SENTENCES_WITHIN = ("rest", "hidden", "how", "why")


def _each(text: str) -> str:
    """Sentences within one, each by itself."""
    return "; ".join(said(part) for part in text.split("; "))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Message], ...]:
    return tuple((pattern_of(one.en), one) for one in SENTENCES)


def pattern_of(template: str) -> re.Pattern[str]:
    """What a sentence of a template looks like, whatever its values are."""
    parts = re.split(r"\{(\w+)\}", template)
    text = "".join(re.escape(part) if n % 2 == 0 else f"(?P<{part}>.*?)" for n, part in enumerate(parts))
    return re.compile(text, re.DOTALL)


def said(text: str) -> str:
    """A sentence of a check in the language that is spoken."""
    if language() == "en":
        return text
    for pattern, message in _patterns():
        found = pattern.fullmatch(text)
        if found:
            values = found.groupdict()
            more = {name: _each(values[name]) for name in _SENTENCES_WITHIN if name in values}
            return message.ru.format(**{**values, **more})
    return text
