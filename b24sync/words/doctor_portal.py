"""Sentences of ``doctor`` on the portal itself: rights, feeds, clocks."""

from __future__ import annotations

from b24sync.words import Message

ACCESS: tuple[Message, ...] = (
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
)

EXAMINATION: tuple[Message, ...] = (
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
)

FEEDS: tuple[Message, ...] = (
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
)
