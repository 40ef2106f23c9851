"""Mail into a folder."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from b24sync.errors import MailPermanentError, MailTransientError
from b24sync.mail.file_transport import FileMailer
from b24sync.ports import Attachment
from tests.support.mail import NOON, StillClock, outgoing


class LaterClock(StillClock):
    def now(self):
        return NOON + timedelta(hours=1)


def mailer(folder, **changes):
    return FileMailer(
        **({"folder": folder, "from_": "Счета <billing@example.ru>", "clock": StillClock()} | changes)
    )


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_each_mail_is_one_private_file_in_a_private_folder(tmp_path):
    folder = tmp_path / "deep" / "outbox"
    pdf = Attachment("Счёт.pdf", bytes(range(256)))
    result = mailer(folder).send(outgoing(attachments=(pdf,), cc=("cc@client.ru",)))
    (path,) = folder.iterdir()
    assert path.name.startswith("20260312T120000Z-")
    assert path.suffix == ".eml"
    assert (mode(folder), mode(path)) == (0o700, 0o600)
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert message["Subject"] == "Счёт № 512"
    assert next(iter(message.iter_attachments())).get_payload(decode=True) == pdf.content
    assert str(path) in result.server_words
    assert result.recipients == ("anna@client.ru", "cc@client.ru")


def test_the_same_message_id_is_written_once_also_later(tmp_path):
    mailer(tmp_path / "o").send(outgoing(text="first"))
    again = mailer(tmp_path / "o", clock=LaterClock()).send(outgoing(text="second"))
    (path,) = (tmp_path / "o").iterdir()
    assert b"first" in path.read_bytes()
    assert again.server_words == f"was already written to {path}"


def test_different_mails_of_one_second_are_different_files(tmp_path):
    sender = mailer(tmp_path / "o")
    sender.send(outgoing(message_id="<1@example.ru>"))
    sender.send(outgoing(message_id="<2@example.ru>"))
    assert len(list((tmp_path / "o").iterdir())) == 2


def test_a_message_id_cannot_choose_the_path(tmp_path):
    mailer(tmp_path / "o").send(outgoing(message_id="<../../../evil\x00@x>"))
    assert [path.name for path in tmp_path.iterdir()] == ["o"]
    assert len(list((tmp_path / "o").iterdir())) == 1


def test_a_redirected_mail_says_so(tmp_path):
    result = mailer(tmp_path / "o", redirect_to="stage@example.ru").send(outgoing())
    assert result.recipients == ("stage@example.ru",)


def test_a_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "o").symlink_to(tmp_path / "real")
    with pytest.raises(MailTransientError, match="symbolic link") as caught:
        mailer(tmp_path / "o").send(outgoing())
    assert not caught.value.reachable
    assert list((tmp_path / "real").iterdir()) == []


def test_a_folder_that_everyone_can_write_is_refused(tmp_path):
    folder = tmp_path / "o"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(MailTransientError, match="everyone") as caught:
        mailer(folder).send(outgoing())
    assert "chmod 700" in caught.value.remedy
    assert list(folder.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "o").write_text("x")
    with pytest.raises(MailTransientError, match="is no folder"):
        mailer(tmp_path / "o").send(outgoing())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_told_with_a_remedy(tmp_path):
    folder = tmp_path / "o"
    folder.mkdir(mode=0o500)
    with pytest.raises(MailTransientError) as caught:
        mailer(folder).send(outgoing())
    assert "mail.folder" in caught.value.remedy


def test_a_parent_that_is_no_folder_is_told_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(MailTransientError) as caught:
        mailer(tmp_path / "file" / "o").send(outgoing())
    assert not caught.value.reachable
    assert "mail.folder" in caught.value.remedy


def test_a_malformed_address_writes_nothing(tmp_path):
    with pytest.raises(MailPermanentError):
        mailer(tmp_path / "o").send(outgoing(to=("x",)))
    assert not (tmp_path / "o").exists()


FULL = """
import resource, signal, sys
from pathlib import Path
from b24sync.errors import MailTransientError
from b24sync.mail.file_transport import FileMailer
from b24sync.ports import Attachment
from tests.support.mail import StillClock, outgoing
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sender = FileMailer(folder=Path(sys.argv[1]), from_="b@example.ru", clock=StillClock())
try:
    sender.send(outgoing(attachments=(Attachment("a.pdf", b"x" * 50_000),)))
except MailTransientError as error:
    assert not error.reachable
    assert error.remedy
    sys.exit(69)
"""


def test_a_full_disk_leaves_nothing_behind_and_the_mail_to_be_sent_later(tmp_path):
    child = subprocess.run([sys.executable, "-c", FULL, str(tmp_path / "o")], check=False, timeout=60)
    assert child.returncode == 69
    assert list((tmp_path / "o").iterdir()) == []
    mailer(tmp_path / "o").send(outgoing(attachments=(Attachment("a.pdf", b"x" * 50_000),)))
    assert len(list((tmp_path / "o").iterdir())) == 1
