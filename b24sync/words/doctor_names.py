"""What ``doctor`` says of what rules name: fields, people, stages; and of rules that it tried."""

from __future__ import annotations

from b24sync.words import Message

MEANT = Message("возможно, {word}?", "did you mean {word}?")
KNOWN = Message("есть: {words}", "known: {words}")
IS_THERE = Message("{what}: на месте", "{what} is there")
ALL_THERE = Message("использовано {count}, все есть", "{count} used, all there")

# rules
COMPILED = Message("проверено ({steps})", "compiled ({steps})")
NOTHING_TO_TRY = Message(
    "проверено ({steps}); попробовать на портале не на чем",
    "compiled ({steps}); there is nothing at the portal to try it on",
)
TRIED = Message("проверено и опробовано на {entity} ({steps})", "compiled and tried on {entity} ({steps})")
TRIED_TRUE = Message(
    "проверено и опробовано на {entity} ({steps}, условие там выполнено)",
    "compiled and tried on {entity} ({steps}, when is true there)",
)
TRIED_FALSE = Message(
    "проверено и опробовано на {entity} ({steps}, условие там не выполнено)",
    "compiled and tried on {entity} ({steps}, when is false there)",
)
FAILS_ON = Message("{where}: на {entity}: {why}", "{where}: on {entity}: {why}")
TRY_AGAIN = Message(
    "b24sync run-rule ПРАВИЛО ОБЪЕКТ --dry-run покажет это ещё раз",
    "b24sync run-rule NAME ENTITY --dry-run shows it again",
)
NOBODY = Message("{where}: {selector}: здесь никого", "{where}: {selector} is nobody here")
NOBODY_LEFT = Message(
    "{where}: {selector}: здесь никого ({left})", "{where}: {selector} is nobody here ({left})"
)

# conditions and sections
NEVER = Message("{where}: {path} не бывает {text}", "{where}: {path} is never {text}")
NO_SECTION = Message(
    "{where}: в каталоге нет раздела {id} (catalog.section.get)",
    "{where}: the catalogue has no section {id} (catalog.section.get)",
)
SECTION_NUMBER = Message(
    "укажите число, которое портал показывает в адресе раздела",
    "write the number that the portal shows in the address of the section",
)
SECTION_UNREAD = Message("{where}: раздел {id}: {why}", "{where}: section {id}: {why}")

# fields and look-ups
FIELDS_OF = Message("поля {kind} ({why})", "the fields of {kind} ({why})")
NONE_NAMED = Message("портал их не называет", "the portal names none")
NO_OWN_FIELDS = Message("своих полей портала не используется", "no field of the portal's own codes is used")
NO_FIELD = Message(
    "{where}: у {owner} нет поля {code} ({method})", "{where}: {owner} has no field {code} ({method})"
)
NO_CUSTOM_FIELD = Message("своих полей нет", "no custom field")
NO_PROPERTY = Message(
    "{where}: у {owner} нет {code} (lists.field.get)", "{where}: {owner} has no {code} (lists.field.get)"
)
NO_USER_IN = Message(
    "{where}: {field} типа {type}, в нём нет сотрудника",
    "{where}: {field} is of type {type}, which holds no user",
)
CHOOSE_EMPLOYEE = Message("выберите поле типа «сотрудник»", "choose a field of type employee")
READ_ONLY = Message("{where}: {field} только для чтения", "{where}: {field} can only be read")
CHOOSE_OTHER = Message("выберите другое поле", "choose another field")
NO_VALUE = Message("{where}: у {field} нет значения {value}", "{where}: {field} has no value {value}")
SMART_PROCESS = Message("смарт-процесс {number}", "smart process {number}")
NO_SUCH = Message("на портале нет {what}: {why}", "the portal has no {what}: {why}")
WRITE_ID = Message(
    "укажите ID, который портал показывает в адресе страницы",
    "write the id that the portal shows in the address of its page",
)
GIVE_RIGHT = Message(
    "дайте владельцу вебхука право читать это", "give the webhook's owner the right to read it"
)

# the own company
NO_OWN_COMPANY = Message(
    "в счетах, которые делает b24sync, не будет своей компании (invoice.my_company = 0)",
    "invoices that b24sync creates will name no own company (invoice.my_company is 0)",
)
WRITE_MY_COMPANY = Message(
    "укажите [invoice] my_company (свои компании покажет b24sync init)",
    "write [invoice] my_company (b24sync init lists the own companies)",
)
NOT_ASKED = Message("не спрашивали", "not asked")
COMPANY = Message("invoice.my_company: компания {id}: {title}", "invoice.my_company: company {id}: {title}")
IS_CLIENT = Message(
    "invoice.my_company: компания {id} ({title}): клиент, а не своя компания",
    "invoice.my_company: company {id} ({title}) is a client, not an own company",
)
OWN_COMPANY_ID = Message(
    "укажите ID своей компании (CRM → Настройки → Реквизиты моей компании)",
    "write the id of a company of your own (CRM → Settings → My company details)",
)

# people
NOBODY_BY_ID = Message("по ID никто не указан", "nobody is named by id")
USERS = Message("{count} сотр.", "{count} users")
DEPARTMENTS = Message("{count} подр.", "{count} departments")
ACTIVE = Message("{who}: есть и действуют", "{who}: there and active")
NO_USERS_TOLD = Message("user.get ничего не вернул", "user.get gave nothing")
NO_DEPARTMENTS_TOLD = Message("department.get ничего не вернул", "department.get gave nothing")
NO_USER = Message("{where}: нет user:{id} (user.get)", "{where}: there is no user:{id} (user.get)")
PROFILE_NUMBER = Message(
    "укажите число, которым кончается адрес профиля",
    "write the number that the address of the profile ends with",
)
DISMISSED = Message("{where}: user:{id} ({name}) уволен(а)", "{where}: user:{id} ({name}) is dismissed")
NAME_OTHER = Message("укажите другого сотрудника", "name somebody else")
NO_DEPARTMENT = Message(
    "{where}: нет department:{id} (department.get)", "{where}: there is no department:{id} (department.get)"
)
HEADLESS = Message(
    "{where}: у department:{id} ({name}) нет действующего руководителя",
    "{where}: department:{id} ({name}) has no active head",
)
NAME_HEAD = Message(
    "назначьте руководителя в структуре компании на портале",
    "name a head in the company structure of the portal",
)
NO_DEPARTMENTS = Message(
    "{where}: на портале нет подразделений (department.get)",
    "{where}: the portal has no departments (department.get)",
)
NO_HEAD_OVER = Message(
    "{where}: над {names} нет действующего руководителя: никто не узнает",
    "{where}: no active head over {names}: nobody is told there",
)

# stages
STAGES_OF = Message(
    "стадии {kind} (crm.category.list, crm.status.list)",
    "the stages of {kind} (crm.category.list, crm.status.list)",
)
SEE_RIGHTS = Message("проверьте права вебхука и его владельца", "see the scopes and the rights of the owner")
NO_STAGE = Message(
    "{where}: на портале нет стадии {stage} у {kind}", "{where}: the portal has no stage {stage} of {kind}"
)
OTHER_FUNNEL = Message(
    "{where}: {stage} относится к воронке {funnel}", "{where}: {stage} is a stage of funnel {funnel}"
)
STAGE_OF_FUNNEL = Message("укажите стадию воронки {funnel}", "write a stage of funnel {funnel}")
STAGE_ELSEWHERE = Message(
    "это стадия {elsewhere}; укажите стадию {kind}: {stages}",
    "it is a stage of {elsewhere}; write one of {kind}: {stages}",
)
SUCCESSFUL = Message("успешная", "successful")
FAILED = Message("провальная", "failed")
NOT_FINAL = Message("не конечная", "not final")
MEANS_OTHERWISE = Message(
    "invoice.status.{name}: {stage} на портале {what}",
    "invoice.status.{name}: {stage} is a {what} stage at the portal",
)
CHECK_MEANING = Message(
    "проверьте, что это {name}; обычно такая стадия {what}",
    "check that it means {name}; usually that is a {what} stage",
)
ADD_STATUS = Message(
    'добавьте в [invoice.status]: {name} = ["ID"]; стадии: {stages}',
    'add to [invoice.status]: {name} = ["ID"]; the stages are {stages}',
)
NO_STAGE_IS = Message(
    "{where}: ни одна стадия портала не «{name}»", '{where}: no stage of this portal is "{name}"'
)
ALL_STAGES_THERE = Message(
    "использовано {count}, все есть; счета: {parts}", "{count} used, all there; invoices: {parts}"
)
