"""What the comments of a configuration say that ``init`` writes; ``sample.toml`` has them in English."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Message

BESIDE: Mapping[str, Message] = {
    "about_file": Message(
        "b24sync для {portal}; записано командой `b24sync init` для вебхука, владелец которого {owner}.",
        "b24sync for {portal}, written by `b24sync init` for the webhook of {owner}.",
    ),
    "about_schema": Message(
        "Для редакторов, которые проверяют и дополняют TOML, нужны первая строка и файл схемы: "
        "b24sync schema >",
        "Editors that check and complete TOML want the first line and: b24sync schema >",
    ),
    "about_secret": Message(
        "В файле секрет вебхука: читать его должен только владелец (chmod 600).",
        "It holds the webhook's secret: keep it readable by its owner only (chmod 600).",
    ),
    "about_comments": Message(
        "Строки «# ключ = …» — значения по умолчанию и подсказки: уберите «# », чтобы они действовали; "
        "затем: b24sync doctor",
        'Lines "# key = …" are defaults or suggestions; remove the "# " to use them. Then run: b24sync '
        "doctor",
    ),
    "about_times": Message(
        'Длительности: "90s" "5m" "24h" "7d" (секунды, минуты, часы, дни). Сроки: "+3wd" (рабочие дни), '
        '"+2d".',
        'Durations: "90s" "5m" "24h" "7d". Deadlines: "+3wd" (working days), "+2d".',
    ),
    "about_ways": Message(
        'Секреты: прямо здесь, "env:ИМЯ", "file:ПУТЬ" или "credential:ИМЯ" (systemd).',
        'Secrets: literal, "env:NAME", "file:PATH" or "credential:NAME" (systemd).',
    ),
    "language": Message("язык встроенных текстов и сообщений: ru или en", "of the built-in texts: ru or en"),
    "ca_file": Message("сертификаты портала на своём сервере", "certificates of a self-hosted portal"),
    "rate": Message(
        '"standard" 2 запроса в секунду, "enterprise" 5, "box" без ограничения',
        '"standard" 2 requests a second, "enterprise" 5, "box" without limit',
    ),
    "store": Message(
        "SQLite: последнее состояние, события, действия, вознаграждения",
        "SQLite: snapshot, events, actions, commissions",
    ),
    "overlap": Message("насколько назад перечитывается каждая лента", "how far each feed is read again"),
    "reconcile": Message("полная сверка: находит удалённое", "compares everything: finds deletions"),
    "ping": Message(
        "вызывается после каждого опроса; при неполадках с /fail",
        "is called after each poll; /fail is added on trouble",
    ),
    "kind": Message("и добавьте «object» в poll.watch", 'then add "object" to poll.watch'),
    "legacy": Message('"legacy": прежние счета (crm.invoice)', '"legacy": the old invoices (crm.invoice)'),
    "my_company": Message(
        "ваша компания, для счетов, которые создаёт b24sync",
        "your own company, for invoices that b24sync creates",
    ),
    "people": Message(
        "Имена людей для `to`, `responsible`, `for`. Кроме них есть:",
        "Names for people, to be used in `to`, `responsible`, `for`. Besides them there are:",
    ),
    "alerts": Message(
        "Одно уведомление на портале после опроса, который оставил что-то человеку: ошибки, отложенное, "
        "неясное.",
        "One portal notice for each poll that leaves something to a person: failed, held or uncertain "
        "actions.",
    ),
    "calendar": Message(
        "Рабочие дни. Официальный календарь входит в программу; здесь то, что у компании иначе.",
        "Working days. The official calendar comes with the program; these are the company's exceptions.",
    ),
    "direction": Message(
        "куда переносить срок оплаты с выходного: next вперёд, previous назад, nearest к ближайшему",
        "where a due date on a day off goes: next, previous, nearest",
    ),
    "yearly": Message("региональные праздники", "regional holidays"),
    "reminder_days": Message(
        "от срока оплаты; отрицательные: до него", "from the due date; negative: before"
    ),
    "reminder_at": Message("время компании, по рабочим дням", "company time, on working days"),
    "base": Message('"net": без НДС', '"net": without VAT'),
    "transport": Message(
        '"smtp", "portal" (отправляет Битрикс24), "file" (файлы .eml в `folder`, для пробы)',
        '"smtp", "portal" (by Bitrix24), "file" (.eml files in `folder`, for trials)',
    ),
    "security": Message('"starttls", "tls" (обычно порт 465)', '"starttls", "tls" (usually port 465)'),
    "redirect": Message("для пробы: все письма сюда", "a trial: every mail goes here instead"),
    "trial": Message(
        "Пробная неделя: всё планируется и показывается (b24sync actions, b24sync explain), ничего не "
        "делается.",
        "A trial week: everything is planned and shown (b24sync actions, b24sync explain), nothing is done.",
    ),
    "trial_end": Message(
        "Когда всё устроит, поставьте false. Запланированное до этого так и не будет сделано,",
        "When you like what you see, set dry_run to false: what was planned until then is never done,",
    ),
    "trial_after": Message(
        "будет делаться только то, что случится после.", "only what happens from then on."
    ),
    "most_mails": Message(
        "если больше, все ждут `b24sync release` или `cancel`",
        "more than these are held until `b24sync release` or `cancel`",
    ),
    "rules": Message(
        "Правила. `on`: событие или список событий. `from` / `to`: статусы или стадии, для событий "
        "*_changed.",
        "Rules. `on`: an event or a list. `from` / `to`: status names or stage ids, for *_changed events.",
    ),
    "rules_see": Message(
        "`when`: условие. Тексты и условия — Jinja2; им видны event, invoice, deal, contact, company,",
        "`when`: a condition. Texts and conditions are Jinja2; they see event, invoice, deal, contact, "
        "company,",
    ),
    "rules_more": Message(
        "task, rows, responsible, people, commission и now. Если текста нет, берётся встроенный.",
        "task, rows, responsible, people, commission and now. A text that is left out is a built-in one.",
    ),
    "rules_on": Message(
        "Чтобы включить правило, уберите «# » в начале его строк.",
        'To switch a rule on, remove the "# " of its lines.',
    ),
    # beside the options of rules
    "earned": Message(
        "... и полученное, когда счёт оплачен; кому ничего не положено, тому не пишут.",
        "... and what people got, when it is paid; who gets nothing is told nothing.",
    ),
    "own_direction": Message("по умолчанию как в [calendar]", "default: that of [calendar]"),
    "to": Message(
        "по умолчанию как сказано выше; адреса, люди или тексты",
        "default: as said above; addresses, people or texts",
    ),
    "subject": Message("по умолчанию встроенная, как и текст", "default: a built-in one, like the body"),
    "body": Message("простой текст", "plain text"),
    "body_file": Message("HTML вместо `body`", "HTML instead of `body`"),
    "attach": Message("PDF", "the PDF"),
    "template": Message("по умолчанию document_template из [mail]", "default: document_template of [mail]"),
    "reminder": Message(
        "`subject`, `body`, `to`, `cc`, `attach`: как в send_invoice. Встроенные тексты знают, наступил ли "
        "срок.",
        "subject, body, to, cc, attach: as in send_invoice. The built-in texts know whether the day is still "
        "to come.",
    ),
    "stage": Message("или стадия, или своя для каждой воронки:", "or a stage id, or one for each funnel:"),
    "group": Message("номер рабочей группы", "id of a workgroup"),
    "overwrite": Message("заменяет то, что уже есть в поле", "replaces what a field holds"),
    "activity": Message("meeting встреча, call звонок, todo дело", "meeting, call or todo"),
    "left": Message(
        "... и возвращается, когда сделка ушла с неё.", "... and goes back when the deal leaves it."
    ),
    "advance": Message('или rows = "deal": товары сделки', 'or rows = "deal": the product rows of the deal'),
    "row_tasks": Message(
        "по задаче на каждый товар; `section`, `product` или `name` выбирают товары",
        "one for each product row; `section`, `product` or `name` choose rows",
    ),
}
"""Beside or above a key; the names stand in the templates."""

HIDDEN = Message(
    "ВНИМАНИЕ: владелец вебхука не администратор: чего ему не видно, того молча не будет.",
    "NOTE: the webhook's owner is no administrator: what that person may not see is missing silently.",
)
NOT_TOLD = Message(
    "ВНИМАНИЕ: портал рассказал не всё; что это значит, скажет `b24sync doctor`:",
    "NOTE: the portal did not tell everything; run `b24sync doctor` for what it means:",
)
ZONE = Message(
    "компании: часы напоминаний, «сегодня»; без неё: как у сервера портала{offset}",
    'of the company: reminder hours, "today"; without it: the portal server\'s{offset}',
)
ADD_TASKS = Message(
    'добавьте "task", когда у вебхука будет право «Задачи» (task)',
    'add "task" when the webhook has the scope task',
)
PROCESSES = Message(
    "Смарт-процессы этого портала (entity_type_id = название)",
    "Smart processes of this portal (entity_type_id = name)",
)
PROCESS_AS_KIND = Message("Смарт-процесс как отдельный вид:", "A smart process as a kind of its own:")
STAGES_OF = Message("Стадии «{name}» ({number})", "Stages of {name} ({number})")
SEMANTICS: Mapping[str, Message] = {
    "P": Message("в работе", "in process"),
    "S": Message("успех", "success"),
    "F": Message("провал", "failure"),
}
OWN_COMPANIES = Message("Ваши компании (номер = название)", "Own companies (id = name)")
INVOICE_STAGES = Message("Стадии счетов (код = название)", "Stages of invoices (id = name)")
NO_STAGES = Message(
    "Статус → стадии (стадии узнать не удалось; без этой таблицы берутся обычные):",
    "Status names → stage ids (the stages could not be read; without this table the usual ids count):",
)
STATUSES = Message(
    "Статус → стадии. В правилах пишут эти статусы, а остальные стадии — их кодом.",
    "Status names → stage ids. Rules may use these names; other stages go by their ids.",
)
FIELDS_OF: Mapping[str, Message] = {
    "invoice": Message(
        "Пользовательские поля счетов (в текстах и условиях: invoice.fields.КОД)",
        "Custom fields of invoice (as invoice.fields.CODE in texts and conditions)",
    ),
    "deal": Message(
        "Пользовательские поля сделок (в текстах и условиях: deal.fields.КОД)",
        "Custom fields of deal (as deal.fields.CODE in texts and conditions)",
    ),
    "contact": Message(
        "Пользовательские поля контактов (в текстах и условиях: contact.fields.КОД)",
        "Custom fields of contact (as contact.fields.CODE in texts and conditions)",
    ),
    "company": Message(
        "Пользовательские поля компаний (в текстах и условиях: company.fields.КОД)",
        "Custom fields of company (as company.fields.CODE in texts and conditions)",
    ),
}
DEAL_FUNNEL = Message("Стадии сделок, воронка {number} {name}", "Stages of deals, funnel {number} {name}")
DEAL_STAGES = Message("Стадии сделок", "Stages of deals")
USERS = Message("Сотрудники (user:НОМЕР)", "Users (user:ID)")
LISTS = Message(
    "Списки (так их пишут в lookups шага fill_fields)", "Lists (as the look-ups of fill_fields write them)"
)
DEPARTMENTS = Message("Отделы (department:НОМЕР)", "Departments (department:ID)")
HEAD = Message("{name}, руководитель: {head}", "{name}, head: {head}")
NO_HEAD = Message("{name}, без руководителя", "{name}, no head")
TEMPLATES = Message(
    "Шаблоны документов для счетов (номер = название)", "Document templates for invoices (id = name)"
)
NO_TEMPLATE = Message("номер или название шаблона портала", "id or name of the portal's template")
NO_LEAD = Message("поле сделки вида «сотрудник»", 'a deal field of the type "employee"')
NO_NAME = Message("(без названия)", "(no name)")
MORE = Message("… и ещё {count}", "… and {count} more")

GUESS = Message("догадка", "a guess")
SEVERAL_FIT = Message("подходят несколько человек", "several people fit")
OWNER = Message("владелец вебхука", "the webhook's owner")
SEVERAL_FIELDS = Message("сотрудник есть в нескольких полях сделки", "several deal fields hold an employee")
SEVERAL_TEMPLATES = Message("шаблонов несколько", "there are several")
OR = Message("{first}; или {others}", "{first}; or {others}")

NEEDS = Message("Нужен раздел [{section}] выше.", "Needs [{section}] above.")
CAUTION = Message(
    "ОСТОРОЖНО: если робот портала уже {what}, это случится дважды: отключите одно из двух.",
    "CAUTION: if a robot of the portal {what} already, it happens twice: switch one of the two off.",
)
