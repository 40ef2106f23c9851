"""Faults of a configuration outside its rules: TOML before a valid one, and what is said in English."""

from __future__ import annotations

from tests.support.planted_rules import COMMISSION, MAIL

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
        MAIL + "document_template = []\n",
        ["FILE:4: mail.document_template: found a list, write a whole number or a text"],
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
            "FILE:1: mail.from: is required: no mail goes without a sender (write Name <name@example.ru>)",
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
        '[mail]\ntransport = "file"\n',
        ["FILE:1: mail.from: is required: no mail goes without a sender (write Name <name@example.ru>)"],
    ),
    (
        MAIL + 'reply_to = "a b@c"\n',
        [
            "FILE:4: mail.reply_to: the address 'a b@c' contains a space, comma or semicolon (write one "
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
    (MAIL + "port = 70000\n", ["FILE:4: mail.port: is out of range (write 1 to 65535)"]),
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
