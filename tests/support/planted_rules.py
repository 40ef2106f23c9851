"""Faults of a configuration in its rules and tests: TOML before a valid one, and what is said in English."""

from __future__ import annotations

RULE = '[[rules]]\nname = "r"\non = "invoice.created"\n'
STEP = "[[rules.steps]]\n"
NOTIFY = STEP + 'use = "notify"\nto = ["responsible"]\n'
MAIL = '[mail]\ntransport = "file"\nfrom = "a@b.ru"\n'
COMMISSION = '[commission]\n[[commission.rates]]\nfor = "invoice.responsible"\npercent = "5"\n'

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
        '[[rules]]\nname = "r"\non = "invoice.status_changed"\nfrom = ["sent"]\nto = ["sent", "sent"]\n'
        + NOTIFY,
        [
            "FILE:5: rules[0].to: is the same as from: such a move never happens "
            "(write another status or stage)"
        ],
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
        RULE + 'when = "invoice.id 5"\n' + NOTIFY,
        ["FILE:4: rules[0].when: unexpected 5 (in 'invoice.id 5')"],
    ),
    (
        RULE + 'when = "commission.total > 5"\n' + NOTIFY,
        ["FILE:4: rules[0].when: commission is unknown without [commission] (add that section)"],
    ),
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
            "FILE:9: rules[0].steps[0].body_file: the file FOLDER/none.html cannot be read: No such file or "
            "directory"
        ],
    ),
    (
        MAIL + RULE + STEP + 'use = "send_invoice"\nbody_file = "."\n',
        ["FILE:9: rules[0].steps[0].body_file: the file FOLDER cannot be read: Is a directory"],
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
