"""The configuration that ``init`` writes: commented, valid, with what the portal has at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b24sync.config.automations import AUTOMATIONS
from b24sync.config.toml_text import array, commented, plain, quoted
from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE
from b24sync.onboarding import guesses
from b24sync.onboarding.commenting import Comments
from b24sync.onboarding.fitting import fit
from b24sync.words import configuration as words

if TYPE_CHECKING:
    from b24sync.onboarding.choices import Choices, MailChoice
    from b24sync.onboarding.inquiry import PortalFacts
    from b24sync.rest.fields import FieldSpec
    from b24sync.rest.stages import Stage
    from b24sync.words import Message

SCHEMA_FILE = "b24sync.schema.json"
"""Beside the configuration, for editors that follow its first line; ``b24sync schema`` makes it."""
_HEAD = """
#:schema ./{schema}
# {about_file}
# {about_schema} {schema}
# {about_secret}
# {about_comments}
# {about_times}
# {about_ways}"""
_PORTAL = """
[portal]
webhook = {webhook}
{ca_line}
# rate    = "standard"           # {rate}"""
_STORE = """
[store]
path = "b24sync.db"              # {store}"""
_POLL = """
[poll]
watch = {watch}{why}
# overlap         = "5m"         # {overlap}
# reconcile_every = "24h"        # {reconcile}
# ping_url        = "https://…"  # {ping}"""
_KIND = """
[kinds.object]                   # {kind}
entity_type_id = {number}"""
_INVOICE = """
[invoice]
{api}
{company}{gap}# {my_company}
{listed}"""
_PEOPLE = """
# {people}
# responsible, creator, department_head, invoice.responsible, deal.responsible, contact.responsible,
# user:ID, department:ID.
[people]
accountant   = {accountant}{doubt}
{lead}"""
_CALENDAR = """
# {calendar}
[calendar]
country = "RU"
# direction        = "next"      # {direction}
# weekend          = ["SA", "SU"]
# days_off         = ["2027-06-15"]
# yearly_days_off  = ["08-30"]   # {yearly}"""
_REMINDERS = """
[reminders]
days     = [-3, 0, 3, 7, 14]     # {reminder_days}
at       = "10:00"               # {reminder_at}
statuses = ["sent"]"""
_COMMISSION = """
[commission]
base = "amount"                  # {base}

[[commission.rates]]
for     = "invoice.responsible"
percent = "5\""""
_SAFETY = """
# {trial}
# {trial_end}
# {trial_after}
[safety]
dry_run = {dry_run}
# max_emails_per_poll  = 50      # {most_mails}
# max_actions_per_poll = 500"""
_MAIL = """
[mail]
transport = "smtp"               # {transport}
from      = "Name <billing@example.ru>"
host      = "smtp.example.ru"
port      = 587
security  = "starttls"           # {security}
user      = "billing"
password  = "env:SMTP_PASSWORD"
{template_line}
# redirect_to = "trial@example.ru"  # {redirect}"""
_RULES = """
# {rules}
# {rules_see}
# {rules_more}
# {rules_on}"""


def document(facts: PortalFacts, choices: Choices) -> str:
    """The whole file."""
    blocks = _Document(facts, choices, Comments(choices.language)).blocks()
    return "\n\n".join(block.strip("\n") for block in blocks if block.strip()) + "\n"


@dataclass(frozen=True, slots=True)
class _Document:
    """The file's parts, in their order."""

    facts: PortalFacts
    choices: Choices
    comments: Comments

    def blocks(self) -> Iterator[str]:
        """All of them; some may be empty."""
        for part in (self._head, self._invoices, self._people, self._sections, self._rules):
            yield from part()

    def _say(self, message: Message, **values: object) -> str:
        return self.comments.say(message, **values)

    # the portal

    def _head(self) -> Iterator[str]:
        facts, choices, filled = self.facts, self.choices, self.comments.filled
        owner = f"{plain(facts.owner)} (user:{facts.owner_id})" if facts.owner else f"user:{facts.owner_id}"
        yield filled(_HEAD, schema=SCHEMA_FILE, portal=plain(facts.portal), owner=owner)
        yield "\n".join(self._warnings())
        yield filled(f"language = {quoted(choices.language)}  # {{language}}\n") + self._zone()
        ca_line = (
            f"ca_file = {quoted(choices.ca_file)}"
            if choices.ca_file
            else filled('# ca_file = "own.pem"  # {ca_file}')
        )
        yield filled(_PORTAL, webhook=quoted(choices.webhook), ca_line=ca_line)
        yield filled(_STORE)
        watched = ["invoice", "deal", *(["task"] if facts.may("task", "tasks") else [])]
        why = "" if "task" in watched else f"  # {self._say(words.ADD_TASKS)}"
        yield filled(_POLL, watch=array(watched), why=why)
        yield self._processes()

    def _warnings(self) -> Iterator[str]:
        if self.facts.is_admin is False:
            yield f"# {self._say(words.HIDDEN)}"
        if self.facts.unknown:
            yield f"# {self._say(words.NOT_TOLD)}"
            said = (one.ru if self.choices.language == "ru" else one.en for one in self.facts.unknown[:20])
            yield from (f"#   {plain(text, longest=200)}" for text in said)

    def _zone(self) -> str:
        offset = f" ({self.facts.server_offset})" if self.facts.server_offset else ""
        return f'# timezone = "Europe/Moscow"     # {self._say(words.ZONE, offset=offset)}'

    def _processes(self) -> str:
        facts = self.facts
        listed = self.comments.listing(
            self._say(words.PROCESSES), [(one.id, one.name) for one in facts.processes]
        )
        number = facts.processes[0].id if facts.processes else 1046
        found = [
            self.comments.listing(
                self._say(words.STAGES_OF, name=plain(one.name), number=one.id),
                self._stage_rows(facts.funnels.by_kind.get(f"type:{one.id}", ())),
            )
            for one in facts.processes[:20]
        ]
        block = commented(self.comments.filled(_KIND, number=number))
        return _lines(f"# {self._say(words.PROCESS_AS_KIND)}", listed, block, *found)

    # invoices and deals

    def _stage_rows(self, stages: tuple[Stage, ...] | list[Stage]) -> list[tuple[object, str]]:
        return [
            (stage.id, f"{plain(stage.name)} ({self._say(words.SEMANTICS[stage.semantic])})")
            for stage in stages
        ]

    def _invoices(self) -> Iterator[str]:
        own = self.facts.own_companies
        yield self.comments.filled(
            _INVOICE,
            api='api        = "legacy"'
            if self.facts.is_legacy
            else self.comments.filled('# api      = "smart"            # {legacy}'),
            company=f"my_company = {own[0].id}" if own else "# my_company = 0",
            gap=" " * 18,
            listed=self.comments.listing(self._say(words.OWN_COMPANIES), [(one.id, one.name) for one in own]),
        )
        yield self._statuses()
        yield self._fields(INVOICE)
        yield self._deals()

    def _statuses(self) -> str:
        known = self.facts.funnels.by_kind.get(INVOICE, ())
        if not known:
            return f"# {self._say(words.NO_STAGES)}\n" + commented('[invoice.status]\nsent = ["DT31_1:S"]')
        table = guesses.status_table(self.facts)
        return _lines(
            f"# {self._say(words.STATUSES)}",
            self.comments.listing(self._say(words.INVOICE_STAGES), self._stage_rows(known)),
            "[invoice.status]",
            *(f"{name:<8} = {array(ids)}{self._guessed(name)}" for name, ids in table.items()),
            *(f'# {name:<6} = ["…"]' for name in ("draft", "sent", "paid", "rejected") if name not in table),
        )

    def _guessed(self, status: str) -> str:
        """The stages of a status that were guessed, for the end of its line."""
        facts = self.facts
        chosen = set(facts.chosen.values())
        ids = [one for name, one in guesses.guessed_statuses(facts) if name == status and one not in chosen]
        shown = [
            f"{one} ({plain(stage.name, longest=40)})"
            for one in ids
            if (stage := facts.funnels.stage(INVOICE, one)) is not None
        ]
        return self.comments.guess(", ".join(shown)) if shown else ""

    def _fields(self, kind: str) -> str:
        rows = [
            (spec.code, f"{plain(spec.title)} ({plain(spec.type)}{_choices(spec)})")
            for spec in self.facts.fields.get(kind, ())
        ]
        return self.comments.listing(self._say(words.FIELDS_OF[kind]), rows)

    def _deals(self) -> str:
        facts = self.facts
        known = [
            (
                self._say(words.DEAL_FUNNEL, number=category.id, name=plain(category.name)).rstrip(),
                facts.funnels.stages(DEAL, category.id),
            )
            for category in facts.categories.get(DEAL, ())
        ] or [(self._say(words.DEAL_STAGES), list(facts.funnels.by_kind.get(DEAL, ())))]
        return _lines(
            *(self.comments.listing(title, self._stage_rows(stages)) for title, stages in known),
            *(self._fields(kind) for kind in (DEAL, CONTACT, COMPANY)),
        )

    # people

    def _people(self) -> Iterator[str]:
        facts = self.facts
        yield self.comments.filled(
            _PEOPLE,
            accountant=quoted(guesses.accountant(facts)[0]),
            doubt=self._doubt_of_accountant(),
            lead=self._lead(),
        )
        users = [
            (f"user:{one.id}", f"{one.name}{f', {one.position}' if one.position else ''}")
            for one in facts.users
        ]
        yield self.comments.listing(self._say(words.USERS), users)
        yield self.comments.listing(self._say(words.LISTS), list(facts.lists.items()))
        departments = [
            (f"department:{one.id}", self._department(one.name, one.head_id)) for one in facts.departments
        ]
        yield self.comments.listing(self._say(words.DEPARTMENTS), departments)
        alerts = f'[alerts]\nto = ["user:{facts.owner_id}"]'
        may = facts.scopes is not None and facts.may("im")
        yield self.comments.filled("# {alerts}\n") + (alerts if may else commented(alerts))

    def _doubt_of_accountant(self) -> str:
        facts = self.facts
        if not guesses.accountant(facts)[1]:
            return self.comments.guess(self._say(words.OWNER))
        if len(guesses.accountants(facts)) > 1 and "accountant" not in facts.chosen:
            return self.comments.guess(self._say(words.SEVERAL_FIT))
        return ""

    def _lead(self) -> str:
        facts = self.facts
        lead = guesses.project_lead(facts)
        if not lead:
            return f'# project_lead = "deal.fields.UF_CRM_…"  # {self._say(words.NO_LEAD)}'
        is_guess = len(guesses.leads(facts)) > 1 and "project_lead" not in facts.chosen
        doubt = self.comments.guess(self._say(words.SEVERAL_FIELDS)) if is_guess else ""
        return f"project_lead = {quoted(lead)}{doubt}"

    def _department(self, name: str, head: int | None) -> str:
        if not head:
            return self._say(words.NO_HEAD, name=name)
        names = {one.id: one.name for one in self.facts.users}
        shown = f"{names[head]} (user:{head})" if head in names else f"user:{head}"
        return self._say(words.HEAD, name=name, head=shown)

    # sections

    def _sections(self) -> Iterator[str]:
        filled, wanted = self.comments.filled, self.choices.automations
        yield filled(_CALENDAR)
        yield self._mail()
        for code, section in (("B2", filled(_REMINDERS)), ("A3", filled(_COMMISSION))):
            yield section if code in wanted else commented(section)
        yield filled(_SAFETY, dry_run=str(self.choices.trial).lower())

    def _mail(self) -> str:
        facts, found = self.facts, self.facts.invoice_templates()
        listed = self.comments.listing(self._say(words.TEMPLATES), [(one.id, one.name) for one in found])
        first = facts.chosen.get("template") or (str(found[0].id) if found else "")
        is_guess = len(found) > 1 and "template" not in facts.chosen
        guess = self.comments.guess(self._say(words.SEVERAL_TEMPLATES)) if is_guess else ""
        template = (
            f"document_template = {first}{guess}"
            if first
            else f'# document_template = "…"        # {self._say(words.NO_TEMPLATE)}'
        )
        if self.choices.mail is not None:
            return _lines(listed, _own_mail(self.choices.mail), template)
        example = self.comments.filled(_MAIL, template_line=template.removeprefix("# "))
        return _lines(listed, commented(example))

    # rules

    def _rules(self) -> Iterator[str]:
        yield self.comments.filled(_RULES)
        fitted = fit(self.facts, self.choices.language)
        for one in AUTOMATIONS:
            is_on = one.code in self.choices.automations
            lines = one.head(self.choices.language)
            if one.section and not is_on:
                lines.append(f"# {self._say(words.NEEDS, section=one.section)}")
            if one.robot:
                what = self._say(one.robot)
                lines.append(f"# {self._say(words.CAUTION, what=what)}")
            lines += [
                self._fitting_guess(first, others) for first, others in guesses.guessed(self.facts, one.code)
            ]
            body = one.body(fitted)
            yield "\n".join([*lines, body if is_on else commented(body)])

    def _fitting_guess(self, first: str, others: str) -> str:
        what = plain(self._say(words.OR, first=first, others=others), longest=300)
        word = self._say(words.GUESS)
        return f"# {word[:1].upper()}{word[1:]}: {what}"


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _choices(spec: FieldSpec) -> str:
    """The values of a list, which the portal writes as numbers."""
    shown = ", ".join(
        f"{number} {plain(text, longest=20)}" for number, text in list(spec.choices.items())[:4]
    )
    return f": {shown}{', …' if len(spec.choices) > 4 else ''}" if shown else ""


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
