"""Mail by a real server, with the connection breaking at every phase."""

from __future__ import annotations

import base64
import socket
import ssl
import threading

import pytest
import trustme

from b24sync.errors import MailInDoubtError, MailPermanentError, MailTransientError
from b24sync.mail.server_words import shown
from b24sync.mail.smtp import SmtpMailer
from b24sync.ports import Attachment
from tests.support.mail import StillClock, outgoing
from tests.support.smtp import SmtpServer

BIG = Attachment("big.pdf", b"%PDF" + bytes(range(256)) * 40_000)  # more than the sockets between take

HALF = Attachment("half.pdf", BIG.content[: len(BIG.content) // 2])  # more than one end of them takes


def mailer(server, **changes):
    options = {
        "host": server.host,
        "port": server.port,
        "security": server.security,
        "user": server.user,
        "password": server.password,
        "ca_file": server.ca_file,
        "from_": "Счета <billing@example.ru>",
        "clock": StillClock(),
        "timeout_s": 5.0,
    }
    return SmtpMailer(**(options | changes))


def refused(server, error, one=None, **changes):
    """Send one mail, which must fail with exactly this error."""
    with mailer(server, **changes) as sender, pytest.raises(error) as caught:
        sender.send(one or outgoing())
    assert type(caught.value) is error
    assert str(caught.value).isprintable()
    return caught.value


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
@pytest.mark.parametrize("mechanisms", [("PLAIN", "LOGIN"), ("LOGIN",), ("PLAIN",)])
def test_a_mail_arrives_whole_by_every_security_and_login(security, mechanisms):
    with SmtpServer(security=security, user="billing", password="пароль 1", mechanisms=mechanisms) as server:
        pdf = Attachment("Счёт № 512.pdf", bytes(range(256)) * 50)
        one = outgoing(attachments=(pdf,), cc=("cc@client.ru",), bcc=("boss@example.ru",))
        with mailer(server) as sender:
            result = sender.send(one)
    received = server.messages[0]
    assert result.server_words == "250 2.0.0 OK queued as 4711"
    assert result.recipients == ("anna@client.ru", "cc@client.ru", "boss@example.ru")
    assert received.sender == "billing@example.ru"
    assert received.recipients == result.recipients
    assert received.message["Subject"] == "Счёт № 512"
    assert received.message["Message-ID"] == "<b24sync.17@example.ru>"
    attached = next(iter(received.message.iter_attachments()))
    assert (attached.get_filename(), attached.get_payload(decode=True)) == ("Счёт № 512.pdf", pdf.content)


def test_a_mail_needs_no_login_where_no_user_is_named():
    with SmtpServer() as server, mailer(server) as sender:
        sender.send(outgoing())
    assert "auth" not in server.commands


def test_lines_that_begin_with_a_dot_arrive_unchanged():
    lines = ".\n..\n.hidden\n\n.\nMAIL FROM:<x@y.ru>\n"
    with SmtpServer() as server, mailer(server) as sender:
        sender.send(outgoing(text=lines, html=""))
        sender.send(outgoing(text="second", html=""))
    assert server.messages[0].message.get_content().replace("\r\n", "\n") == lines
    assert len(server.messages) == 2


def test_two_mails_go_by_one_connection():
    with SmtpServer(security="starttls", user="u", password="p") as server, mailer(server) as sender:
        sender.send(outgoing())
        sender.send(outgoing())
    assert (server.sessions, len(server.messages)) == (1, 2)


def test_a_connection_that_the_server_dropped_between_mails_is_opened_again():
    with SmtpServer(security="tls") as server, mailer(server) as sender:
        sender.send(outgoing())
        server.drop_connections()
        sender.send(outgoing())
    assert (server.sessions, len(server.messages)) == (2, 2)


def test_a_kept_connection_that_the_server_ends_with_421_is_opened_again():
    with SmtpServer(fail={"mail": [None, "421 4.4.2 idle too long"]}) as server, mailer(server) as sender:
        sender.send(outgoing())
        sender.send(outgoing())
    assert (server.sessions, len(server.messages)) == (2, 2)


def test_a_mail_after_a_refused_one_goes_by_the_same_connection():
    with SmtpServer(fail={"rcpt": ["550 5.1.1 no such user", None]}) as server, mailer(server) as sender:
        with pytest.raises(MailPermanentError):
            sender.send(outgoing())
        sender.send(outgoing(to=("other@client.ru",)))
    assert server.sessions == 1
    assert [one.recipients for one in server.messages] == [("other@client.ru",)]


@pytest.mark.parametrize("rset", ["drop", "500 what?"])
def test_a_mail_after_a_refused_one_goes_by_a_new_connection_if_the_old_cannot_be_cleared(rset):
    fail = {"rcpt": ["550 5.1.1 no such user", None], "rset": [rset, None]}
    with SmtpServer(fail=fail) as server, mailer(server) as sender:
        with pytest.raises(MailPermanentError):
            sender.send(outgoing())
        sender.send(outgoing())
    assert (server.sessions, len(server.messages)) == (2, 1)


def test_a_mailer_that_was_closed_connects_again():
    with SmtpServer() as server, mailer(server) as sender:
        sender.send(outgoing())
        sender.close()
        sender.close()
        sender.send(outgoing())
    assert (server.sessions, len(server.messages)) == (2, 2)


@pytest.mark.parametrize(
    ("fail", "error", "reachable"),
    [
        ({"connect": "554 5.7.1 go away"}, MailTransientError, False),
        ({"connect": "421 too many connections"}, MailTransientError, False),
        ({"connect": "drop"}, MailTransientError, False),
        ({"connect": "hang"}, MailTransientError, False),
        ({"ehlo": "drop"}, MailTransientError, False),
        ({"ehlo": "550 not you"}, MailTransientError, False),
        ({"auth": "535 5.7.8 wrong"}, MailTransientError, False),
        ({"auth": "454 4.7.0 later"}, MailTransientError, False),
        ({"auth": "drop"}, MailTransientError, False),
        ({"auth": "hang"}, MailTransientError, False),
        ({"mail": "450 4.7.1 later"}, MailTransientError, False),
        ({"mail": "421 4.3.2 closing"}, MailTransientError, False),
        ({"mail": "drop"}, MailTransientError, True),
        ({"mail": "hang"}, MailTransientError, True),
        ({"mail": "not smtp at all"}, MailTransientError, True),
        ({"mail": "550 5.7.1 sender not yours"}, MailPermanentError, None),
        ({"mail": "530 5.7.0 log in first"}, MailTransientError, False),
        ({"rcpt": "450 4.2.0 greylisted"}, MailTransientError, True),
        ({"rcpt": "421 4.3.2 closing"}, MailTransientError, False),
        ({"data": "421 4.3.2 closing"}, MailTransientError, False),
        ({"rcpt": "550 5.1.1 no such user"}, MailPermanentError, None),
        ({"rcpt": "drop"}, MailTransientError, True),
        ({"rcpt": "hang"}, MailTransientError, True),
        ({"data": "451 4.3.0 local error"}, MailTransientError, True),
        ({"data": "554 5.5.1 no valid recipients"}, MailPermanentError, None),
        ({"before_data": "drop"}, MailTransientError, True),
        ({"before_data": "hang"}, MailTransientError, True),
        ({"after_data": "451 4.3.0 try again"}, MailTransientError, True),
        ({"after_data": "421 4.3.2 shutting down"}, MailTransientError, False),
        ({"after_data": "552 5.2.2 too big"}, MailPermanentError, None),
        ({"after_data": "554 5.7.1 spam"}, MailPermanentError, None),
        ({"after_data": "drop"}, MailInDoubtError, None),
        ({"after_data": "hang"}, MailInDoubtError, None),
        ({"after_data": "what?"}, MailInDoubtError, None),
    ],
)
def test_every_fault_is_told_apart_by_its_phase(fail, error, reachable):
    ((phase, fault),) = fail.items()
    with SmtpServer(fail=fail, user="billing", password="hunter2") as server:
        caught = refused(server, error, timeout_s=0.5, answer_timeout_s=0.5)
    assert server.messages == []
    assert len(server.arrived) == (1 if phase == "after_data" else 0)
    assert getattr(caught, "reachable", None) is reachable
    if fault not in {"drop", "hang"}:
        assert fault.partition(" ")[2] in str(caught)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_connection_lost_within_the_text_means_that_nothing_was_sent(security):
    with SmtpServer(security=security, fail={"in_data": "drop"}) as server:
        caught = refused(server, MailTransientError, outgoing(attachments=(BIG,)))
    assert caught.reachable
    assert "nothing was sent" in str(caught)


def test_a_server_that_stops_reading_within_the_text_got_nothing():
    with SmtpServer(fail={"in_data": "hang"}) as server:
        caught = refused(server, MailTransientError, outgoing(attachments=(BIG,)), timeout_s=0.5)
    assert caught.reachable


class Interrupting:
    """A server that closes its side, with or without words, before the text is whole."""

    def __init__(self, words, context=None, ca_file=""):
        self.words, self.context, self.ca_file = words, context, ca_file

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 100_000)
        self.host, self.port = self.listener.getsockname()
        self.security = "tls" if self.context else "none"
        self.user = self.password = ""
        self.thread = threading.Thread(target=self.effects)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(5)
        self.listener.close()

    def effects(self):
        connection, _ = self.listener.accept()
        if self.context:
            connection = self.context.wrap_socket(connection, server_side=True)
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 hello\r\n")
            for _ in range(3):
                lines.readline()
                connection.sendall(b"250 ok\r\n")
            lines.readline()
            connection.sendall(b"354 go on\r\n" + self.words)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass


@pytest.fixture(params=["none", "tls"])
def interrupting(request, tmp_path):
    """Makes a server that interrupts, with and without TLS."""

    def make(words):
        if request.param == "none":
            return Interrupting(words)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        return Interrupting(words, context, str(tmp_path / "ca.pem"))

    return make


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (b"552 5.3.4 too big\r\n", MailPermanentError),
        (b"421 4.3.2 shutting down\r\n", MailTransientError),
        (b"", MailTransientError),
    ],
)
def test_a_server_that_interrupts_the_text_did_not_take_it(interrupting, words, error):
    with interrupting(words) as server:
        caught = refused(server, error, outgoing(attachments=(HALF,)))
    assert words.decode().strip() in str(caught)


def test_one_refused_recipient_stops_the_mail_to_all():
    fail = {"rcpt": {"petr@client.ru": "550 5.1.1 no such user"}}
    with SmtpServer(fail=fail) as server:
        caught = refused(server, MailPermanentError, outgoing(to=("anna@client.ru", "petr@client.ru")))
    assert server.arrived == []
    assert "petr@client.ru: 550 5.1.1 no such user" in str(caught)
    assert "rset" in server.commands
    assert "data" not in server.commands


def test_a_copy_refused_for_good_is_left_out_and_named():
    fail = {"rcpt": {"boss@example.ru": "550 5.1.1 no such user"}}
    with SmtpServer(fail=fail) as server, mailer(server) as sender:
        result = sender.send(outgoing(cc=("cc@client.ru",), bcc=("boss@example.ru",)))
    assert result.recipients == ("anna@client.ru", "cc@client.ru")
    assert result.refused == ("boss@example.ru: 550 5.1.1 no such user",)
    assert server.messages[0].recipients == ("anna@client.ru", "cc@client.ru")


def test_a_copy_refused_for_now_lets_the_mail_wait():
    with SmtpServer(fail={"rcpt": {"cc@client.ru": "450 4.2.0 later"}}) as server:
        refused(server, MailTransientError, outgoing(cc=("cc@client.ru",)))
    assert server.arrived == []


def test_a_mail_that_the_server_finds_too_large_is_refused_before_it_is_sent():
    with SmtpServer(size_limit=100_000) as server:
        large = Attachment("large.pdf", BIG.content[:200_000])
        caught = refused(server, MailPermanentError, outgoing(attachments=(large,)))
    assert "552" in str(caught)
    assert "data" not in server.commands


def test_a_wrong_password_burns_no_mail_and_is_never_shown():
    with SmtpServer(security="starttls", user="billing", password="right") as server:
        caught = refused(server, MailTransientError, password="hunter2 пароль")
    assert not caught.reachable
    assert "mail.user and mail.password" in caught.remedy
    assert "535" in str(caught)
    assert "hunter2" not in repr(caught)


def as_login(password):
    return base64.b64encode(f"\0billing\0{password}".encode()).decode()


@pytest.mark.parametrize("encode", [str, as_login])
def test_a_server_that_echoes_the_password_does_not_make_it_known(encode):
    password = "hunter2-long-secret"
    with SmtpServer(user="billing", password="x", fail={"auth": f"535 bad: {encode(password)}"}) as server:
        caught = refused(server, MailTransientError, password=password)
    assert password not in str(caught)
    assert encode(password) not in str(caught)
    assert "535 bad: ***" in str(caught)


def test_the_password_is_asked_for_only_at_the_login():
    asked = []
    with SmtpServer(user="billing", password="p") as server:
        sender = mailer(server, password=lambda: asked.append(1) or "p")
        assert asked == []
        sender.send(outgoing())
        sender.close()
    assert asked == [1]
    assert "password" not in repr(sender._server)


def test_control_characters_in_the_servers_words_do_not_reach_the_terminal():
    words = "550 5.7.1 \x1b[2J\x07bad\x9b\u202e" + "x" * 400
    with SmtpServer(fail={"rcpt": words}) as server:
        caught = refused(server, MailPermanentError)
    assert "[2J bad" in str(caught)
    assert len(str(caught)) < 350


def test_words_are_cut_at_200_characters():
    assert shown(b"a\r\nb\xff\x00c") == "a b\ufffd c"
    assert len(shown("x" * 1000)) == 200


def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_login():
    for security in ("starttls", "tls"):
        with SmtpServer(security=security, user="billing", password="p") as server:
            caught = refused(server, MailTransientError, ca_file="")
        assert not caught.reachable
        assert "certificate not accepted" in str(caught)
        assert "auth" not in server.commands


def test_a_certificate_for_another_name_is_refused():
    with SmtpServer(security="tls", cert_for="other.example") as server:
        caught = refused(server, MailTransientError)
    assert "certificate not accepted" in str(caught)
    assert "mail.host" in caught.remedy


def test_a_server_without_starttls_gets_neither_password_nor_mail():
    with SmtpServer(security="none", user="billing", password="p") as server:
        caught = refused(server, MailTransientError, security="starttls")
    assert not caught.reachable
    assert "auth" not in server.commands


def test_a_server_that_cannot_begin_tls_now_is_tried_later():
    with SmtpServer(security="starttls", fail={"starttls": "454 4.7.0 TLS not available"}) as server:
        caught = refused(server, MailTransientError)
    assert not caught.reachable
    assert "454" in str(caught)


def test_tls_on_a_plain_port_says_what_does_not_fit():
    with SmtpServer(security="none") as server:
        caught = refused(server, MailTransientError, security="tls")
    assert not caught.reachable
    assert "mail.port" in caught.remedy


def test_a_server_without_login_says_so():
    with SmtpServer(mechanisms=()) as server:
        caught = refused(server, MailTransientError, user="billing", password="p")
    assert not caught.reachable
    assert "login" in str(caught) or "log in" in str(caught)


def test_the_login_by_cram_md5_works_and_does_not_show_the_password():
    with SmtpServer(user="billing", password="пароль", mechanisms=("CRAM-MD5",)) as server:
        with mailer(server) as sender:
            sender.send(outgoing())
        caught = refused(server, MailTransientError, password="wrong")
    assert len(server.messages) == 1
    assert "535" in str(caught)


@pytest.mark.parametrize("challenge", ["334 !!!", "334 ", "500 no"])
def test_a_senseless_challenge_is_no_crash(challenge):
    fail = {"auth": challenge}
    with SmtpServer(user="billing", password="p", mechanisms=("CRAM-MD5",), fail=fail) as server:
        assert not refused(server, MailTransientError, timeout_s=0.5).reachable


def test_a_missing_host_is_named():
    with SmtpServer() as server:
        caught = refused(server, MailTransientError, host="", security="tls")
    assert "mail.host" in str(caught)


def test_mail_never_leaves_this_machine_unprotected():
    with SmtpServer() as server:
        caught = refused(server, MailTransientError, host="smtp.example.ru")
    assert not caught.reachable
    assert server.sessions == 0
    assert "mail.security" in caught.remedy


def test_nobody_listening_is_told_as_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with SmtpServer() as server:
        caught = refused(server, MailTransientError, port=port)
    assert not caught.reachable
    assert f"localhost:{port}" in str(caught)


def test_a_host_that_does_not_exist_is_told_as_unreachable():
    with SmtpServer() as server:
        caught = refused(server, MailTransientError, host="no-such-host.invalid", security="tls")
    assert not caught.reachable


def test_a_malformed_address_never_reaches_the_server():
    with SmtpServer() as server:
        refused(server, MailPermanentError, outgoing(to=("anna@client.ru\r\nRCPT TO:<thief@evil.ru>",)))
    assert server.sessions == 0


def test_a_redirected_mail_goes_to_one_address_only():
    with SmtpServer() as server, mailer(server, redirect_to="stage@example.ru") as sender:
        result = sender.send(outgoing(cc=("cc@client.ru",), bcc=("boss@example.ru",)))
    assert result.recipients == ("stage@example.ru",)
    assert server.messages[0].recipients == ("stage@example.ru",)


def test_an_international_domain_travels_in_punycode():
    with SmtpServer() as server, mailer(server) as sender:
        sender.send(outgoing(to=("Анна <info@почта.рф>",)))
    assert server.messages[0].recipients == ("info@xn--80a1acny.xn--p1ai",)
    assert server.messages[0].message["To"].addresses[0].addr_spec == "info@xn--80a1acny.xn--p1ai"


def test_the_login_check_enters_and_sends_nothing():
    with SmtpServer(security="starttls", user="billing", password="p") as server:
        check = mailer(server).check_login()
    assert check.ok
    assert "logged in as billing" in check.words
    assert "mail" not in server.commands


def test_the_login_check_gives_the_servers_words_and_a_remedy():
    with SmtpServer(security="starttls", user="billing", password="p") as server:
        check = mailer(server, password="wrong").check_login()
    assert not check.ok
    assert "535" in check.words
    assert "mail.password" in check.remedy
