"""The last line of a mail, on real sockets."""

from __future__ import annotations

import select
import smtplib
import socket
import ssl
import threading

import pytest
import trustme

from b24sync.mail.smtp_entry import is_loopback
from b24sync.mail.smtp_link import Link, LostError


def linked(sock):
    smtp = smtplib.SMTP()
    smtp.sock, smtp.file = sock, sock.makefile("rb")
    return Link(smtp, secrets=())


def test_an_ending_that_cannot_leave_is_told_apart_from_one_that_got_no_answer():
    ours, theirs = socket.socketpair()
    link = linked(ours)
    theirs.close()
    with pytest.raises(ConnectionError):
        link.finish()
    link.close(politely=False)


def test_an_ending_that_may_have_left_in_part_counts_as_handed_over():
    ours, theirs = socket.socketpair()
    ours.settimeout(0.1)
    with pytest.raises(TimeoutError):
        ours.sendall(b"x" * 50_000_000)  # nobody reads: the way is full
    link = linked(ours)
    with pytest.raises(LostError, match="no answer in time"):
        link.finish()
    link.close(politely=False)
    theirs.close()


def test_an_ending_on_a_closed_link_is_told_as_lost():
    ours, theirs = socket.socketpair()
    link = linked(ours)
    link.close(politely=False)
    theirs.close()
    with pytest.raises(LostError):
        link.finish()


@pytest.fixture
def tls_pair(tmp_path):
    """Both ends of a TLS connection whose session tickets lie unread at the client."""
    authority = trustme.CA()
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(serving)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    ours, theirs = socket.socketpair()
    ends = []
    thread = threading.Thread(target=lambda: ends.append(serving.wrap_socket(theirs, server_side=True)))
    thread.start()
    client = trusting.wrap_socket(ours, server_hostname="localhost")
    thread.join(5)
    yield client, ends[0]
    client.close()
    ends[0].close()


def test_a_session_ticket_is_no_interruption(tls_pair):
    client, server = tls_pair
    link = linked(client)
    assert select.select([client], [], [], 5)[0]
    assert link.push(b"text\r\n") is None
    assert server.recv(100) == b"text\r\n"
    server.sendall(b"552 5.3.4 too big\r\n")
    assert select.select([client], [], [], 5)[0]
    assert str(link.push(b"more\r\n")) == "552 5.3.4 too big"
    link.close(politely=False)


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("mail.localhost", True),
        ("127.0.0.5", True),
        ("::1", True),
        ("[::1]", True),
        ("10.0.0.1", False),
        ("localhost.example.ru", False),
        ("0.0.0.0", False),
    ],
)
def test_only_this_machine_is_loopback(host, inside):
    assert is_loopback(host) is inside
