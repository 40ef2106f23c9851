"""Names, addresses, phones and texts replaced, so that a history can be given away.

The same text always by the same pseudonym.

Ids, numbers, amounts, dates, stages, currencies and the portal's codes stay, because rules are judged by
them. What is not known to be one of these is replaced. A pseudonym is a keyed hash of the text: with the key
thrown away nobody can find the text by trying.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

_DIGITS = 10**12
_EMAIL = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+\.[^\s@<>\"',;:()]+")
_PHONE = re.compile(r"\+?[\d\s().\-]{6,}")
_URL = re.compile(r"[a-z][a-z0-9+.\-]*://\S+", re.IGNORECASE)

_DATE = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?|\d\d\.\d\d\.\d{4}( "
    r"\d\d:\d\d(:\d\d)?)?"
)
_NUMBER = re.compile(r"-?\d{1,9}|-?\d{1,15}\.\d{1,6}|-?\d{1,15}(\.\d+)?\|[A-Z]{3}")
_BINDING = re.compile(r"(D|C|CO|L|I|Q|SI|T[0-9a-fA-F]+)_\d{1,12}")
_MARKER = re.compile(r"b24sync:[0-9a-f]{24}(:\w+)*")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_]{0,40}(:[A-Z0-9_]{1,40})?")
_WORD = re.compile(r"[a-z]+([._][a-z]+)*")

_CODED_FIELD = re.compile(
    r"(.*(stage|status|semantic|currency|type|source|category|state)(_?id|Id|ID)?|.*(Id|_ID|_id)|id|ID|number|accountNumber|ACCOUNT_NUMBER|to|from)",
    re.IGNORECASE,
)
_NUMBER_FIELDS = ("number", "accountNumber", "ACCOUNT_NUMBER")
_WORD_FIELDS = (
    "reason",
    "event",
    "to",
    "from",
    "to_stage",
    "state",
    "status",
    "transport",
    "step",
    "waits_for",
    "kind",
    "what",
)
_PERSONAL_FIELD = re.compile(
    r"(.*(phone|fax|mobile|e?mail|name|title|address|comment|description|text|subject|inn|kpp|ogrn|passport|iban).*|fm|web|im|post)",
    re.IGNORECASE,
)
_CODED_NAME = re.compile(r".*(Type|_TYPE|TypeId|TYPE_ID|Id|_ID|ID|Currency)")


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Replaces texts.

    Attributes:
        key: Random, of one file; not to be kept.
    """

    key: bytes

    def value(self, field: str, value: Any) -> Any:
        """A JSON value with every personal text replaced.

        Args:
            field: The name that it stands under (contract name, ``fields.CODE`` or the portal's code).
            value: Anything of JSON; maps are walked by their own names.
        """
        if isinstance(value, str):
            return value if self._stays(field, value) else self.text(value)
        if isinstance(value, list):
            return [self.value(field, one) for one in value]
        if isinstance(value, dict):
            return {
                name: self.value(f"{name}" if not _personal(field) else _under(field, name), one)
                for name, one in value.items()
            }
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**10:
            return self._number(str(value))
        return value

    def text(self, text: str) -> str:
        """The pseudonym of a text, which depends on nothing but the text; an empty one stays."""
        plain = text.strip()
        if not plain:
            return text
        if _EMAIL.fullmatch(plain.strip("<>")):
            return self.email(plain.strip("<>"))
        number = self._number(plain)
        if _PHONE.fullmatch(plain):
            return f"+000{number:012d}"
        if _URL.fullmatch(plain):
            return f"https://example.invalid/{number}"
        is_name = (
            len(plain) <= 60
            and len(plain.split()) <= 4
            and "\n" not in plain
            and not any(sign.isdigit() for sign in plain)
        )
        return f"Name {number}" if is_name else f"Text {number}"

    def email(self, address: str) -> str:
        """The pseudonym of an e-mail address; case does not matter."""
        return f"person{self._number(address.lower())}@example.invalid"

    def without_emails(self, text: str) -> str:
        """A text of the program itself with the addresses in it replaced."""
        return _EMAIL.sub(lambda found: self.email(found[0]), text)

    def digest(self, text: str) -> str:
        """A digest that tells equal texts and nothing else."""
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def _number(self, text: str) -> int:
        return int(self.digest(text), 16) % _DIGITS

    @staticmethod
    def _stays(field: str, text: str) -> bool:
        name = field.removeprefix("fields.")
        if text in {"", "Y", "N"} or _DATE.fullmatch(text) or _MARKER.fullmatch(text):
            return True
        if name in _NUMBER_FIELDS and len(text) <= 40 and "@" not in text:
            return True
        if _personal(field):
            return False
        if _NUMBER.fullmatch(text) or _BINDING.fullmatch(text):
            return True
        if _CODED_FIELD.fullmatch(name) and _CODE.fullmatch(text):
            return True
        return name in _WORD_FIELDS and _WORD.fullmatch(text) is not None


def _personal(field: str) -> bool:
    name = field.removeprefix("fields.")
    return _PERSONAL_FIELD.fullmatch(name) is not None and _CODED_NAME.fullmatch(name) is None


def _under(field: str, name: str) -> str:
    """The name of a value inside a personal field: its ids and types stay, all else is personal too."""
    return name if _CODED_NAME.fullmatch(name) or name == "id" else f"{field} name"
