"""Another user of the machine plants a configuration or a database, or reads what is not for them."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.cli import Office, Ran, no_traceback

ME, OTHER, NAMELESS = 51_001, 51_002, 51_003
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")


@pytest.fixture
def shared_office(office: Office) -> Office:
    """The office in a folder that an ordinary user owns and can reach."""
    for folder in office.folder.parents:
        if os.geteuid() == 0 and folder.stat().st_uid == 0 and "pytest" in str(folder):
            folder.chmod(0o755)
    _give(office, ME)
    return office


def _give(office: Office, uid: int) -> None:
    for path in (office.folder, *office.folder.rglob("*")):
        if os.geteuid() == 0:
            os.chown(path, uid, uid)


def _run(office: Office, *args: str, groups: tuple[int, ...] = (), config: Path | None = None) -> Ran:
    """Run a command as the ordinary user, in a forked process: the interpreter may be root's alone."""
    ran = office.run(*args, config=config, user=ME, groups=groups)
    no_traceback(ran)
    return ran


def test_a_configuration_that_others_may_write_is_refused_with_the_remedy(office: Office) -> None:
    office.write(webhook="env:HOOK", env={"HOOK": office.server.webhook})
    for mode in (0o602, 0o620, 0o666, 0o660, 0o646):
        office.config.chmod(mode)
        ran = office.run("poll")
        no_traceback(ran)
        assert ran.code == 2, (oct(mode), ran)
        assert "can be written by" in ran.err, oct(mode)
        assert "chmod" in ran.err, oct(mode)
        assert not office.database.exists(), oct(mode)


def test_a_configuration_in_a_folder_that_others_may_write_is_refused(office: Office) -> None:
    for mode in (0o777, 0o757, 0o702):
        office.local_shift += timedelta(hours=2)  # the same is said again only then
        office.folder.chmod(mode)
        ran = office.run("poll")
        office.folder.chmod(0o700)
        assert ran.code == 2, (oct(mode), ran)
        assert "could replace it" in ran.err, oct(mode)
        assert "chmod o-w" in ran.err, oct(mode)


@root_only
def test_a_configuration_planted_in_a_sticky_folder_is_refused(shared_office: Office) -> None:
    office = shared_office
    common = office.folder.parent / "common"
    common.mkdir()
    common.chmod(0o1777)
    planted = common / "b24sync.toml"
    shutil.copy(office.config, planted)
    planted.chmod(0o644)
    os.chown(planted, OTHER, OTHER)
    ran = _run(office, "poll", config=planted)
    assert ran.code == 2, ran
    assert f"belongs to {OTHER}" in ran.err
    assert "chown" in ran.err


@root_only
def test_a_link_that_another_user_planted_is_refused_also_if_it_leads_to_my_own_file(
    shared_office: Office,
) -> None:
    office = shared_office
    common = office.folder.parent / "common"
    common.mkdir()
    common.chmod(0o1777)
    link = common / "b24sync.toml"
    link.symlink_to(office.config)
    os.chown(link, OTHER, OTHER, follow_symlinks=False)
    ran = _run(office, "poll", config=link)
    assert ran.code == 2, ran
    assert f"belongs to {OTHER}" in ran.err


@root_only
def test_a_database_or_journal_planted_by_another_user_is_refused(shared_office: Office) -> None:
    office = shared_office
    for end in ("-wal", "-shm", "-journal", ""):
        ran = _run(office, "poll")
        assert ran.code == 0, (end, ran)  # nothing of the one before is left
        planted = office.database.with_name(f"{office.database.name}{end}")
        planted.touch()
        planted.chmod(0o666)
        os.chown(planted, OTHER, OTHER)
        ran = _run(office, "poll")
        assert ran.code == 2, (end, ran)
        assert "belongs to" in ran.err, end
        if end:
            planted.unlink()


@root_only
def test_what_root_wrote_for_the_user_is_trusted(shared_office: Office) -> None:
    office = shared_office
    office.write(webhook="env:HOOK", env={"HOOK": office.server.webhook})
    os.chown(office.config, 0, 0)
    office.config.chmod(0o644)
    assert _run(office, "poll").code == 0


@root_only
def test_a_volume_that_a_pod_may_write_by_its_own_nameless_group_is_trusted(shared_office: Office) -> None:
    """Kubernetes' fsGroup makes everything on a volume writable by a group that only the pod has."""
    office = shared_office
    office.write(webhook="env:HOOK", env={"HOOK": office.server.webhook})
    assert _run(office, "poll").code == 0
    for path in (office.folder, *office.folder.rglob("*")):
        os.chown(path, ME, NAMELESS)
        path.chmod(0o2775 if path.is_dir() else 0o660)
    assert _run(office, "poll", groups=(NAMELESS,)).code == 0
    refused = _run(office, "poll")  # a group that is not the program's own
    assert refused.code == 2
    assert "its group" in refused.err


def test_an_endless_configuration_is_refused_at_once(office: Office) -> None:
    ran = office.run("poll", config=Path("/dev/zero"), timeout=20)
    assert ran.code == 2, ran
    assert "larger than 4 MB" in ran.err
