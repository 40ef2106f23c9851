"""Why an address is no incoming webhook; never with any part of it but the host."""

from __future__ import annotations

from b24sync.words import Message

IN_CLEAR = Message(
    "секрет ушёл бы открытым текстом (укажите https://{host}/...; http бывает только у адресов этой машины)",
    "would send the secret in the clear (write https://{host}/...; http is for loopback only)",
)
NONE = Message("это не адрес вебхука (он выглядит как {shape})", "is no webhook URL (it looks like {shape})")
MORE = Message(
    "в адресе есть лишнее: логина, ? и # в вебхуке не бывает (он выглядит как {shape})",
    "has more than a webhook URL has: no login, ? or # (it looks like {shape})",
)
NO_SECRET = Message(
    "после номера пользователя нет секрета (вебхук выглядит как {shape})",
    "has no secret after the user id (it looks like {shape})",
)
NO_REST = Message(
    "в адресе нет /rest/: это адрес портала, а не вебхук (он выглядит как {shape})",
    "has no /rest/ in its path: this is the portal's address, not a webhook (it looks like {shape})",
)
OTHER_PATH = Message(
    "после /rest/ должны идти номер пользователя и секрет (вебхук выглядит как {shape})",
    "does not go on with a user's number and a secret after /rest/ (it looks like {shape})",
)
