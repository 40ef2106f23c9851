"""A configuration named by a relative path works in its own folder, wherever the command is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import DRAFT, SENT, Office

MAIL = '[mail]\nfrom = "billing@example.ru"\ntransport = "file"\nfolder = "outbox"\n'
SEND = (
    '[[rules]]\nname = "send"\non = "invoice.sent"\n[[rules.steps]]\nuse = "send_invoice"\nattach = false\n'
)


@pytest.mark.parametrize("named", ["office/b24sync.toml", "office"])
def test_database_and_mails_of_a_relative_configuration_are_beside_it(office: Office, named: str):
    office.write(sections=f'[store]\npath = "b24sync.db"\n{MAIL}', rules=SEND)
    here = office.folder.parent
    how = {"config": Path(named), "cwd": here, "env": {"PYTHONPATH": str(Path(__file__).parents[2])}}
    assert office.run("poll", **how).code == 0
    invoice = office.add_invoice(stage=DRAFT)
    office.move(invoice, SENT)
    assert office.run("poll", **how).code == 0
    assert office.states() == {"done": 1}
    assert len(list((office.folder / "outbox").glob("*.eml"))) == 1
    assert not (office.folder / "office").exists()
