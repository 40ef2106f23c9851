"""The incoming webhook: where the portal is, who asks, and the secret that must never be shown."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import SplitResult, urljoin, urlsplit

from b24sync.errors import WrongValueError
from b24sync.log import register_secret
from b24sync.secrecy import HIDDEN

if TYPE_CHECKING:
    from typing import Self

    from b24sync.words import Both

SHAPE = "https://HOST/rest/USER/SECRET/"
_PATH = re.compile(r"(?P<prefix>(?:/[^/]+)*?)/rest/(?P<user>\d+)/(?P<secret>[^/]+)(?:/(?P<method>[\w.]*))?/?")


class Webhook:
    """An incoming webhook of Bitrix24, a value: equal if everything is equal, and not to be written down.

    Its ``str`` and ``repr`` hide the secret, it cannot be pickled, and only :meth:`address` gives the whole
    URL.

    Attributes:
        scheme: ``https``, or ``http`` for a loopback host.
        host: Host name in lower case, without the port.
        port: Port, also if the URL named none.
        prefix: Path before ``/rest`` on self-hosted portals, such as ``/crm``; usually empty.
        user_id: The portal user who owns the webhook and whose rights it has.
    """

    __slots__ = ("_secret", "host", "port", "prefix", "scheme", "user_id")

    def __init__(self, *, scheme: str, host: str, port: int, prefix: str, user_id: int, secret: str) -> None:
        self.scheme = scheme
        self.host = host
        self.port = port
        self.prefix = prefix
        self.user_id = user_id
        self._secret = secret
        register_secret(secret, of_portal=True)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a webhook's URL; a missing last slash and an appended method name are forgiven.

        Raises:
            WrongValueError: It is none; the message says why and never repeats the secret.
        """
        url = _split(text)
        found = _PATH.fullmatch(url.path)
        if found is None:
            raise WrongValueError(_path_fault(url.path))
        host = (url.hostname or "").lower()
        if url.scheme == "http" and not is_loopback(host):
            from b24sync.words.webhooks import IN_CLEAR

            raise WrongValueError(IN_CLEAR.both(host=host))
        return cls(
            scheme=url.scheme,
            host=host,
            port=url.port or (443 if url.scheme == "https" else 80),
            prefix=found["prefix"],
            user_id=int(found["user"]),
            secret=found["secret"],
        )

    @property
    def portal(self) -> str:
        """What names the portal in the database and to people: host, port if unusual, path prefix."""
        return f"{self._authority}{self.prefix}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: the beginning of every address at this portal."""
        return f"{self.scheme}://{self._authority}"

    @property
    def _authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether the portal is on this machine (the sandbox, tests): no proxy is asked."""
        return is_loopback(self.host)

    def address(self, method: str) -> str:
        """The URL to post ``method`` to. It holds the secret: for the connection and nothing else."""
        return f"{self.scheme}://{self.portal}/rest/{self.user_id}/{self._secret}/{method}"

    def within(self, url: str) -> str | None:
        """``url``, absolute or not, as an address of this portal; ``None`` if it leads elsewhere.

        A portal behind a proxy may write links with http:// or another port: host and path are theirs, the
        rest is the webhook's.
        """
        try:
            whole = urlsplit(urljoin(self.reveal(), url))
        except ValueError:  # a broken host
            return None
        if (whole.hostname or "").lower() != self.host or whole.username is not None:
            return None
        query = f"?{whole.query}" if whole.query else ""
        return f"{self.origin}{whole.path}{query}" if whole.scheme in {"http", "https"} else None

    def revived(self, url: str) -> str:
        """A ``*Machine`` link whose secret was replaced on entry (:mod:`b24sync.secrecy`), usable again.

        For the connection and nothing else, as :meth:`address`. Only links into this portal's REST come back.
        """
        own, head = self.within(url), f"{self.origin}{self.prefix}/rest/{self.user_id}/"
        if own is None or not own.startswith(f"{head}{HIDDEN}/"):
            return url
        return f"{head}{self._secret}/{own.removeprefix(f'{head}{HIDDEN}/')}"

    def reveal(self) -> str:
        """The whole webhook URL, for the configuration that ``init`` writes (0600) and nothing else."""
        return self.address("")

    def __str__(self) -> str:
        return f"{self.scheme}://{self.portal}/rest/{self.user_id}/{HIDDEN}/"

    def __repr__(self) -> str:
        return f"Webhook({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Webhook) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash((self.portal, self.user_id, self._secret))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        msg = "a webhook is not written down"
        raise TypeError(msg)


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine, by its name or address alone (nothing is resolved)."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(text: str) -> SplitResult:
    """The parts of the URL, none of which can surprise.

    Raises:
        WrongValueError: No https URL, or with parts that a webhook has not.
    """
    try:
        url = urlsplit(text.strip())
        known = bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:  # a broken IPv6 host or port; its words would repeat the text
        known, url = False, urlsplit("")
    if not known or url.scheme not in {"https", "http"}:
        from b24sync.words.webhooks import NONE

        raise WrongValueError(NONE.both(shape=SHAPE))
    if url.username is not None or url.query or url.fragment:
        from b24sync.words.webhooks import MORE

        raise WrongValueError(MORE.both(shape=SHAPE))
    return url


def _path_fault(path: str) -> Both:
    from b24sync.words import webhooks as words

    if re.search(r"/rest/\d+/?$", path):
        return words.NO_SECRET.both(shape=SHAPE)
    return (words.OTHER_PATH if "/rest/" in f"{path}/" else words.NO_REST).both(shape=SHAPE)
