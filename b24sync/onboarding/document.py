"""The configuration that ``init`` writes: commented, valid, with what the portal has at hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from b24sync.config.automations import AUTOMATIONS
from b24sync.config.toml_text import array, commented, listing, plain, quoted
from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE
from b24sync.onboarding import guesses
from b24sync.onboarding.fitting import fit

if TYPE_CHECKING:
    from b24sync.onboarding.choices import Choices, MailChoice
    from b24sync.onboarding.inquiry import PortalFacts
    from b24sync.rest.fields import FieldSpec
    from b24sync.rest.stages import Stage

SCHEMA_FILE = "b24sync.schema.json"
"""Beside the configuration, for editors that follow its first line; ``b24sync schema`` makes it."""
_SEMANTICS = {"P": "in process", "S": "success", "F": "failure"}
_REMINDERS = """
[reminders]
days     = [-3, 0, 3, 7, 14]     # from the due date; negative: before
at       = "10:00"               # company time, on working days
statuses = ["sent"]"""
_COMMISSION = """
[commission]
base = "amount"                  # "net": without VAT

[[commission.rates]]
for     = "invoice.responsible"
percent = "5" """.rstrip()


def document(facts: PortalFacts, choices: Choices) -> str:
    """The whole file."""
    blocks = [
        *_head(facts, choices),
        *_invoices(facts),
        *_people(facts),
        *_sections(facts, choices),
        *_rules(facts, choices),
    ]
    return "\n\n".join(block.strip("\n") for block in blocks if block.strip()) + "\n"


def _head(facts: PortalFacts, choices: Choices) -> Iterator[str]:
    owner = f"{plain(facts.owner)} (user:{facts.owner_id})" if facts.owner else f"user:{facts.owner_id}"
    yield f"""
#:schema ./{SCHEMA_FILE}
# b24sync for {plain(facts.portal)}, written by `b24sync init` for the webhook of {owner}.
# Editors that check and complete TOML want the first line and: b24sync schema > {SCHEMA_FILE}
# It holds the webhook's secret: keep it readable by its owner only (chmod 600).
# Lines "# key = …" are defaults or suggestions; remove the "# " to use them. Then run: b24sync doctor
# Durations: "90s" "5m" "24h" "7d". Deadlines: "+3wd" (working days), "+2d".
# Secrets: literal, "env:NAME", "file:PATH" or "credential:NAME" (systemd)."""
    yield "\n".join(_warnings(facts))
    yield f"language = {quoted(choices.language)}  # of the built-in texts: ru or en\n{_zone(facts)}"
    ca_file = (
        f"ca_file = {quoted(choices.ca_file)}"
        if choices.ca_file
        else '# ca_file = "own.pem"  # certificates of a self-hosted portal'
    )
    yield f"""
[portal]
webhook = {quoted(choices.webhook)}
{ca_file}
# rate    = "standard"           # "standard" 2 requests a second, "enterprise" 5, "box" without limit"""
    yield '[store]\npath = "b24sync.db"              # SQLite: snapshot, events, actions, commissions'
    watched = ["invoice", "deal", *(["task"] if facts.may("task", "tasks") else [])]
    why = "" if "task" in watched else '  # add "task" when the webhook has the scope task'
    yield f"""
[poll]
watch = {array(watched)}{why}
# overlap         = "5m"         # how far each feed is read again
# reconcile_every = "24h"        # compares everything: finds deletions
# ping_url        = "https://…"  # is called after each poll; /fail is added on trouble"""
    yield _processes(facts)


def _warnings(facts: PortalFacts) -> Iterator[str]:
    if facts.is_admin is False:
        yield (
            "# NOTE: the webhook's owner is no administrator: what that person may not see is missing "
            "silently."
        )
    if facts.unknown:
        yield "# NOTE: the portal did not tell everything; run `b24sync doctor` for what it means:"
        yield from (f"#   {plain(text, longest=200)}" for text in facts.unknown[:20])


def _zone(facts: PortalFacts) -> str:
    offset = f" ({facts.server_offset})" if facts.server_offset else ""
    return (
        f'# timezone = "Europe/Moscow"     # of the company: reminder hours, "today"; without it: the portal '
        f"server's{offset}"
    )


def _processes(facts: PortalFacts) -> str:
    listed = listing(
        "Smart processes of this portal (entity_type_id = name)",
        [(one.id, one.name) for one in facts.processes],
    )
    number = facts.processes[0].id if facts.processes else 1046
    block = commented(
        f'[kinds.object]                   # then add "object" to poll.watch\nentity_type_id = {number}'
    )
    stages = [
        listing(
            f"Stages of {plain(one.name)} ({one.id})",
            _stage_rows(facts.funnels.by_kind.get(f"type:{one.id}", ())),
        )
        for one in facts.processes[:20]
    ]
    return "\n".join(
        part for part in ("# A smart process as a kind of its own:", listed, block, *stages) if part
    )


def _stage_rows(stages: tuple[Stage, ...] | list[Stage]) -> list[tuple[object, str]]:
    return [(stage.id, f"{plain(stage.name)} ({_SEMANTICS[stage.semantic]})") for stage in stages]


def _invoices(facts: PortalFacts) -> Iterator[str]:
    own = facts.own_companies
    company = f"my_company = {own[0].id}" if own else "# my_company = 0"
    api = (
        'api        = "legacy"'
        if facts.is_legacy
        else '# api      = "smart"            # "legacy": the old invoices (crm.invoice)'
    )
    listed = listing("Own companies (id = name)", [(one.id, one.name) for one in own])
    body = (
        f"[invoice]\n{api}\n{company}{' ' * 18}# your own company, for invoices that b24sync "
        f"creates\n{listed}"
    )
    yield body
    yield _statuses(facts)
    yield _fields(facts, INVOICE)
    yield _deals(facts)


def _statuses(facts: PortalFacts) -> str:
    known = facts.funnels.by_kind.get(INVOICE, ())
    listed = listing("Stages of invoices (id = name)", _stage_rows(known))
    table = guesses.status_table(facts)
    lines = [f"{name:<8} = {array(ids)}{_guessed(facts, name)}" for name, ids in table.items()]
    absent = [f'# {name:<6} = ["…"]' for name in ("draft", "sent", "paid", "rejected") if name not in table]
    if not known:
        return (
            "# Status names → stage ids (the stages could not be read; without this table the usual "
            "ids count):\n" + commented('[invoice.status]\nsent = ["DT31_1:S"]')
        )
    return "\n".join(
        [
            "# Status names → stage ids. Rules may use these names; other stages go by their ids.",
            listed,
            "[invoice.status]",
            *lines,
            *absent,
        ]
    )


def _guessed(facts: PortalFacts, status: str) -> str:
    """The stages of a status that were guessed, for the end of its line."""
    chosen = set(facts.chosen.values())
    ids = [one for name, one in guesses.guessed_statuses(facts) if name == status and one not in chosen]
    shown = [
        f"{one} ({plain(stage.name, longest=40)})"
        for one in ids
        if (stage := facts.funnels.stage(INVOICE, one)) is not None
    ]
    return f"  # a guess: {', '.join(shown)}" if shown else ""


def _fields(facts: PortalFacts, kind: str) -> str:
    rows = [
        (spec.code, f"{plain(spec.title)} ({plain(spec.type)}{_choices(spec)})")
        for spec in facts.fields.get(kind, ())
    ]
    return listing(f"Custom fields of {kind} (as {kind}.fields.CODE in texts and conditions)", rows, most=200)


def _choices(spec: FieldSpec) -> str:
    """The values of a list, which the portal writes as numbers."""
    shown = ", ".join(
        f"{number} {plain(text, longest=20)}" for number, text in list(spec.choices.items())[:4]
    )
    return f": {shown}{', …' if len(spec.choices) > 4 else ''}" if shown else ""


def _deals(facts: PortalFacts) -> str:
    parts = [
        listing(
            f"Stages of deals, funnel {category.id} {plain(category.name)}".rstrip(),
            _stage_rows(facts.funnels.stages(DEAL, category.id)),
        )
        for category in facts.categories.get(DEAL, ())
    ]
    if not facts.categories.get(DEAL):
        parts = [listing("Stages of deals", _stage_rows(facts.funnels.by_kind.get(DEAL, ())))]
    return "\n".join(
        part
        for part in (*parts, _fields(facts, DEAL), _fields(facts, CONTACT), _fields(facts, COMPANY))
        if part
    )


def _people(facts: PortalFacts) -> Iterator[str]:
    who, is_sure = guesses.accountant(facts)
    lead = guesses.project_lead(facts)
    who_else = len(guesses.accountants(facts)) > 1 and "accountant" not in facts.chosen
    doubt = "  # a guess: several people fit" if who_else else ""
    if not is_sure:
        doubt = "  # a guess: the webhook's owner"
    several = len(guesses.leads(facts)) > 1 and "project_lead" not in facts.chosen
    guess = "  # a guess: several deal fields hold an employee" if several else ""
    lead_line = (
        f"project_lead = {quoted(lead)}{guess}"
        if lead
        else '# project_lead = "deal.fields.UF_CRM_…"  # a deal field of the type "employee"'
    )
    names = {one.id: one.name for one in facts.users}
    yield f"""
# Names for people, to be used in `to`, `responsible`, `for`. Besides them: responsible, creator,
# department_head,
# invoice.responsible, deal.responsible, contact.responsible, user:ID, department:ID.
[people]
accountant   = {quoted(who)}{doubt}
{lead_line}"""
    yield listing(
        "Users (user:ID)",
        [
            (f"user:{one.id}", f"{one.name}{f', {one.position}' if one.position else ''}")
            for one in facts.users
        ],
    )
    yield listing("Lists (as the look-ups of fill_fields write them)", list(facts.lists.items()))
    yield listing(
        "Departments (department:ID)",
        [(f"department:{one.id}", _department(one.name, one.head_id, names)) for one in facts.departments],
    )
    alerts = f'[alerts]\nto = ["user:{facts.owner_id}"]'
    comment = (
        "# One portal notice for each poll that leaves something to a person: failed, held or uncertain "
        "actions.\n"
    )
    yield comment + (alerts if facts.scopes is not None and facts.may("im") else commented(alerts))


def _department(name: str, head: int | None, names: dict[int, str]) -> str:
    return (
        f"{name}, head: {f'{names[head]} (user:{head})' if head in names else f'user:{head}'}"
        if head
        else f"{name}, no head"
    )


def _sections(facts: PortalFacts, choices: Choices) -> Iterator[str]:
    yield """
# Working days. The official calendar comes with the program; these are the company's exceptions.
[calendar]
country = "RU"
# direction        = "next"      # where a due date on a day off goes: next, previous, nearest
# weekend          = ["SA", "SU"]
# days_off         = ["2027-06-15"]
# yearly_days_off  = ["08-30"]   # regional holidays"""
    yield from _mail(facts, choices)
    yield _REMINDERS if "B2" in choices.automations else commented(_REMINDERS)
    yield _COMMISSION if "A3" in choices.automations else commented(_COMMISSION)
    yield f"""
# A trial week: everything is planned and shown (b24sync actions, b24sync explain), nothing is done.
# When you like what you see, set dry_run to false: what was planned until then is never done,
# only what happens from then on.
[safety]
dry_run = {str(choices.trial).lower()}
# max_emails_per_poll  = 50      # more than these are held until `b24sync release` or `cancel`
# max_actions_per_poll = 500"""


def _mail(facts: PortalFacts, choices: Choices) -> Iterator[str]:
    templates = listing(
        "Document templates for invoices (id = name)",
        [(one.id, one.name) for one in facts.invoice_templates()],
    )
    found = facts.invoice_templates()
    first = facts.chosen.get("template") or (str(found[0].id) if found else "")
    guess = "  # a guess: there are several" if len(found) > 1 and "template" not in facts.chosen else ""
    template = (
        f"document_template = {first}{guess}"
        if first
        else '# document_template = "…"        # id or name of the portal\'s template'
    )
    if choices.mail is not None:
        yield "\n".join(part for part in (templates, _own_mail(choices.mail), template) if part)
        return
    example = f"""
[mail]
transport = "smtp"               # "smtp", "portal" (by Bitrix24), "file" (.eml files in `folder`, for trials)
from      = "Name <billing@example.ru>"
host      = "smtp.example.ru"
port      = 587
security  = "starttls"           # "starttls", "tls" (usually port 465)
user      = "billing"
password  = "env:SMTP_PASSWORD"
{template.removeprefix("# ")}
# redirect_to = "trial@example.ru"  # a trial: every mail goes here instead"""
    yield "\n".join(part for part in (templates, commented(example)) if part)


def _own_mail(mail: MailChoice) -> str:
    lines = ["[mail]", f"transport = {quoted(mail.transport)}", f"from      = {quoted(mail.from_)}"]
    if mail.transport == "smtp":
        lines += [
            f"host      = {quoted(mail.host)}",
            f"port      = {mail.port}",
            f"security  = {quoted(mail.security)}",
        ]
        lines += (
            [f"user      = {quoted(mail.user)}", f"password  = {quoted(mail.password)}"] if mail.user else []
        )
    return "\n".join(lines)


def _rules(facts: PortalFacts, choices: Choices) -> Iterator[str]:
    yield """
# Rules. `on`: an event or a list. `from` / `to`: status names or stage ids, for *_changed events.
# `when`: a condition. Texts and conditions are Jinja2; they see event, invoice, deal, contact, company,
# task, rows, responsible, people, commission and now. A text that is left out is a built-in one.
# To switch a rule on, remove the "# " of its lines."""
    fitted = fit(facts, choices.language)
    for one in AUTOMATIONS:
        is_on = one.code in choices.automations
        lines = one.head()
        if one.section and not is_on:
            lines.append(f"# Needs [{one.section}] above.")
        if one.robot:
            lines.append(
                f"# CAUTION: if a robot of the portal {one.robot.en} already, it happens twice: switch one "
                f"of the two off."
            )
        lines += [f"# A guess: {plain(guess, longest=300)}" for guess in guesses.guessed(facts, one.code)]
        body = one.body(fitted)
        yield "\n".join([*lines, body if is_on else commented(body)])
