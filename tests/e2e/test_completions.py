"""What the shell offers when a command line is completed."""

from __future__ import annotations

from tests.support.cli import Office


def test_states_rules_and_events_are_offered(polled: Office):
    for line, offered in (
        ("actions --state un", "uncertain"),
        ("run-rule head", "head-knows"),
        ("events --name invoice.cr", "invoice.created"),
        ("cancel --rule lead", "lead-knows"),
        ("explain ", "5"),
        ("remind 1", "1"),
        ("actions --entity 3", "3"),
        ("docs exit", "exit-codes"),
    ):
        typed = f"b24sync --config {polled.config} {line}"
        words = {
            "_B24SYNC_COMPLETE": "complete_bash",
            "COMP_WORDS": typed,
            "COMP_CWORD": str(typed.count(" ")),
        }
        ran = polled.run(env=words)
        assert offered in ran.out.split(), (line, ran)


def test_trouble_offers_nothing_and_says_nothing(office: Office):
    typed = f"b24sync --config {office.folder}/none.toml run-rule x"
    words = {"_B24SYNC_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": "4"}
    ran = office.run(env=words)
    assert (ran.out.strip(), ran.err) == ("", "")
