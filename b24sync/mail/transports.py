"""The transport that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from b24sync.mail.file_transport import FileMailer
from b24sync.mail.portal_transport import PortalTransport
from b24sync.mail.smtp import SmtpMailer

if TYPE_CHECKING:
    from b24sync.clock import Clock
    from b24sync.domain.settings import MailSettings

Transport: TypeAlias = SmtpMailer | FileMailer | PortalTransport


def from_settings(
    settings: MailSettings, *, clock: Clock, ca_file: str = "", timeout_s: float = 30.0
) -> Transport:
    """Make the transport of ``[mail]``; nothing is opened or written yet.

    Args:
        settings: The table, checked; ``folder`` is absolute already.
        clock: For the Date header.
        ca_file: Further certificate authority to trust.
        timeout_s: Longest silence of the mail server.

    Returns:
        A ``Mailer``, or for ``portal`` a ``PortalTransport``, whose ``send_talk`` the engine puts to the
        portal. All have ``close``.
    """
    if settings.transport == "portal":
        return PortalTransport(from_=settings.from_, redirect_to=settings.redirect_to)
    if settings.transport == "file":
        return FileMailer(
            folder=settings.folder,
            from_=settings.from_,
            reply_to=settings.reply_to,
            redirect_to=settings.redirect_to,
            clock=clock,
        )
    return SmtpMailer(
        host=settings.host,
        port=settings.port,
        security=settings.security,
        user=settings.user,
        password=settings.password.reveal,
        from_=settings.from_,
        reply_to=settings.reply_to,
        redirect_to=settings.redirect_to,
        timeout_s=timeout_s,
        ca_file=ca_file,
        clock=clock,
    )
