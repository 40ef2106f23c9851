"""Every kind of fault of a configuration: TOML in front of a valid one, and what is said of it in English."""

from __future__ import annotations

RULE = '[[rules]]\nname = "r"\non = "invoice.created"\n'
STEP = "[[rules.steps]]\n"
NOTIFY = STEP + 'use = "notify"\nto = ["responsible"]\n'
MAIL = '[mail]\ntransport = "file"\n'
COMMISSION = '[commission]\n[[commission.rates]]\nfor = "invoice.responsible"\npercent = "5"\n'

SHAPES = [
    ('langage = "ru"\n', ["FILE:1: langage: unknown setting (did you mean language?)"]),
    (
        'zzz = "ru"\n[retry]\n',
        [
            "FILE:1: zzz: unknown setting (known: language, timezone, portal, store, poll, kinds, invoice, "
            "people, alerts, calendar, mail, reminders, commission, safety, retry, rules, tests)"
        ],
    ),
    ('[retry]\nattempts = "abc"\n', ['FILE:2: retry.attempts: found text "abc", write a whole number']),
    ("[retry]\nattempts = 1.5\n", ["FILE:2: retry.attempts: found number 1.5, write a whole number"]),
    ("[retry]\nattempts = true\n", ["FILE:2: retry.attempts: found true, write a whole number"]),
    (
        f"[retry]\nattempts = {10**30}\n",
        ["FILE:2: retry.attempts: is too large a number (write 18 digits at most)"],
    ),
    ("[safety]\ndry_run = 1\n", ["FILE:2: safety.dry_run: found number 1, write true or false"]),
    ("timezone = 3\n", ["FILE:1: timezone: found number 3, write a text in quotes"]),
    (
        "timezone = 2026-01-01\n",
        ["FILE:1: timezone: found the date or time 2026-01-01 without quotes, write a text in quotes"],
    ),
    ('language = "de"\n', ['FILE:1: language: found text "de" (known: ru, en)']),
    ("language = 5\n", ["FILE:1: language: found number 5 (known: ru, en)"]),
    (
        '[poll]\noverlap = "5x"\n',
        ['FILE:2: poll.overlap: found "5x", write a duration such as "90s", "5m", "24h" or "7d"'],
    ),
    ("[poll]\noverlap = 300\n", ['FILE:2: poll.overlap: found number 300, write a duration such as "5m"']),
    ('[reminders]\nat = "25:00"\n', ['FILE:2: reminders.at: found "25:00", write a time such as "10:00"']),
    ("[reminders]\nat = 10\n", ['FILE:2: reminders.at: found number 10, write a time such as "10:00"']),
    ("retry = 5\n", ["FILE:1: retry: found number 5, write a table"]),
    ('people = "x"\n', ['FILE:1: people: found text "x", write a table']),
    ("[rules]\n", ["FILE:1: rules: found a table, write a list of tables, each under [[…]]"]),
    ("[reminders]\ndays = [1, [2]]\n", ["FILE:2: reminders.days[1]: found a list, write a whole number"]),
    (
        '[mail]\ntransport = "file"\ndocument_template = []\n',
        ["FILE:3: mail.document_template: found a list, write a whole number or a text"],
    ),
    ("[people]\nboss = 7\n", ["FILE:2: people.boss: found number 7, write a text in quotes"]),
    (
        '"a b" = 1\n',
        [
            'FILE:1: "a b": unknown setting (known: language, timezone, portal, store, poll, kinds, '
            "invoice, people, alerts, calendar, mail, reminders, commission, safety, retry, rules, tests)"
        ],
    ),
    ('store.path = ""\n', ['FILE:1: store.path: "" is no path (write the path of a file or folder)']),
    (
        "[kinds.object]\n",
        ["FILE:1: kinds.object.entity_type_id: is required (write the number of the smart process)"],
    ),
]

SECTIONS = [
    (
        'timezone = "Europe/Moskow"\n',
        ['FILE:1: timezone: no time zone called "Europe/Moskow" (did you mean Europe/Moscow?)'],
    ),
    (
        'timezone = "../x"\n',
        ['FILE:1: timezone: no time zone called "../x" (write a name such as "Europe/Moscow")'],
    ),
    (
        'timezone = "Nowhere"\n',
        ['FILE:1: timezone: no time zone called "Nowhere" (write a name such as "Europe/Moscow")'],
    ),
    (
        '[poll]\nwatch = ["invoice", "dael"]\n',
        ['FILE:2: poll.watch[1]: no kind called "dael" (did you mean deal?)'],
    ),
    ('[poll]\nwatch = ["deal", "deal"]\n', ['FILE:2: poll.watch[1]: "deal" is listed twice (remove one)']),
    ("[poll]\nwatch = []\n", ["FILE:2: poll.watch: is empty (known: invoice, deal, task)"]),
    ('[poll]\nping_url = "example.ru"\n', ["FILE:2: poll.ping_url: is no address (write https://…)"]),
    (
        "[kinds.invoice]\nentity_type_id = 1046\n",
        ["FILE:1: kinds.invoice: the name invoice is taken (choose another)"],
    ),
    (
        "[kinds.rows]\nentity_type_id = 1046\n",
        ["FILE:1: kinds.rows: the name rows is taken (choose another)"],
    ),
    (
        "[kinds.Object]\nentity_type_id = 1046\n",
        ["FILE:1: kinds.Object: is no name of a kind (write small letters, digits and _)"],
    ),
    (
        "[kinds.bill]\nentity_type_id = 31\n",
        ["FILE:2: kinds.bill.entity_type_id: 31 is the kind invoice already (remove this table)"],
    ),
    (
        "[kinds.a]\nentity_type_id = 0\n",
        ["FILE:2: kinds.a.entity_type_id: is no type of the portal (a smart process has 128 or more)"],
    ),
    (
        "[kinds.a]\nentity_type_id = 130\n[kinds.b]\nentity_type_id = 130\n",
        ["FILE:4: kinds.b.entity_type_id: 130 is the kind a already (remove this table)"],
    ),
    (
        "[invoice]\nmy_company = -1\n",
        [
            "FILE:2: invoice.my_company: is no company's id (write the number of your company in the CRM, "
            "or 0 for the portal's choice)"
        ],
    ),
    (
        '[invoice.status]\npayed = ["DT31_1:P"]\n',
        ["FILE:2: invoice.status.payed: unknown status (did you mean paid?)"],
    ),
    (
        '[invoice.status]\ncreated = ["DT31_1:X"]\n',
        [
            "FILE:2: invoice.status.created: cannot be the name of a status (write small letters, such as "
            "partly_paid)"
        ],
    ),
    ("[invoice.status]\npaid = []\n", ["FILE:2: invoice.status.paid: is empty (remove it for the default)"]),
    (
        '[invoice.status]\npaid = ["P"]\n',
        ['FILE:2: invoice.status.paid[0]: "P" is no stage id (write it as DT31_1:N)'],
    ),
    (
        '[invoice.status]\npaid = ["DT31_1:P"]\nsent = ["DT31_1:P"]\n',
        ['FILE:3: invoice.status.sent[0]: "DT31_1:P" is paid already (keep one of the two)'],
    ),
    (
        '[people]\nboss = "usr:7"\n',
        ["FILE:2: people.boss: 'usr:7' is no selector (write user:ID or department:ID)"],
    ),
    (
        '[people]\nboss = "invoise.responsible"\n',
        ["FILE:2: people.boss: 'invoise.responsible': there is no invoise here (did you mean invoice?)"],
    ),
    (
        '[people]\nboss = "deal.title"\n',
        [
            "FILE:2: people.boss: 'deal.title' is no path to a person (write deal.responsible or "
            "deal.fields.CODE)"
        ],
    ),
    (
        '[people]\nboss = "deal.responsable"\n',
        ["FILE:2: people.boss: 'deal.responsable' is no path to a person (did you mean deal.responsible?)"],
    ),
    (
        '[people]\nboss = "chief"\nchief = "boss"\nann = "user:7"\nhead = "ann"\n',
        [
            "FILE:2: people.boss: 'chief' leads round in a circle (write who it is)",
            "FILE:3: people.chief: 'boss' leads round in a circle (write who it is)",
        ],
    ),
    (
        '[people]\nresponsible = "user:7"\n',
        [
            "FILE:2: people.responsible: cannot be a person's name here (choose another; letters, "
            "digits and _)"
        ],
    ),
    ("[alerts]\n", ['FILE:1: alerts.to: is required (write people, such as ["responsible"])']),
    ("[alerts]\nto = []\n", ['FILE:2: alerts.to: is empty (write people, such as ["user:1"])']),
    (
        '[alerts]\nto = "responsible"\n',
        ["FILE:2: alerts.to[0]: 'responsible' needs an event, and there is none here (write user:ID)"],
    ),
    (
        '[people]\nlead = "deal.responsible"\n[alerts]\nto = "lead"\n',
        [
            "FILE:4: alerts.to[0]: 'lead' is deal.responsible, which needs an event, and there is none here "
            "(write user:ID)"
        ],
    ),
    (
        '[alerts]\nto = ["acountant"]\n[people]\naccountant = "user:7"\n',
        ["FILE:2: alerts.to[0]: no person called 'acountant' (did you mean accountant?)"],
    ),
    (
        '[alerts]\nto = ["x"]\n[people]\naccountant = "user:7"\n',
        ["FILE:2: alerts.to[0]: no person called 'x' (known: accountant; or user:ID)"],
    ),
    (
        '[calendar]\ncountry = "XX"\n',
        [
            "FILE:2: calendar.country: no calendar of a country 'XX' (write its two-letter code, such "
            "as RU, BY, KZ)"
        ],
    ),
    (
        '[calendar]\ndays_off = ["2027-02-30"]\n',
        ["FILE:2: calendar.days_off[0]: '2027-02-30': there is no such day (see to month and day)"],
    ),
    (
        "[mail]\n",
        [
            'FILE:1: mail.from: is required for transport "smtp" (write it, or choose another transport)',
            'FILE:1: mail.host: is required for transport "smtp" (write it, or choose another transport)',
        ],
    ),
    (
        '[mail]\nhost = "h"\nfrom = "nobody"\n',
        [
            "FILE:3: mail.from: the address 'nobody' has no @ and no domain (write one address, as "
            "name@example.ru or Name <name@example.ru>)"
        ],
    ),
    (
        '[mail]\ntransport = "file"\nreply_to = "a b@c"\n',
        [
            "FILE:3: mail.reply_to: the address 'a b@c' contains a space, comma or semicolon (write one "
            "address, as name@example.ru or Name <name@example.ru>)"
        ],
    ),
    (
        '[mail]\ntransport = "file"\nfrom = "a@b.ru, c@d.ru"\nredirect_to = "инфо@example.ru"\n',
        [
            "FILE:3: mail.from: the address 'a@b.ru, c@d.ru' holds several addresses (write one address, as "
            "name@example.ru or Name <name@example.ru>)",
            "FILE:4: mail.redirect_to: the address 'инфо@example.ru' has letters before the @ that need "
            "SMTPUTF8, which most servers lack (use Latin ones) (write one address, as name@example.ru or "
            "Name <name@example.ru>)",
        ],
    ),
    (
        '[mail]\nhost = "h"\nfrom = "a@b.ru"\nsecurity = "none"\n',
        ['FILE:4: mail.security: "none" is for a server on this machine only (write "starttls" or "tls")'],
    ),
    (
        '[mail]\nhost = "h"\nfrom = "a@b.ru"\nuser = "u"\n',
        ["FILE:1: mail.password: is required for the login (write it, or remove user)"],
    ),
    (
        '[mail]\nhost = "h"\nfrom = "a@b.ru"\npassword = "env:SMTP_PASSWORD"\n',
        ["FILE:1: mail.user: is required for the login (write it, or remove password)"],
    ),
    (MAIL + "port = 70000\n", ["FILE:3: mail.port: is out of range (write 1 to 65535)"]),
    (
        "[reminders]\ndays = []\n",
        ["FILE:2: reminders.days: is empty (write days from the due date, or remove [reminders])"],
    ),
    (
        "[reminders]\ndays = [3, 3, 4000]\n",
        [
            "FILE:2: reminders.days[1]: 3 is listed twice (remove one)",
            "FILE:2: reminders.days[2]: 4000 is more than ten years away (write 3650 at most)",
        ],
    ),
    (
        '[reminders]\nstatuses = ["sended"]\n',
        ['FILE:2: reminders.statuses[0]: no invoice status called "sended" (did you mean sent?)'],
    ),
    ("[reminders]\nstatuses = []\n", ['FILE:2: reminders.statuses: is empty (write ["sent"])']),
    ("[commission]\n", ["FILE:1: commission.rates: is required (write at least one [[commission.rates]])"]),
    (
        "[[commission.rates]]\n",
        [
            'FILE:1: commission.rates[0].for: is required (write whose it is, such as "invoice.responsible")',
            'FILE:1: commission.rates[0].percent: is required (write percents, such as "5")',
        ],
    ),
    (
        '[[commission.rates]]\nfor = "invoice.responsible"\npercent = "500"\n',
        ["FILE:3: commission.rates[0].percent: 500 is out of range (write more than 0, at most 100)"],
    ),
    (
        '[[commission.rates]]\nfor = "invoice.responsible"\npercent = "5%"\n',
        ['FILE:3: commission.rates[0].percent: found text "5%", write a number, such as "5" or "2.5"'],
    ),
    (
        '[[commission.rates]]\nfor = "invoice.responsible"\npercent = nan\n',
        ['FILE:3: commission.rates[0].percent: found number NaN, write a number, such as "5" or "2.5"'],
    ),
    (
        COMMISSION + 'when = "invoice.amount >"\n',
        ["FILE:5: commission.rates[0].when: unexpected 'end of template' (in 'invoice.amount >')"],
    ),
    (
        "[safety]\nmax_emails_per_poll = 0\n",
        [
            "FILE:2: safety.max_emails_per_poll: must be at least 1 (for a trial without effects: "
            "dry_run = true)"
        ],
    ),
    (
        '[safety]\nmax_event_age = "0s"\n',
        ['FILE:2: safety.max_event_age: would skip every notice and mail (write "7d")'],
    ),
    ("[retry]\nattempts = 0\n", ["FILE:2: retry.attempts: is out of range (write 1 to 100)"]),
]

RULES = [
    (
        "[[rules]]\n" + NOTIFY,
        [
            'FILE:1: rules[0].on: is required (write an event, such as "invoice.created")',
            "FILE:1: rules[0].name: is required (write a name)",
        ],
    ),
    (
        '[[rules]]\nnam = "x"\non = "invoice.created"\n' + NOTIFY,
        ["FILE:2: rules[0].nam: unknown setting (did you mean name?)"],
    ),
    (RULE, ["FILE:1: rules[0].steps: is required (write at least one [[rules.steps]])"]),
    (RULE + "steps = []\n", ["FILE:4: rules[0].steps: is empty (write at least one [[rules.steps]])"]),
    (
        '[[rules]]\nname = "a\\nb"\non = []\n' + NOTIFY,
        [
            "FILE:2: rules[0].name: must be a name in one line (write another)",
            'FILE:3: rules[0].on: is empty (write an event, such as "invoice.created")',
        ],
    ),
    (
        RULE + NOTIFY + RULE + NOTIFY,
        ['FILE:8: rules[1].name: rules[0] is called "r" already (names must differ)'],
    ),
    (
        '[[rules]]\nname = "r"\non = "invoice.craeted"\n' + NOTIFY,
        ['FILE:3: rules[0].on[0]: no event called "invoice.craeted" (did you mean invoice.created?)'],
    ),
    (
        '[[rules]]\nname = "r"\non = ["invoice.created", "invoice.payd"]\n' + NOTIFY,
        ['FILE:3: rules[0].on[1]: no event called "invoice.payd" (did you mean invoice.paid?)'],
    ),
    (
        '[[rules]]\nname = "r"\non = "task.gone"\n' + NOTIFY,
        [
            'FILE:3: rules[0].on[0]: no event called "task.gone" (known: task.created, task.updated, '
            "task.completed)"
        ],
    ),
    (
        '[[rules]]\nname = "r"\non = "dael.created"\n' + NOTIFY,
        ['FILE:3: rules[0].on[0]: no event called "dael.created" (did you mean deal.created?)'],
    ),
    (
        'poll.watch = ["invoice"]\n[[rules]]\nname = "r"\non = "deal.created"\n' + NOTIFY,
        ['FILE:4: rules[0].on[0]: deal is not watched (add "deal" to poll.watch)'],
    ),
    (
        'poll.watch = ["invoice"]\n[[rules]]\nname = "r"\non = "invoice.tasks_completed"\n' + NOTIFY,
        ['FILE:4: rules[0].on[0]: needs the tasks, and task is not watched (add "task" to poll.watch)'],
    ),
    (
        '[[rules]]\nname = "r"\non = "invoice.reminder_due"\n' + NOTIFY,
        ["FILE:3: rules[0].on[0]: never happens without [reminders] (add that section)"],
    ),
    (
        RULE + 'to = "sent"\n' + NOTIFY,
        [
            'FILE:4: rules[0].to: cannot go with "invoice.created", which is no move (write '
            '"invoice.status_changed")'
        ],
    ),
    (
        '[[rules]]\nname = "r"\non = "task.completed"\nfrom = "x"\n' + NOTIFY,
        ['FILE:4: rules[0].from: cannot go with "task.completed", which is no move (remove it)'],
    ),
    (
        '[[rules]]\nname = "r"\non = "invoice.paid"\nto = "sent"\n' + NOTIFY,
        [
            'FILE:4: rules[0].to: cannot go with "invoice.paid", which says it already (write '
            '"invoice.status_changed")'
        ],
    ),
    (
        '[[rules]]\nname = "r"\non = "invoice.status_changed"\nto = ["sended"]\n' + NOTIFY,
        ['FILE:4: rules[0].to[0]: no invoice status called "sended" (did you mean sent?)'],
    ),
    (
        '[[rules]]\nname = "r"\non = "invoice.status_changed"\nfrom = ["S"]\n' + NOTIFY,
        [
            'FILE:4: rules[0].from[0]: no invoice status called "S" (known: draft, sent, paid, rejected; or '
            "a stage id, such as DT31_1:N)"
        ],
    ),
    (
        '[[rules]]\nname = "r"\non = "deal.stage_changed"\nto = ["paid", "C1 WON"]\n' + NOTIFY,
        [
            'FILE:4: rules[0].to[0]: "paid" is a status of invoices, not a stage (write a stage id, '
            "such as C1:WON)",
            'FILE:4: rules[0].to[1]: "C1 WON" is no stage id (write it as C1:WON)',
        ],
    ),
    (
        RULE + 'when = "invoice.amout > 5"\n' + NOTIFY,
        ["FILE:4: rules[0].when: invoice has no amout (did you mean amount?)"],
    ),
    (
        RULE + 'when = "commission.total > 5"\n' + NOTIFY,
        ["FILE:4: rules[0].when: commission is unknown without [commission] (add that section)"],
    ),
]

STEPS = [
    (STEP, ['FILE:4: rules[0].steps[0].use: is required (write a step, such as "notify")']),
    (
        STEP + 'use = "notfy"\n',
        ['FILE:5: rules[0].steps[0].use: no step called "notfy" (did you mean notify?)'],
    ),
    (STEP + "use = 5\n", ["FILE:5: rules[0].steps[0].use: found number 5, write a text in quotes"]),
    ("steps = [5]\n", ["FILE:4: rules[0].steps[0]: found number 5, write a table"]),
    (
        STEP + 'use = "notify"\n',
        ['FILE:4: rules[0].steps[0].to: is required (write people, such as ["responsible"])'],
    ),
    (
        STEP + 'use = "notify"\nto = []\n',
        ['FILE:6: rules[0].steps[0].to: is empty (write people, such as ["responsible"])'],
    ),
    (
        STEP + 'use = "notify"\nto = ["boss"]\n',
        ["FILE:6: rules[0].steps[0].to[0]: no person called 'boss' (write user:ID)"],
    ),
    (
        STEP + 'use = "notify"\nto = ["respnsible", 5]\n',
        [
            "FILE:6: rules[0].steps[0].to[0]: no person called 'respnsible' (did you mean responsible?)",
            "FILE:6: rules[0].steps[0].to[1]: found number 5, write a text in quotes",
        ],
    ),
    (
        NOTIFY + 'text = "{{ invoice.amount | mony }}"\n',
        ["FILE:7: rules[0].steps[0].text: unknown filter mony (did you mean money?)"],
    ),
    (
        NOTIFY + 'text = "{{ task.title }}"\n',
        [
            "FILE:7: rules[0].steps[0].text: task is not known here (known: commission, company, contact, "
            "deal, event, invoice, now, people, recipient, responsible, rows)"
        ],
    ),
    (NOTIFY + 'txt = "x"\n', ["FILE:7: rules[0].steps[0].txt: unknown setting (did you mean text?)"]),
    (
        STEP + 'use = "send_invoice"\n',
        ["FILE:5: rules[0].steps[0].use: send_invoice needs [mail] (add that section)"],
    ),
    (
        STEP + 'use = "commission"\n',
        ["FILE:5: rules[0].steps[0].use: commission needs [commission] (add that section)"],
    ),
    (
        STEP + 'use = "shift_due_date"\ndirection = "back"\n',
        ['FILE:6: rules[0].steps[0].direction: found text "back" (known: next, previous, nearest, none)'],
    ),
    (
        STEP + 'use = "move_deal"\nstage = "nxt"\n',
        ['FILE:6: rules[0].steps[0].stage: "nxt" is no stage id (did you mean next?)'],
    ),
    (
        STEP + 'use = "move_deal"\nstage = { 0 = "C2:WON" }\n',
        [
            'FILE:6: rules[0].steps[0].stage.0: "C2:WON" is a stage of funnel 2 (write one of the funnel '
            "before the =)"
        ],
    ),
    (
        STEP + 'use = "move_deal"\nstage = 5\n',
        ["FILE:6: rules[0].steps[0].stage: found number 5, write a text"],
    ),
    (
        STEP + 'use = "move_deal"\nstage = {}\n',
        ['FILE:6: rules[0].steps[0].stage: is empty (write "next", a stage id, or a table funnel = stage)'],
    ),
    (
        STEP + 'use = "create_task"\ndeadline = "3wd"\n',
        [
            'FILE:6: rules[0].steps[0].deadline: found "3wd", write "+3wd" (working days), "+2d" (days) or '
            '"+1wd 10:00"'
        ],
    ),
    (
        STEP + 'use = "create_task"\nresponsible = "{{ x }}"\n',
        ["FILE:6: rules[0].steps[0].responsible: no person called '{{ x }}' (write user:ID)"],
    ),
    (
        STEP + 'use = "create_tasks"\ntasks = []\n',
        ["FILE:6: rules[0].steps[0].tasks: is empty (remove it for a task per row)"],
    ),
    (
        STEP + 'use = "create_tasks"\n[[rules.steps.tasks]]\nper = "rows"\n',
        ['FILE:7: rules[0].steps[0].tasks[0].per: found text "rows" (did you mean row?)'],
    ),
    (
        STEP + 'use = "create_tasks"\n[[rules.steps.tasks]]\nper = "invoice"\ntitle = "{{ row.name }}"\n',
        [
            "FILE:8: rules[0].steps[0].tasks[0].title: row is not known here (known: commission, company, "
            "contact, deal, event, invoice, now, people, responsible, rows)"
        ],
    ),
    (
        STEP + 'use = "create_activity"\nkind = "meting"\n',
        ['FILE:6: rules[0].steps[0].kind: found text "meting" (did you mean meeting?)'],
    ),
    (
        STEP + 'use = "fill_fields"\n',
        ['FILE:4: rules[0].steps[0].set: is required (write a table, such as { UF_CRM_CITY = "Kazan" })'],
    ),
    (
        STEP + 'use = "fill_fields"\nset = {}\n',
        ['FILE:6: rules[0].steps[0].set: is empty (write a table, such as { UF_CRM_CITY = "Kazan" })'],
    ),
    (
        STEP + 'use = "fill_fields"\nset = { A = "objct.name" }\n[[rules.steps.lookups]]\nname = '
        '"objct2"\nfrom = "lst:3"\n',
        [
            "FILE:6: rules[0].steps[0].set.A: unknown name objct (did you mean objct2?)",
            "FILE:7: rules[0].steps[0].lookups[0].id: is required (write id, or match with the values that "
            "the row has)",
            'FILE:9: rules[0].steps[0].lookups[0].from: "lst:3" is no source (write "list:37", "item:1046", '
            '"contact" or "company")',
        ],
    ),
    (
        STEP + 'use = "fill_fields"\nset = { A = "a.name" }\nlookups = [{ name = "a", from = "list:1", id = '
        '"b.id" }, { name = "b", from = "list:1", id = 5, match = { X = 1 } }, { name = "a", from = '
        '"contact" }, { name = "deal", from = "company" }]\n',
        [
            "FILE:7: rules[0].steps[0].lookups[0].id: unknown name b (known: commission, company, contact, "
            "deal, event, invoice, now, people, responsible, rows)",
            "FILE:7: rules[0].steps[0].lookups[1].match: cannot go with id (keep one of the two)",
            'FILE:7: rules[0].steps[0].lookups[2].name: "a" is taken by a look-up before (choose another)',
            'FILE:7: rules[0].steps[0].lookups[3].name: "deal" cannot be a name (choose another; letters, '
            "digits and _)",
        ],
    ),
    (
        STEP + 'use = "fill_fields"\nset = { A = [1, [2]] }\n',
        [
            "FILE:6: rules[0].steps[0].set.A[1]: found a list, write a text or a whole number or a number "
            "or true or false"
        ],
    ),
    (
        STEP + 'use = "assign"\n',
        ['FILE:4: rules[0].steps[0].to: is required (write people, such as ["responsible"])'],
    ),
    (
        STEP + 'use = "assign"\nto = "user:7"\ntargets = ["deel"]\n',
        ['FILE:7: rules[0].steps[0].targets[0]: found text "deel" (did you mean deal?)'],
    ),
    (
        STEP + 'use = "assign"\nto = []\ntargets = []\n',
        [
            'FILE:6: rules[0].steps[0].to: is empty (write who, such as "user:7")',
            "FILE:7: rules[0].steps[0].targets: is empty (known: deal, contact, company)",
        ],
    ),
    (
        STEP + 'use = "create_invoice"\namount = 5\nrows = "deal"\n',
        ["FILE:7: rules[0].steps[0].rows: cannot go with amount (keep one of the two)"],
    ),
    (
        STEP + 'use = "create_invoice"\namount = 0\nstatus = "payed"\n',
        [
            "FILE:6: rules[0].steps[0].amount: 0 is no sum (write more than 0)",
            'FILE:7: rules[0].steps[0].status: no invoice status called "payed" (did you mean paid?)',
        ],
    ),
    (
        STEP + 'use = "update_fields"\nentity = "dael"\nset = { A = 1 }\n',
        ['FILE:6: rules[0].steps[0].entity: no "dael" here (did you mean deal?)'],
    ),
    (
        STEP + 'use = "update_fields"\nentity = "task"\nset = { A = 1 }\n',
        ['FILE:6: rules[0].steps[0].entity: no "task" here (known: company, contact, deal, invoice)'],
    ),
]

MAILS = [
    ('to = ["a@b@c"]\n', ["FILE:8: rules[0].steps[0].to[0]: 'a@b@c' is no e-mail address (write box@host)"]),
    (
        'cc = ["respnsible"]\n',
        ["FILE:8: rules[0].steps[0].cc[0]: no person called 'respnsible' (did you mean responsible?)"],
    ),
    (
        'bcc = "{{ contact.emials }}"\n',
        ["FILE:8: rules[0].steps[0].bcc[0]: contact has no emials (did you mean emails?)"],
    ),
    (
        'to = ["contact", "Ann <a@b.ru>", "user:7", "a@b.ru"]\n',
        ["FILE:8: rules[0].steps[0].to[1]: 'Ann <a@b.ru>' is no e-mail address (write box@host)"],
    ),
    ("attach = 1\n", ["FILE:8: rules[0].steps[0].attach: found number 1, write true or false"]),
]

TEST = '[[tests]]\nname = "t"\nevent = "invoice.created"\nexpect = []\n'
TESTS = [
    (TEST + TEST, ['FILE:6: tests[1].name: tests[0] is called "t" too (names must differ)']),
    (
        '[[tests]]\nname = "t"\n',
        [
            'FILE:1: tests[0].event: is required (write an event, such as "invoice.created")',
            'FILE:1: tests[0].expect: is required (write the actions, such as [{ rule = "head-knows", step = '
            '"notify" }]; [] means nothing)',
        ],
    ),
    (
        '[[tests]]\nname = "t"\nevent = "invoice.craeted"\nexpect = []\n',
        ['FILE:3: tests[0].event: no event called "invoice.craeted" (did you mean invoice.created?)'],
    ),
    (
        TEST + 'from = "sent"\n',
        ['FILE:5: tests[0].from: cannot go with "invoice.created" (remove it: that event is no move)'],
    ),
    (
        '[[tests]]\nname = "t"\nevent = "invoice.status_changed"\nto = "payed"\nexpect = []\n',
        ['FILE:4: tests[0].to: no invoice status called "payed" (did you mean paid?)'],
    ),
    (TEST + 'at = "soon"\n', ['FILE:5: tests[0].at: "soon" is no time (write "2026-11-24 10:00")']),
    (
        TEST + "[tests.invoice]\namout = 5\n",
        ["FILE:6: tests[0].invoice.amout: unknown value (did you mean amount?)"],
    ),
    (
        TEST + '[tests.invoice]\namount = "1 234,50"\n',
        ["FILE:6: tests[0].invoice.amount: '1 234,50' is no number (write 1234.50)"],
    ),
    (
        TEST + f"[tests.invoice]\namount = {10**25}\n",
        ["FILE:6: tests[0].invoice.amount: is too large an amount (write 20 digits at most)"],
    ),
    (
        TEST + '[tests.invoice]\nid = 0\nissued_date = "soon"\n',
        [
            "FILE:6: tests[0].invoice.id: is no number of something (write one from 1)",
            'FILE:7: tests[0].invoice.issued_date: is no date (write "2026-12-01")',
        ],
    ),
    (
        TEST + '[tests.deal]\ncontact_id = "x"\ncreated_at = 5\nfields = 5\n',
        [
            "FILE:6: tests[0].deal.contact_id: is no number of something (write it, or 0 for none)",
            'FILE:7: tests[0].deal.created_at: is no time (write "2026-11-24 10:00")',
            "FILE:8: tests[0].deal.fields: is no table (write { CODE = value })",
        ],
    ),
    (
        TEST + "[tests.contact]\nemails = [5]\nname = 5.5\n",
        [
            'FILE:6: tests[0].contact.emails: is no list of texts (write ["a@example.ru"])',
            "FILE:7: tests[0].contact.name: is no text (write it in quotes)",
        ],
    ),
    (
        TEST + "[tests.responsible]\nactive = 5\n",
        [
            "FILE:6: tests[0].responsible.active: is neither true nor false (write one of them, without "
            "quotes)"
        ],
    ),
    (
        TEST + '[[tests.users]]\nname = "Ann"\n[tests.people]\nboss = "Ann"\n',
        [
            "FILE:5: tests[0].users[0].id: is required (write the user's number)",
            "FILE:8: tests[0].people.boss: is no person (write a user's number, or a table such as { id = 7, "
            'name = "…" })',
        ],
    ),
    (
        TEST + "[tests.commission]\ntotal = true\n",
        ["FILE:6: tests[0].commission.total: 'true' is no number (write a number, such as 1234.50)"],
    ),
    (
        '[[tests]]\nname = "t"\nevent = "invoice.created"\nexpect = [{ rul = "r" }]\n',
        ["FILE:4: tests[0].expect[0].rul: unknown value (did you mean rule?)"],
    ),
]

CALENDARS = [
    (
        '[calendar]\ndirection = "prevoius"\n',
        [
            "FILE:2: calendar.direction: 'prevoius' is none of next, previous, nearest, none (did you mean "
            "previous?)"
        ],
    ),
    (
        '[calendar]\nweekend = ["SO", "SU"]\n',
        ["FILE:2: calendar.weekend[0]: no weekday 'SO' (known: MO, TU, WE, TH, FR, SA, SU)"],
    ),
    (
        '[calendar]\nweekend = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]\n',
        ["FILE:2: calendar.weekend: leaves no working day in the week (list only the days off)"],
    ),
    (
        '[calendar]\ndays_off = ["15.06.2026", "2026-06-10..2026-06-01", "2026-01-01..2028-01-01"]\n',
        [
            "FILE:2: calendar.days_off[0]: '15.06.2026' is no date (write \"2026-06-15\" or "
            '"2026-12-28..2026-12-30")',
            "FILE:2: calendar.days_off[1]: '2026-06-10..2026-06-01' ends before it begins (write the earlier "
            "day first)",
            "FILE:2: calendar.days_off[2]: '2026-01-01..2028-01-01' is longer than a year (is a year "
            "mistyped?)",
        ],
    ),
    (
        '[calendar]\ndays_off = ["2026-06-15"]\nworking_days = ["2026-06-15"]\n',
        ["FILE:3: calendar.working_days[0]: 2026-06-15 is also in days_off[0] (keep one of the two)"],
    ),
    (
        '[calendar]\nyearly_days_off = ["30.08", "02-30"]\n',
        [
            "FILE:2: calendar.yearly_days_off[0]: '30.08' is no day of a year (write month and day, "
            '"08-30")',
            "FILE:2: calendar.yearly_days_off[1]: '02-30': there is no such day (write month and day, "
            '"08-30")',
        ],
    ),
    (
        '[calendar]\nfile = "none.csv"\n',
        ["FILE:2: calendar.file[0]: there is no file FOLDER/none.csv (correct the path)"],
    ),
]

TEXTS = [
    (NOTIFY + f"text = '''{source}'''\n", [f"FILE:7: rules[0].steps[0].text: {said}"])
    for source, said in [
        ("{{ invoice.number ", "unexpected end of template, expected 'end of print statement'."),
        ("{{ invoice. }}", "expected name or number"),
        ("{{ invoice.number } }}", "unexpected '}'"),
        ("{{ (invoice.number }}", "unexpected '}', expected ')'"),
        ("{{ invoice.number ! }}", "unexpected char '!' at 18"),
        ("{{ invoice.number 5 }}", "expected token 'end of print statement', got 'integer'"),
        ("{{ }}", "Expected an expression, got 'end of print statement'"),
        ("{{ invoice.id + }}", "unexpected 'end of print statement'"),
        ("{% %}", "tag name expected"),
        ("{% fi invoice.id %}x{% endif %}", "Encountered unknown tag 'fi'."),
        ("{% if invoice.id %}x", "Unexpected end of template. Jinja was looking for"),
        ("{% if invoice.id %}x{% endfor %}", "Encountered unknown tag 'endfor'."),
        ("{% set 5 = 1 %}", "can't assign to 'const'"),
        ("{# x", "Missing end of comment tag"),
        ("{% raw %}{{ x }}{% endrw %}", "Missing end of raw directive"),
        ("{{ invoice.id is none is none }}", "You cannot chain multiple tests with is"),
        ("{{ invoice['id }}", 'unexpected char "\'" at 11'),
        ("{{ money(*invoice) | f(**x, y) }}", "invalid syntax for function call expression"),
        ("{{ invoice.ammount }}", "invoice has no ammount (did you mean amount?)"),
        ("{{ invioce.amount }}", "unknown name invioce (did you mean invoice?)"),
        ("{{ invoice.amount | mony }}", "unknown filter mony (did you mean money?)"),
        ("{% if invoice.id is oddish %}{% endif %}", "unknown test oddish (did you mean odd?)"),
        ("{% for r in invoice %}{% endfor %}", "invoice is no list"),
        ('{% include "x" %}', "include is not available here"),
        ("{{ invoice.fields.__class__ }}", "__class__ is not available here"),
        ("a\n{{ invoice.ammount }}", "line 2: invoice has no ammount (did you mean amount?)"),
        (
            "{% for a in rows %}{% for b in rows %}{% for c in rows %}{% for d in rows %}x"
            + "{% endfor %}" * 4,
            "more than 3 loops inside each other",
        ),
    ]
]
"""A text with a fault; what Jinja2 says of it goes on with more."""

SYNTAX = [
    ("a = \n", "FILE:1:5: no valid TOML: invalid value"),
    ('a = "x\n', "FILE:1:7: no valid TOML: illegal character '\\n'"),
    ("a = [1", "FILE:1: no valid TOML: unclosed array at the end of the file"),
    ("a = {b = 1, b = 2}\n", "FILE:1:18: no valid TOML: duplicate inline table key 'b'"),
    ("a = {b = 1", "FILE:1: no valid TOML: unclosed inline table at the end of the file"),
    ("a\n", "FILE:1:2: no valid TOML: expected '=' after a key in a key/value pair"),
    ("= 1\n", "FILE:1:1: no valid TOML: invalid statement"),
    ("a = 1 b = 2\n", "FILE:1:7: no valid TOML: expected newline or end of document after a statement"),
    ("[a\n", "FILE:1:3: no valid TOML: expected ']' at the end of a table declaration"),
    ("[[a]\n", "FILE:1:4: no valid TOML: expected ']]' at the end of an array declaration"),
    ("[a]\n[a]\n", "FILE:2:3: no valid TOML: cannot declare ('a',) twice"),
    ("a = 1\na = 2\n", "FILE:2:6: no valid TOML: cannot overwrite a value"),
    ("a = [1]\n[[a]]\n", "FILE:2:4: no valid TOML: cannot mutate immutable namespace ('a',)"),
    ('a = "\\uD8"\n', "FILE:1:8: no valid TOML: invalid hex value"),
    ('a = "C:\\dir"\n', "FILE:1:10: no valid TOML: unescaped '\\' in a string"),
    ('a = """x', "FILE:1: no valid TOML: unterminated string at the end of the file"),
    ('a = "\\ud800"\n', "FILE:1:12: no valid TOML: escaped character is not a Unicode scalar value"),
    ("a = 2026-02-30\n", "FILE:1:5: no valid TOML: invalid date or datetime"),
    ("a. = 1\n", "FILE:1:4: no valid TOML: invalid initial character for a key part"),
    ("a = 'x", 'FILE:1: no valid TOML: expected "\'" at the end of the file'),
    ("a = 1 # \x01\n", "FILE:1:9: no valid TOML: found invalid character '\\x01'"),
    ("a = " + "[" * 5000, "FILE: is nested too deeply"),
    ("a = " + "9" * 5000, "FILE: no valid TOML: a number or date cannot be read"),
]

AFTER_PORTAL = [
    ('timeout = "11m"\n', 'FILE:3: portal.timeout: is out of range (write 1s to 10m, such as "30s")'),
    ('ca_file = "none.pem"\n', "FILE:3: portal.ca_file: there is no file FOLDER/none.pem (correct the path)"),
]
"""More of the table of the portal."""

PORTALS = [
    ('"env:NOBODY"', "the variable NOBODY is not set (set it where b24sync runs, in the crontab say)"),
    ('"env:EMPTY"', "the variable EMPTY is empty (set it where b24sync runs, in the crontab say)"),
    ('"env:1x"', 'names no variable (write "env:NAME")'),
    ('"file:none"', "the file FOLDER/none cannot be read: No such file or directory"),
    ('"file:."', "the file FOLDER cannot be read: Is a directory"),
    ('"credential:../x"', 'names no credential (write "credential:NAME")'),
    (
        '"credential:x"',
        "systemd hands over no credential x (write LoadCredential=x:/path/of/the/secret into [Service] of "
        "the unit)",
    ),
    ("5", "is no text (write it in quotes)"),
    ('"example"', "is no webhook URL (it looks like https://HOST/rest/USER/SECRET/)"),
    (
        '"https://a.ru/rest/1/x/?y"',
        "has more than a webhook URL has: no login, ? or # (it looks like https://HOST/rest/USER/SECRET/)",
    ),
    (
        '"https://a.ru/rest/1/"',
        "has no secret after the user id (it looks like https://HOST/rest/USER/SECRET/)",
    ),
    (
        '"https://a.ru/"',
        "has no /rest/ in its path: this is the portal's address, not a webhook (it looks like "
        "https://HOST/rest/USER/SECRET/)",
    ),
    (
        '"https://a.ru/rest/x/y/z/"',
        "does not go on with a user's number and a secret after /rest/ (it looks like "
        "https://HOST/rest/USER/SECRET/)",
    ),
    (
        '"http://a.ru/rest/1/x/"',
        "would send the secret in the clear (write https://a.ru/...; http is for loopback only)",
    ),
]
"""The webhook as it is written, and what is said of it."""

OTHERS = [
    ('[poll]\noverlap = "9999d"\n', ['FILE:2: poll.overlap: found "9999d", write at most "3650d"']),
    (
        '[[rules]]\nname = "r"\non = "deal.stuck"\n' + NOTIFY,
        ['FILE:1: rules[0].after: is required with "deal.stuck" (write "3wd" for working days, or "5d")'],
    ),
    (
        '[[rules]]\nname = "r"\non = "deal.stuck"\nafter = "0d"\nto = "C1:WON"\n' + NOTIFY,
        [
            'FILE:4: rules[0].after: found "0d", write "3wd" (working days) or "5d" (days)',
            'FILE:5: rules[0].to: cannot go with "deal.stuck", which is no move (write stage = ["…"])',
        ],
    ),
    (
        RULE + 'stage = "C1:WON"\n' + NOTIFY,
        ['FILE:4: rules[0].stage: goes with "invoice.stuck" and "deal.stuck" only (remove it)'],
    ),
    (
        '[[rules]]\nname = "r"\non = "deal.created"\n' + STEP + 'use = "shift_due_date"\n',
        ["FILE:5: rules[0].steps[0].use: shift_due_date cannot work on events of deal (only of: invoice)"],
    ),
    (
        'invoice.api = "legacy"\n' + RULE + STEP + 'use = "create_invoice"\n',
        [
            "FILE:6: rules[0].steps[0].use: create_invoice makes smart invoices only, and "
            'invoice.api is "legacy" (remove this step)'
        ],
    ),
    (
        RULE + STEP + 'use = "comment"\ntext = " "\n',
        ["FILE:6: rules[0].steps[0].text: is empty (write a text)"],
    ),
    (
        MAIL + RULE + STEP + 'use = "send_invoice"\nbody_file = "none.html"\n',
        [
            "FILE:8: rules[0].steps[0].body_file: the file FOLDER/none.html cannot be read: No such file or "
            "directory"
        ],
    ),
    (
        MAIL + RULE + STEP + 'use = "send_invoice"\nbody_file = "."\n',
        ["FILE:8: rules[0].steps[0].body_file: the file FOLDER cannot be read: Is a directory"],
    ),
    (
        '[people]\nlead = "deal.responsible"\n[[rules]]\nname = "r"\non = "task.created"\n'
        + STEP
        + 'use = "notify"\nto = "lead"\n[[rules]]\nname = "s"\non = "deal.created"\n'
        + STEP
        + 'use = "notify"\nto = ["deal.fields.A", "task.responsible"]\n',
        [
            "FILE:14: rules[1].steps[0].to[1]: 'task.responsible': there is no task here (known: company, "
            "contact, deal)"
        ],
    ),
    (
        '[people]\ndoer = "task.responsible"\n' + RULE + STEP + 'use = "notify"\nto = "doer"\n',
        [
            "FILE:8: rules[0].steps[0].to[0]: 'doer' is task.responsible, and these events have no task "
            "(name another person)"
        ],
    ),
    (
        RULE + STEP + 'use = "notify"\nto = "deal.fields"\n',
        [
            "FILE:6: rules[0].steps[0].to[0]: 'deal.fields' is no path to a person (write deal.responsible "
            "or deal.fields.CODE)"
        ],
    ),
    (
        '[[tests]]\nname = "t"\nevent = "invoice.paid"\nto = "paid"\nexpect = []\n',
        [
            'FILE:4: tests[0].to: cannot go with "invoice.paid", which says it already (write '
            '"invoice.status_changed")'
        ],
    ),
]
