"""What ``doctor`` says of the portal itself: its answers, rights, feeds and clocks."""

from __future__ import annotations

from b24sync.words import Message

# the examination as a whole
LOADED = Message("{path}: правил {count}, наблюдаются {kinds}", "{path}: {count} rules, watching {kinds}")
DRY_RUN = Message(
    "safety.dry_run = true: всё планируется и ничего не делается",
    "safety.dry_run = true: everything is planned and nothing is done",
)
END_TRIAL = Message("выключите, когда пробный период закончится", "set it to false when the trial is over")
NOT_CHECKED = Message("{why}; не проверены: {checks}", "{why}; not checked: {checks}")
SEE_ADDRESS = Message(
    "проверьте адрес, отвечает ли портал и не мешает ли что-то между; затем запустите doctor снова",
    "see that the address is right, the portal answers, and nothing between blocks it; then run doctor again",
)
ANSWERS = Message("{portal} отвечает, {user}", "{portal} answers, {user}")
SEE_VERBOSE = Message("где это случилось, покажет --verbose", "see --verbose for where it happened")
UNEXPECTED = Message(
    "ответ портала неожиданного вида ({kind}: {why})",
    "an answer of the portal has an unexpected form ({kind}: {why})",
)
CORRECT_FILE = Message("исправьте файл и запустите doctor снова", "correct the file and run doctor again")
CANNOT_CHECK = Message("не проверить: {why}", "cannot be checked: {why}")

# what is needed for what
WATCHING = Message("наблюдаются {kinds}", "watching {kinds}")
BY_RULE = Message("правила {rules}", "rule {rules}")
FOR_RULE = Message("{what} (правила {rules})", "{what} (rule {rules})")
FINDING_PEOPLE = Message("поиск сотрудников", "finding people")
INVOICE_PDF = Message("PDF счетов", "the PDF of invoices")
ALERTS = Message("оповещения", "alerts")

# scopes
REFUSES = Message("портал отказывает: insufficient_scope", "the portal refuses it: insufficient_scope")
NO_SCOPES_TOLD = Message("scope не вернул список", "scope gave no list")
SCOPES_THERE = Message("все права есть: {scopes}", "all there: {scopes}")
USER_BRIEF = Message(
    "user_brief скрывает почту сотрудников (user.get)",
    "user_brief hides the e-mail addresses of users (user.get)",
)
SCOPE_MISSING = Message(
    "вебхуку не хватает права {scope}: {methods} ({why})",
    "the webhook lacks the scope {scope}: {methods} ({why})",
)
ADD_SCOPE = Message(
    "добавьте право {scope}: Разработчикам → Вебхуки → Изменить → Права (секрет не изменится, если это "
    "сделает владелец)",
    "add the scope {scope}: Developer resources → Webhooks → Edit → Rights (the secret stays as it is if the "
    "owner does it)",
)

# the administrator's right
NOT_TOLD_ADMIN = Message("profile и user.admin не говорят этого", "profile and user.admin do not say")
IS_ADMIN = Message(
    "владелец вебхука{name} администратор и видит всё",
    "the webhook's owner{name} is an administrator and sees everything",
)
LET_ADMIN = Message(
    "пусть вебхук сделает администратор, или дайте владельцу право читать всё",
    "let an administrator make the webhook, or give its owner the right to read everything",
)
HIDES_TASKS = Message(
    "владелец вебхука{name} не администратор: чужие задачи скрыты от tasks.task.list, поэтому "
    "invoice.tasks_completed может прийти, хотя задачи ещё открыты; данные CRM тоже могут быть скрыты "
    "(молча)",
    "the webhook's owner{name} is no administrator: tasks of others are hidden from tasks.task.list, so "
    "invoice.tasks_completed may come although tasks are still open; CRM rows may be hidden too (silently)",
)
HIDES_ROWS = Message(
    "владелец вебхука{name} не администратор: чего этот сотрудник не видит, того не будет (молча): данных "
    "CRM, "
    "чужих задач",
    "the webhook's owner{name} is no administrator: what that person may not see is missing silently (rows, "
    "tasks of others)",
)

# feeds
MAY_READ = Message(
    'дайте владельцу вебхука право или уберите "{kind}" из poll.watch',
    'give the webhook\'s owner the right, or take "{kind}" out of poll.watch',
)
NOTHING_TO_MEASURE = Message(
    "пока нечем измерить: нет ни одной строки; до того опросы смотрят на день назад",
    "cannot be measured: there is no row yet to measure it with; until then polls look a day further back",
)
FILTER_UNCLEAR = Message(
    "ответы фильтра >=updatedTime ничем не объяснить; опросы смотрят на день назад",
    "no bound of the filter >=updatedTime explains its answers; polls look a day further back",
)
FILTER_EXACT = Message(
    "crm.item.list точно отбирает по updatedTime (измерено на {entity})",
    "crm.item.list filters by updatedTime exactly (measured with {entity})",
)
FILTER_WEST = Message(
    "crm.item.list сдвигает фильтр >=updatedTime на {shift}: владелец вебхука{zone} живёт западнее пояса "
    "портала, и обычный фильтр пропускал бы изменения (опросы это учитывают; летнее время может это "
    "изменить)",
    "crm.item.list shifts the filter >=updatedTime by {shift}: the webhook's owner{zone} is west of the "
    "portal's zone, so changes would be missed by a plain filter (polls reckon with it; summer time may "
    "change "
    "it)",
)
FILTER_EAST = Message(
    "crm.item.list сдвигает фильтр >=updatedTime на {shift}: владелец вебхука{zone} живёт восточнее пояса "
    "портала, и читается больше, чем нужно (опросы это учитывают; летнее время может это изменить)",
    "crm.item.list shifts the filter >=updatedTime by {shift}: the webhook's owner{zone} is east of the "
    "portal's zone, so more is read than needed (polls reckon with it; summer time may change it)",
)
HOURS = Message("{hours} ч", "{hours} h")
SET_ZONE = Message(
    "поставьте владельцу часовой пояс портала (профиль владельца на портале → Часовой пояс)",
    "set the owner's time zone to the portal's (the owner's profile at the portal → Time zone)",
)
SET_ZONE_AGAIN = Message(
    "поставьте владельцу часовой пояс портала (профиль владельца на портале → Часовой пояс) и запустите "
    "doctor "
    "снова",
    "set the owner's time zone to the portal's (the owner's profile at the portal → Time zone), and run "
    "doctor "
    "again",
)
HISTORY_KEPT = Message(
    "crm.stagehistory.list показывает каждый переход (entityTypeId {type})",
    "crm.stagehistory.list gives every stage move (entityTypeId {type})",
)
NO_HISTORY = Message(
    "истории стадий нет ({why}): из нескольких переходов между опросами виден только последний, а возврат на "
    "ту же стадию (A → B → A) не виден вовсе, поэтому событий {event} может не хватать",
    "not to be had ({why}): of several moves between two polls only the last is seen, and a stage that came "
    "back (A → B → A) not at all, so {event} events may be missing",
)
POLL_EVERY_MINUTE = Message(
    "опрашивайте чаще (каждую минуту); обновите коробочный портал",
    "poll often (every minute); update a self-hosted portal",
)

# clocks
NO_TIME = Message("портал не сообщает время", "the portal does not tell its time")
UNKNOWN_OFFSET = Message("неизвестен", "unknown")
CLOCK_AGREES = Message(
    "часы машины и портала совпадают; пояс портала {offset}",
    "this machine's clock and the portal's agree; the portal's offset is {offset}",
)
CLOCK_AHEAD = Message(
    "часы машины спешат относительно портала на {seconds} с; по ним идут только журналы и паузы",
    "this machine's clock is {seconds} s ahead of the portal's; only times in logs and the back-off go by it",
)
CLOCK_BEHIND = Message(
    "часы машины отстают от портала на {seconds} с; по ним идут только журналы и паузы",
    "this machine's clock is {seconds} s behind the portal's; only times in logs and the back-off go by it",
)
SET_CLOCK = Message(
    "включите точное время (timedatectl set-ntp true)",
    "let the machine set its clock (timedatectl set-ntp true)",
)
