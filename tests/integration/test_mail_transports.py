"""The transport that the configuration names."""

from __future__ import annotations

from b24sync.domain.settings import MailSettings
from b24sync.domain.values import Secret
from b24sync.mail.file_transport import FileMailer
from b24sync.mail.portal_transport import PortalTransport
from b24sync.mail.smtp import SmtpMailer
from b24sync.mail.transports import from_settings
from tests.support.mail import StillClock, outgoing
from tests.support.smtp import SmtpServer

FROM = "Счета <billing@example.ru>"


def test_smtp_of_the_settings_sends():
    with SmtpServer(security="starttls", user="billing", password="secret") as server:
        settings = MailSettings(
            from_=FROM,
            host=server.host,
            port=server.port,
            user="billing",
            password=Secret("secret"),
            reply_to="r@example.ru",
        )
        sender = from_settings(settings, clock=StillClock(), ca_file=server.ca_file)
        assert isinstance(sender, SmtpMailer)
        sender.send(outgoing())
        sender.close()
    assert server.messages[0].message["Reply-To"] == "r@example.ru"


def test_the_file_transport_writes_into_the_folder(tmp_path):
    sender = from_settings(
        MailSettings(transport="file", from_=FROM, folder=tmp_path / "o"), clock=StillClock()
    )
    assert isinstance(sender, FileMailer)
    sender.send(outgoing())
    sender.close()
    assert len(list((tmp_path / "o").glob("*.eml"))) == 1


def test_the_portal_transport_talks():
    sender = from_settings(MailSettings(transport="portal", from_=FROM), clock=StillClock())
    assert isinstance(sender, PortalTransport)
    sender.close()
