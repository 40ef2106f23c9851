"""Sentences of ``doctor`` on what rules name: fields, people, stages; and on rules that it tried."""

from __future__ import annotations

from b24sync.words import Message

RULES: tuple[Message, ...] = (
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
)

FIELDS: tuple[Message, ...] = (
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
)

STAFF: tuple[Message, ...] = (
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
)

STAGES: tuple[Message, ...] = (
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
