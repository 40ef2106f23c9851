"""Full disks, wrong rights, damaged and foreign databases: clear words, and nothing lost."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from b24sync.errors import StoreError
from b24sync.store import Store, migrations
from tests.support.cli import LONG, Office, no_traceback
from tests.support.together import together
from tests.support.zygote import Zygote

AS_ROOT = os.geteuid() == 0


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# full disks


def test_a_disk_that_fills_up_at_any_point_of_a_poll_loses_nothing(polled: Office, zygote: Zygote) -> None:
    polled.poll()
    made = [polled.add_invoice(title="x" * 200) for _ in range(40)]
    failures = 0
    for limit in range(4096, 700_000, 24_576 if LONG else 73_728):
        log = polled.folder / "log"
        log.unlink(missing_ok=True)
        code = zygote.poll(polled.config, file_limit=limit, log=str(log))
        said = log.read_text()
        assert "Traceback" not in said
        assert code in {0, 2}, (limit, code, said)
        if code == 2:
            failures += 1
            assert "full" in said, said
            assert "free space" in said
        polled.whole()
        if code == 0:
            break
    assert failures > 2
    polled.poll()
    assert sorted(row[2] for row in polled.story()) == made
    assert len(polled.portal.notifications) == len(made)
    assert polled.states() == {"done": len(made)}


def test_a_full_disk_during_the_baseline_leaves_a_database_that_goes_on(
    office: Office, zygote: Zygote
) -> None:
    limits = range(1024, 500_000, 32_768 if LONG else 98_304)
    codes = [zygote.poll(office.config, file_limit=limit) for limit in limits]
    assert codes[0] == 2
    assert codes[-1] == 0
    assert 2 in codes[1:]
    office.whole()
    office.add_invoice()
    assert office.poll()["events"] == 1


# rights


@pytest.mark.skipif(AS_ROOT, reason="root writes where nobody may")
def test_a_file_that_may_not_be_written_is_said_with_a_remedy(polled: Office) -> None:
    for path in polled.folder.glob("b24sync.db*"):
        path.chmod(0o400)
    ran = polled.run("poll")
    assert ran.code == 2
    assert "mode" in ran.err
    no_traceback(ran)


@pytest.mark.skipif(not AS_ROOT, reason="only root may step down")
def test_a_folder_and_a_file_that_may_not_be_written_are_said_with_a_remedy(
    polled: Office, zygote: Zygote
) -> None:
    nobody = 65534
    for path in (polled.folder, *polled.folder.parents[:4]):
        path.chmod(path.stat().st_mode | 0o055)
    for path in (polled.config, polled.database):
        os.chown(path, nobody, nobody)
    log = polled.folder / "log"
    log.touch()
    os.chown(log, nobody, nobody)
    assert (
        zygote.poll(polled.config, user=nobody, log=str(log)) == 2
    )  # the folder is root's: no lock, no -wal
    assert re.search(r"b24sync\.db.*right|mode", log.read_text()), log.read_text()
    os.chown(polled.folder, nobody, nobody)
    for path in polled.folder.glob("b24sync.db*"):
        os.chown(path, 0, 0)
        path.chmod(0o644)
    log.write_text("")
    assert zygote.poll(polled.config, user=nobody, log=str(log)) == 2  # the file is root's
    assert re.search(r"b24sync\.db.*(right|mode)", log.read_text()), log.read_text()
    assert "Traceback" not in log.read_text()


def test_the_database_and_all_beside_it_are_private_under_any_umask(office: Office, zygote: Zygote) -> None:
    for mask in (0o000, 0o077, 0o277):
        assert zygote.poll(office.config, umask=mask, at="poll.before_commit") == 137
        seen = {path.name: mode(path) for path in office.folder.glob("b24sync.db*")}
        assert {"b24sync.db", "b24sync.db-wal", "b24sync.db-shm", "b24sync.db.lock"} <= set(seen), oct(mask)
        assert set(seen.values()) <= {0o600, 0o400}, (oct(mask), {name: oct(at) for name, at in seen.items()})
        for name in seen:
            (office.folder / name).unlink()


def test_a_symbolic_link_in_place_of_the_database_is_refused(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.db"
    office.database.symlink_to(target)
    ran = office.run("poll")
    assert ran.code == 2
    assert "symbolic link" in ran.err
    assert not target.exists()
    no_traceback(ran)


def test_a_symbolic_link_in_place_of_the_lock_is_refused(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    office.folder.joinpath("b24sync.db.lock").symlink_to(target)
    ran = office.run("poll")
    assert ran.code == 2
    assert target.read_text() == "precious"
    no_traceback(ran)


def test_a_folder_that_anybody_may_write_is_refused(office: Office) -> None:
    office.folder.chmod(0o777)
    ran = office.run("poll")
    assert ran.code == 2
    assert "chmod" in ran.err
    assert not office.database.exists()
    office.folder.chmod(0o700)


# what is no database of ours


GARBAGE = {"text": b"garbage " * 4096, "torn": b"SQLite format 3\x00" + b"\xff" * 8192, "short": b"short"}


def test_garbage_in_place_of_the_database_is_said_and_left_alone(office: Office) -> None:
    for name, content in GARBAGE.items():
        folder = office.folder / name
        folder.mkdir()
        database = folder / office.database.name
        config = shutil.copy(office.config, folder)  # of its own: trouble said once is not said again at once
        database.write_bytes(content)
        for ran in together(office, ["poll"], ["status"], ["events"], configs=[config]):
            assert ran.code == 2, (name, ran)
            assert f"{name}/b24sync.db" in ran.err, (name, ran)
            assert re.search("backup|move it away", ran.err), (name, ran)
            no_traceback(ran)
        assert database.read_bytes() == content, name


def test_a_folder_in_place_of_the_database_is_said(office: Office) -> None:
    office.database.mkdir()
    ran = office.run("poll")
    assert ran.code == 2
    assert "b24sync.db" in ran.err
    assert len(ran.err.splitlines()) == 1
    no_traceback(ran)


def test_the_database_of_another_program_is_left_alone(office: Office) -> None:
    with closing(sqlite3.connect(office.database)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
        other.commit()
    before = office.database.read_bytes()
    ran = office.run("poll")
    assert ran.code == 2
    assert "b24sync.db" in ran.err
    no_traceback(ran)
    assert office.database.read_bytes() == before


def test_a_database_of_a_newer_program_is_refused_and_left_alone(polled: Office) -> None:
    with closing(sqlite3.connect(polled.database)) as newer:
        newer.execute(f"PRAGMA user_version = {migrations.VERSION + 1}")
    before = polled.database.read_bytes()
    for command in (["poll"], ["status"], ["retry", "--all"]):
        ran = polled.run(*command)
        assert ran.code == 2
        assert "newer" in ran.err
        assert "upgrade b24sync" in ran.err
        no_traceback(ran)
    assert polled.database.read_bytes() == before


def test_a_page_that_went_bad_is_said_with_the_remedy(polled: Office) -> None:
    for _ in range(60):
        polled.add_invoice(title="filler " * 20)
    polled.poll("--max-time", "0s")
    with closing(sqlite3.connect(polled.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(page_size,)] = connection.execute("PRAGMA page_size").fetchall()
        [(page,)] = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'entities'"
        ).fetchall()
    with polled.database.open("r+b") as file:
        file.seek((page - 1) * page_size)
        file.write(b"\xee" * page_size)
    polled.portal.update_item(31, polled.company.invoices[0], title="touch")
    ran = polled.run("poll")
    assert ran.code == 2, ran
    assert "damaged" in ran.err
    assert "backup" in ran.err
    no_traceback(ran)


def test_a_restored_backup_starts_quietly_and_keeps_its_history(polled: Office) -> None:
    first = polled.add_invoice()
    polled.poll()
    with closing(sqlite3.connect(polled.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(polled.database, polled.folder / "backup")
    second = polled.add_invoice()
    polled.poll()
    for path in polled.folder.glob("b24sync.db*"):
        path.unlink()
    shutil.copy(polled.folder / "backup", polled.database)
    polled.database.chmod(0o600)
    told = len(polled.portal.notifications_all)
    assert polled.poll("--baseline")["events"] == 0
    assert len(polled.portal.notifications_all) == told
    assert [row[2] for row in polled.story()] == [first]
    third = polled.add_invoice()
    assert polled.poll()["events"] == 1
    assert third > second


# migrations


NEXT = (*migrations.SCHEMA, "ALTER TABLE runs ADD COLUMN weather TEXT;\n")


def test_an_upgrade_makes_a_private_backup_first_and_keeps_everything(polled: Office) -> None:
    polled.add_invoice()
    polled.poll()
    before = polled.story()
    os.umask(0o000)
    try:
        with closing(sqlite3.connect(polled.database, isolation_level=None)) as connection:
            migrations.upgrade(connection, polled.database, schema=NEXT)
            assert connection.execute("PRAGMA user_version").fetchone() == (len(NEXT),)
            connection.execute("SELECT weather FROM runs")
    finally:
        os.umask(0o022)
    backup = migrations.backup_path(polled.database, migrations.VERSION)
    assert mode(backup) == 0o600
    assert polled.story() == before
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (migrations.VERSION,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM events").fetchone() == (len(before),)


def test_an_upgrade_that_fails_halfway_leaves_the_old_schema_whole(polled: Office) -> None:
    broken = (*migrations.SCHEMA, "CREATE TABLE half (x);\nCREATE TABLE events (again);\n")
    with closing(sqlite3.connect(polled.database, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.Error):
            migrations.upgrade(connection, polled.database, schema=broken)
        assert connection.execute("PRAGMA user_version").fetchone() == (migrations.VERSION,)
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchall() == []
    polled.add_invoice()
    assert polled.poll()["events"] == 1


def test_a_new_database_needs_no_backup_and_an_old_program_says_so_of_a_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    Store.open(path).close()
    assert [file.name for file in tmp_path.iterdir() if "before" in file.name] == []
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.upgrade(connection, path, schema=NEXT)
    with pytest.raises(StoreError, match="newer"):
        Store.open(path)
