"""What the probes of ``doctor`` found on the portal at hand, what it means, and what to do."""

from __future__ import annotations

from b24sync.words import Message

NOT_LOOKED = Message("не проверено: {why}", "not looked at: {why}")
ODD_ANSWER = Message(
    "портал ответил неожиданно ({kind}: {why})", "an answer has an unexpected form ({kind}: {why})"
)
NO_END = Message("слишком много вопросов подряд", "too many questions one after another")

# sums of product rows
ROWS_ADD_UP = Message(
    "в последних документах ({count}) товарные строки в сумме дают сумму документа; цена уже со скидкой и "
    "НДС",
    "the product rows of {count} recent documents add up to their amounts; price holds discount and tax",
)
ROWS_UNTAXED = Message(
    "на этом портале цена товарной строки без НДС, он добавляется к сумме: {which}",
    "here the price of a product row comes without the tax, which is added to the amount: {which}",
)
ROWS_DIFFER = Message(
    "товарные строки не дают в сумме сумму документа: {which}",
    "product rows do not add up to the amount of their document: {which}",
)
AMOUNT_BY_HAND = Message(
    "сумма задана вручную и отличается от товарных строк: {which}",
    "the amount was set by hand and differs from the product rows: {which}",
)
TAKE_AMOUNT = Message(
    "в текстах и условиях берите invoice.amount, а не сумму по строкам (row.sum)",
    "take invoice.amount in texts and conditions, not the sums of rows (row.sum)",
)
LOOK_AT_ROWS = Message(
    "откройте документ на портале: доставка, другая валюта или округление; письма со строками и счета, "
    "созданные по строкам сделки, покажут другую сумму",
    "open the document at the portal: delivery, another currency, rounding; mails with rows, and invoices "
    "made "
    "from the rows of a deal, will show another sum",
)

# recurring templates
TEMPLATES_LEFT_OUT = Message(
    "crm.item.list выдаёт и шаблоны регулярных документов ({which}); событий по ним не будет",
    "crm.item.list gives templates of recurring documents too ({which}); they are left out and give no "
    "events",
)
NO_TEMPLATES = Message(
    "шаблонов регулярных сделок и счетов среди строк нет",
    "no templates of recurring documents among the rows",
)
TEMPLATES_UNKNOWN = Message(
    "по строкам {kind} не видно, обычная это сделка или шаблон регулярной (нет isRecurring): шаблон примут "
    "за сделку",
    "the rows of {kind} do not say whether they are templates of recurring ones (no isRecurring): one would "
    "count "
    "as a deal",
)
WATCH_TEMPLATES = Message(
    "если на портале есть регулярные сделки, отсеките их условием when или обновите портал",
    "if the portal has recurring deals, leave them out by a when of the rules, or update the portal",
)

# times of rows
TIMES_AGREE = Message(
    "время изменения нигде не раньше создания и смены стадии (строк: {count})",
    "no row was saved before it was made or moved ({count} rows)",
)
TIMES_WITHIN = Message(
    "время изменения (updatedTime) бывает раньше создания или смены стадии на {seconds} с: {which}; опрос "
    "перечитывает {overlap} с, так что ничего не теряется",
    "rows saved (updatedTime) up to {seconds} s before they were made or moved: {which}; polls read "
    "{overlap} s "
    "again, so nothing is missed",
)
TIMES_BEFORE = Message(
    "время изменения (updatedTime) раньше создания или смены стадии на {seconds} с: {which}; обычный опрос "
    "такие "
    "строки не видит, их найдёт только полная сверка",
    "rows saved (updatedTime) {seconds} s before they were made or moved: {which}; polls do not see such "
    "rows, only "
    "the comparison of everything finds them",
)
RECONCILE_OFTEN = Message(
    "узнайте, кто их создаёт (импорт, обмен, приложение); до того сверяйте чаще: poll.reconcile_every",
    "find out who makes them (an import, an exchange, an app); until then compare more often: "
    "poll.reconcile_every",
)

# stage history
HISTORY_AGREES = Message(
    "история стадий совпадает с тем, что показывают последние перемещённые ({count})",
    "the stage history agrees with the {count} items that were moved last",
)
HISTORY_ABSENT = Message(
    "{entity}: переведено в {stage} ({at}), а в истории стадий нет ни одной строки (crm.stagehistory.list)",
    "{entity} moved to {stage} at {at}, and its stage history has no row (crm.stagehistory.list)",
)
HISTORY_ELSEWHERE = Message(
    "{entity}: переведено в {stage} ({at}), а последняя строка истории — {last} (crm.stagehistory.list)",
    "{entity} moved to {stage} at {at}, and the last row of its history says {last} (crm.stagehistory.list)",
)
HISTORY_EARLIER = Message(
    "{entity}: переведено в {stage} ({at}), а строка истории на {seconds} с раньше: последнего перехода в "
    "ней нет",
    "{entity} moved to {stage} at {at}, and the row of its history is {seconds} s earlier: the last move is "
    "missing",
)
POLL_OFTEN = Message(
    "запустите doctor ещё раз через пару минут: если строка появилась, увеличьте poll.overlap; если нет, из "
    "нескольких переходов между опросами будет виден только последний: опрашивайте чаще",
    "run doctor again in some minutes: if the row is there by then, raise poll.overlap; if it never comes, "
    "only the "
    "last of several moves between two polls is seen: poll often",
)

# bound tasks
TASKS_SEEN = Message(
    "задачи последних сделок и счетов ({count}) видны и находятся по привязке",
    "the {count} tasks of recent deals and invoices can be seen, and are found by their binding",
)
TASKS_HIDDEN = Message(
    "задачи последних сделок и счетов не видны владельцу вебхука (или удалены): {which}; "
    "invoice.tasks_completed может "
    "прийти, хотя они ещё открыты",
    "tasks of recent deals or invoices are hidden from the webhook's owner (or gone): {which}; "
    "invoice.tasks_completed may come although they are open",
)
LET_SEE_TASKS = Message(
    "пусть вебхук сделает администратор: он видит все задачи",
    "let an administrator make the webhook: that person sees all tasks",
)
TASKS_UNFOUND = Message(
    "tasks.task.list не находит задачи по их привязке (UF_CRM_TASK): {which}; после обрыва связи задача "
    "может быть "
    "поставлена второй раз",
    "tasks.task.list does not find tasks by their binding (UF_CRM_TASK): {which}; after a lost answer a "
    "task may be "
    "made a second time",
)
TASKS_FOREIGN = Message(
    "tasks.task.list не отбирает по привязке (UF_CRM_TASK): вернул и чужие задачи ({which})",
    "tasks.task.list does not filter by the binding (UF_CRM_TASK): it gave others' tasks too ({which})",
)
TELL_VENDOR = Message(
    "обновите портал или напишите в поддержку Битрикс24",
    "update the portal, or tell the support of Bitrix24",
)

# clocks
CLOCKS_AGREE = Message(
    "часы портала согласованы: ответы, веб-сервер и время изменений",
    "the portal's clocks agree: its answers, its web server, its newest rows",
)
ROW_AHEAD = Message(
    "{entity}: время изменения на {seconds} с впереди часов портала",
    "{entity} was saved {seconds} s ahead of the portal's clock",
)
SET_PORTAL_CLOCK = Message(
    "проверьте часы сервера портала и базы данных; до того опросы перечитывают эту строку каждый раз",
    "see to the clocks of the portal's server and database; until then polls read this row every time",
)
HEADER_APART = Message(
    "заголовок Date расходится с временем в ответах портала на {seconds} с",
    "the Date header is {seconds} s off the time in the portal's answers",
)
SET_PROXY_CLOCK = Message(
    "проверьте часы веб-сервера или прокси перед порталом: по Date судят об ответах без времени",
    "see to the clock of the web server or proxy before the portal: answers without a time are dated by Date",
)

# absent ids
ABSENT_TOLD = Message(
    "о несуществующем портал так и говорит: {answers}", "the portal tells what does not exist: {answers}"
)
ABSENT_UNTOLD = Message(
    "{kind}: на несуществующий номер портал отвечает {answer} ({method}), а не NOT_FOUND: удаление не "
    "отличить от "
    "закрытого доступа",
    "{kind}: for an id that nothing has the portal answers {answer} ({method}), not NOT_FOUND: deleted "
    "cannot be told "
    "from hidden",
)
NO_DELETED = Message(
    "событий *.deleted не будет: удалённое помечается как пропавшее; сделайте вебхук администратором",
    "there will be no *.deleted events: what was deleted counts as vanished; let an administrator make the "
    "webhook",
)
USERS_UNFILTERED = Message(
    "user.get на несуществующий номер вернул сотрудников: фильтр по ID не работает",
    "user.get gave users for an id that nobody has: it does not filter by ID",
)

# the PDF
PDF_FINE = Message(
    "документ {id} ({number}): PDF скачивается, {size} кБ",
    "document {id} ({number}): its PDF downloads, {size} kB",
)
PDF_NOT_YET = Message(
    "документ {id} ({number}): PDF ещё готовится", "document {id} ({number}): its PDF is being made"
)
PDF_ABSENT = Message(
    "документ {id} ({number}): ссылки на PDF нет (pdfUrlMachine), хотя документ давно создан",
    "document {id} ({number}): no link to a PDF (pdfUrlMachine), although it was made long ago",
)
PDF_FAILED = Message(
    "документ {id} ({number}): портал не смог сделать PDF (isTransformationError)",
    "document {id} ({number}): the portal could not make its PDF (isTransformationError)",
)
SEE_TRANSFORMER = Message(
    "откройте документ на портале; на коробочном портале проверьте модуль transformer; без PDF письма со "
    "счётом ждут",
    "open the document at the portal; on a self-hosted one see to the module transformer; without a PDF "
    "mails with "
    "invoices wait",
)
PDF_OTHER = Message(
    "документ {id} ({number}): по ссылке pdfUrlMachine пришёл не PDF",
    "document {id} ({number}): what is behind pdfUrlMachine is no PDF",
)
SEE_LINK = Message(
    "проверьте, не подменяет ли ответ прокси или вход по паролю, и что у вебхука есть право "
    "documentgenerator",
    "see whether a proxy or a login page answers instead, and that the webhook may use documentgenerator",
)

# workflow templates
NO_WORKFLOWS = Message(
    "бизнес-процессов по этим объектам на портале нет",
    "the portal has no workflow templates of the watched kinds",
)
OTHER_WORKFLOWS = Message(
    "бизнес-процессы портала ({count}) не делают того же, что правила",
    "none of the portal's {count} workflow templates does what rules do too",
)
MORE_WORKFLOWS = Message(
    "бизнес-процессов много, просмотрены последние ({count})",
    "there are many workflow templates, the newest {count} were looked at",
)
WORKFLOW_MAILS = Message(
    "бизнес-процесс {id} {name} ({kind}, {starts}) отправляет письма, и правила {rules} тоже",
    "workflow template {id} {name} ({kind}, {starts}) sends mail, and so do the rules {rules}",
)
WORKFLOW_TASKS = Message(
    "бизнес-процесс {id} {name} ({kind}, {starts}) ставит задачи, и правила {rules} тоже",
    "workflow template {id} {name} ({kind}, {starts}) makes tasks, and so do the rules {rules}",
)
STARTS_ALWAYS = Message("запускается при создании и изменении", "starts on creation and change")
STARTS_CREATED = Message("запускается при создании", "starts on creation")
STARTS_CHANGED = Message("запускается при изменении", "starts on change")
STARTS_BY_HAND = Message("запускается вручную или другим процессом", "started by hand or by another one")
ONE_OF_TWO_MAILS = Message(
    "если письмо то же самое, клиент получит два: отключите одно из двух",
    "if it is the same mail, clients get two: switch one of the two off",
)
ONE_OF_TWO_TASKS = Message(
    "если задача та же самая, её поставят дважды: отключите одно из двух",
    "if it is the same task, it is made twice: switch one of the two off",
)
