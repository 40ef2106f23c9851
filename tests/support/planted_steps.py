"""Faults of a configuration in steps and texts: TOML before a valid one, and what is said in English."""

from __future__ import annotations

from tests.support.planted_rules import NOTIFY, STEP

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
    ('to = ["a@b@c"]\n', ["FILE:9: rules[0].steps[0].to[0]: 'a@b@c' is no e-mail address (write box@host)"]),
    (
        'cc = ["respnsible"]\n',
        ["FILE:9: rules[0].steps[0].cc[0]: no person called 'respnsible' (did you mean responsible?)"],
    ),
    (
        'bcc = "{{ contact.emials }}"\n',
        ["FILE:9: rules[0].steps[0].bcc[0]: contact has no emials (did you mean emails?)"],
    ),
    (
        'to = ["contact", "Ann <a@b.ru>", "user:7", "a@b.ru"]\n',
        ["FILE:9: rules[0].steps[0].to[1]: 'Ann <a@b.ru>' is no e-mail address (write box@host)"],
    ),
    (
        'to = ["анна@b.ru", "anna@b..ru"]\n',
        [
            "FILE:9: rules[0].steps[0].to[0]: the address 'анна@b.ru' has letters before the @ that need "
            "SMTPUTF8, which most servers lack (use Latin ones) (write one address, as name@example.ru or "
            "Name <name@example.ru>)",
            "FILE:9: rules[0].steps[0].to[1]: the address 'anna@b..ru' has a malformed domain (write one "
            "address, as name@example.ru or Name <name@example.ru>)",
        ],
    ),
    ("attach = 1\n", ["FILE:9: rules[0].steps[0].attach: found number 1, write true or false"]),
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
