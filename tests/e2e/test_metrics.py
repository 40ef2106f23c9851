"""``metrics``: Prometheus text that its own rules allow, and true numbers."""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.support.cli import SENT, TELL_HEAD, Office, no_traceback, notify_rule

SAMPLE = re.compile(r'([a-z_:][a-z0-9_:]*)\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\} (-?\d+(?:\.\d+)?)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def read(text: str, *, files: bool = False) -> dict[tuple[str, frozenset], float]:
    """Samples by name and labels (``files``: that of the path too), after the format's rules were checked."""
    assert text.endswith("\n")
    found: dict[tuple[str, frozenset], float] = {}
    described: list[str] = []
    for line in text.splitlines():
        if line.startswith("# HELP "):
            described.append(line.split()[2])
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name == described[-1]
            assert kind == ("counter" if name.endswith("_total") else "gauge")
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert match[1] == described[-1]  # all samples of a metric stand together
            labels = dict(LABEL.findall(match[2]))
            assert Path(labels["file"]).is_absolute()
            key = match[1], frozenset((one, text) for one, text in labels.items() if files or one != "file")
            assert key not in found
            found[key] = float(match[3])
    assert len(described) == len(set(described))
    return found


def metrics(office: Office, code: int = 0, **how: object) -> dict[tuple[str, frozenset], float]:
    ran = office.run("metrics", **how)
    no_traceback(ran)
    assert ran.code == code, ran.err
    return read(ran.out)


def of(found: dict, name: str, config: str = "b24sync", **labels: str) -> float:
    return found[f"b24sync_{name}", frozenset({("config", config), *labels.items()})]


def test_the_numbers_are_those_of_the_database(polled: Office) -> None:
    polled.write(rules=TELL_HEAD + notify_rule("broken", "invoice.created", to="user:99999"))
    polled.move(polled.add_invoice(), SENT)
    begun = time.time()
    polled.poll()
    found = metrics(polled)
    assert of(found, "up") == 1
    assert of(found, "events_total") == 2
    states = polled.states()
    for state in ("pending", "running", "done", "failed", "uncertain", "held", "skipped", "cancelled"):
        assert of(found, "actions", state=state) == states.get(state, 0)
    assert of(found, "actions_total") == sum(states.values()) == 2
    assert of(found, "polls_total") == of(found, "polls_recorded", exit_code="0") == 2
    assert of(found, "last_poll_exit_code") == 0
    assert 0 < of(found, "last_poll_duration_seconds") < 60
    assert begun - 2 < of(found, "last_poll_timestamp_seconds") <= time.time()
    assert of(found, "last_success_timestamp_seconds") == of(found, "last_poll_timestamp_seconds")
    for kind in ("invoice", "deal", "task"):
        assert of(found, "kind_live", kind=kind) == 1
        assert 0 <= of(found, "lag_seconds", kind=kind) < 120
        assert (
            of(found, "entities", kind=kind)
            == polled.query("SELECT count(*) FROM entities WHERE kind = ?", kind)[0][0]
        )
    assert of(found, "database_size_bytes") >= polled.database.stat().st_size > 0


def test_a_failed_poll_shows_and_neither_it_nor_pruning_changes_what_was_counted(polled: Office) -> None:
    polled.add_invoice()
    polled.poll()
    before = metrics(polled)
    polled.run("snapshot", "prune", "--older-than", "0s")
    after = metrics(polled)
    for name in ("events_total", "actions_total", "polls_total"):
        assert of(after, name) == of(before, name) > 0
    polled.server.stop()
    polled.poll(expect=69, hurried=True)
    found = metrics(polled)
    assert of(found, "last_poll_exit_code") == 69
    assert of(found, "last_success_timestamp_seconds") == of(before, "last_success_timestamp_seconds")
    assert of(found, "last_poll_timestamp_seconds") > of(before, "last_poll_timestamp_seconds")


def test_a_folder_gives_every_configuration_under_its_name(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for name in ("one", 'odd"na\\me'):
        (folder / f"{name}.toml").write_text(office.config.read_text())
        (folder / f"{name}.toml").chmod(0o600)
    assert office.run("poll", config=folder).code == 0
    (folder / "bad.toml").write_text("nonsense = 1\n")
    ran = office.run("metrics", config=folder)
    no_traceback(ran)
    assert ran.code == 2
    found = read(ran.out)
    assert of(found, "up", "one") == 1
    assert of(found, "up", "bad") == 0
    assert ("b24sync_up", frozenset({("config", 'odd\\"na\\\\me')})) in found
    assert "bad.toml" in ran.err


def test_portals_whose_files_are_called_alike_are_told_apart(office: Office, tmp_path: Path) -> None:
    found = dict[tuple[str, frozenset], float]()
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        own = tmp_path / name / "b24sync.toml"
        own.write_text(office.config.read_text())
        own.chmod(0o600)
        ran = office.run("metrics", config=own)
        found |= read(ran.out, files=True)
        assert ("b24sync_up", frozenset({("config", "b24sync"), ("file", str(own))})) in found
    assert len(found) == 2


def test_without_a_database_it_says_so(office: Office) -> None:
    ran = office.run("metrics")
    no_traceback(ran)
    assert ran.code == 2
    assert "there is no database yet" in ran.err
    assert ran.out.splitlines()[-1] == f'b24sync_up{{config="b24sync",file="{office.config}"}} 0'
