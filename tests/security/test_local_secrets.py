"""Another user of the machine looks on: the process list, the terminal, folders, files with secrets."""

from __future__ import annotations

import os
import socket
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from b24sync.config.load import load
from b24sync.errors import ConfigError
from tests.support.cli import Office, no_traceback
from tests.support.commands import on_terminal
from tests.support.together import together

WEBHOOK = "https://example.bitrix24.ru/rest/1/s3cretword/"


def test_init_takes_the_webhook_from_where_it_is_kept_and_warns_of_the_process_list(office: Office) -> None:
    """Of one among the arguments, which everybody can see, it warns; from elsewhere it takes it quietly."""
    webhook, file = office.server.webhook, office.folder / "hook"
    file.write_text(f"{webhook}\n")
    file.chmod(0o600)
    cases: list[tuple[list[str], dict[str, Any]]] = [
        (["--webhook", "-"], {"stdin": f"{webhook}\n"}),
        (["--webhook", f"file:{file}"], {}),
        ([], {"env": {"B24SYNC_WEBHOOK": webhook}}),
        (["--webhook", webhook], {}),
    ]
    for number, (words, how) in enumerate(cases):
        target = office.folder / f"made-{number}.toml"
        ran = office.run("init", "--output", str(target), *words, **how)
        no_traceback(ran)
        assert ran.code == 0, (words, ran)
        assert load(target, environ={}).settings.portal.webhook.reveal() == webhook, words
        assert ("process list" in ran.said) is (webhook in words), words
        assert ("--webhook -" in ran.said) is (webhook in words), words
        assert "sandboxsecret0001" not in ran.said, words


def test_init_says_where_no_webhook_was_found(office: Office) -> None:
    target = office.folder / "made.toml"
    given = ("-", "file:absent", "file:/dev/zero", "env:ABSENT", "credential:hook")
    commands = [["init", "--output", str(target), "--webhook", one] for one in given]
    for ran in together(office, *commands, timeout=20):
        no_traceback(ran)
        assert ran.code == 2, ran
        assert "--webhook" in ran.err, ran
    assert not target.exists()


def test_the_prompt_for_the_webhook_does_not_echo_it(office: Office) -> None:
    answers = [office.server.webhook, "en", "A1"]
    code, shown = on_terminal("init", cwd=office.folder / "..", answers=answers)
    assert code == 0, shown
    assert "sandboxsecret0001" not in shown
    (office.folder / ".." / "b24sync.toml").unlink()


# systemd's credentials


def _configured(folder: Path) -> Path:
    path = folder / "b24sync.toml"
    path.write_text('[portal]\nwebhook = "credential:webhook"\n', encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_secret_may_be_a_credential_of_systemd(tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "webhook").write_text(f"{WEBHOOK}\n")
    found = load(_configured(tmp_path), environ={"CREDENTIALS_DIRECTORY": str(tmp_path / "given")})
    assert found.settings.portal.webhook.reveal() == WEBHOOK


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "LoadCredential=webhook:"),
        ({"CREDENTIALS_DIRECTORY": "/nowhere"}, "LoadCredential=webhook:"),
    ],
)
def test_a_missing_credential_is_a_clear_fault(tmp_path: Path, environ: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(_configured(tmp_path), environ=environ)
    (fault,) = caught.value.faults
    assert "portal.webhook: " in str(fault)
    assert words in str(fault)


@pytest.mark.parametrize("name", ["../webhook", "a/b", "", ".", ".."])
def test_a_credential_cannot_name_a_file_elsewhere(tmp_path: Path, name: str) -> None:
    path = _configured(tmp_path)
    path.write_text(f'[portal]\nwebhook = "credential:{name}"\n')
    with pytest.raises(ConfigError) as caught:
        load(path, environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert "names no credential" in str(caught.value.faults[0])


@pytest.mark.parametrize("given", ["file:/dev/zero", "file:fifo", "file:open"])
def test_a_secret_file_that_is_none_or_that_others_may_write_is_a_fault(tmp_path: Path, given: str) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "open").write_text(WEBHOOK)
    (tmp_path / "open").chmod(0o666)
    path = _configured(tmp_path)
    path.write_text(f'[portal]\nwebhook = "{given}"\n')
    with pytest.raises(ConfigError):
        load(path, environ={})


# folders


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o277])
def test_new_folders_are_private_under_any_umask(tmp_path: Path, mask: int) -> None:
    from b24sync.ownership import make_private

    before = os.umask(mask)
    try:
        make_private(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(before)
    for folder in ("a", "a/b", "a/b/c"):
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700


# the health check


def test_a_health_check_that_answers_nonsense_is_a_warning(polled: Office) -> None:
    answers = [b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"", b"\0" * 100_000, b"HTTP/9 200"]
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for answer in answers:
                connection, _ = server.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        polled.write(sections=f'[poll]\nping_url = "http://127.0.0.1:{server.getsockname()[1]}/x"\n')
        for answer in answers:
            ran = polled.run("poll")
            no_traceback(ran)
            assert ran.code == 0, (answer[:40], ran)
            assert "ping_url cannot be told" in ran.err, (answer[:40], ran)
        thread.join(10)
        assert not thread.is_alive()
