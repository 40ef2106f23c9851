"""What is wrong with a value of the configuration by itself: its type, its form, a secret, a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from b24sync.words import Both, Message

# what is there

WORD = Message("здесь {value}", "found {value}")
TEXT = Message("здесь текст {value}", "found text {value}")
NUMBER = Message("здесь число {value}", "found number {value}")
LONG_NUMBER = Message("здесь число длиннее 15 цифр", "found number of more than 15 digits")
DATE = Message("здесь дата или время {value} без кавычек", "found the date or time {value} without quotes")
TABLE = Message("здесь таблица", "found a table")
LIST = Message("здесь список", "found a list")

# what to write

_Scalar: TypeAlias = Literal["text", "quoted text", "whole number", "number", "percents", "decision"]
_Other: TypeAlias = Literal["table", "tables", "time", "duration", "deadline", "stay"]
Wanted: TypeAlias = _Scalar | _Other
"""What should be in the place of something else."""
_WRITE = Message("{found}, укажите {what}", "{found}, write {what}")
WANTED: Mapping[Wanted, Message] = {
    "text": Message("текст", "a text"),
    "quoted text": Message("текст в кавычках", "a text in quotes"),
    "whole number": Message("целое число", "a whole number"),
    "number": Message("число", "a number"),
    "percents": Message('число, например "5" или "2.5"', 'a number, such as "5" or "2.5"'),
    "decision": Message("true или false", "true or false"),
    "table": Message("таблицу", "a table"),
    "tables": Message("список таблиц, каждую под [[…]]", "a list of tables, each under [[…]]"),
    "time": Message('время, например "10:00"', 'a time such as "10:00"'),
    "duration": Message('срок, например "5m"', 'a duration such as "5m"'),
    "deadline": Message('"+3wd" или "+2d"', '"+3wd" or "+2d"'),
    "stay": Message('"3wd" или "5d"', '"3wd" or "5d"'),
}


def write(found: Both, *wanted: Wanted) -> Both:
    """What is there, and what should be (any of these)."""
    kinds = [WANTED[one].both() for one in wanted]
    *first, last = [kind.ru for kind in kinds]
    russian = f"{', '.join(first)} или {last}" if first else last
    what = Both(russian, " or ".join(kind.en for kind in kinds))
    return _WRITE.both(found=found, what=what)


# texts that mean something

NO_DURATION = Message(
    'здесь "{text}", укажите срок, например "90s", "5m", "24h" или "7d"',
    'found "{text}", write a duration such as "90s", "5m", "24h" or "7d"',
)
LONG_DURATION = Message('здесь "{text}", укажите не больше "3650d"', 'found "{text}", write at most "3650d"')
NO_TIME = Message(
    'здесь "{text}", укажите время, например "10:00"', 'found "{text}", write a time such as "10:00"'
)
NO_DEADLINE = Message(
    'здесь "{text}", укажите "+3wd" (рабочие дни), "+2d" (дни) или "+1wd 10:00"',
    'found "{text}", write "+3wd" (working days), "+2d" (days) or "+1wd 10:00"',
)
NO_STAY = Message(
    'здесь "{text}", укажите "3wd" (рабочие дни) или "5d" (дни)',
    'found "{text}", write "3wd" (working days) or "5d" (days)',
)
TOO_LARGE = Message(
    "слишком большое число (укажите не больше 18 цифр)", "is too large a number (write 18 digits at most)"
)
NO_PATH = Message(
    "{text}: это не путь (укажите путь к файлу или папке)",
    "{text} is no path (write the path of a file or folder)",
)
LARGE_LETTER = Message(
    "файл {path} больше 1 МБ, таких писем не бывает (укажите другой)",
    "the file {path} is larger than 1 MB, which no letter is (name another)",
)
UNREAD_FILE = Message("файл {path} не читается: {why}", "the file {path} cannot be read: {why}")
NO_UTF8 = Message("это не текст в кодировке UTF-8", "is no text in UTF-8")

# secrets

NO_TEXT = Message("это не текст (напишите его в кавычках)", "is no text (write it in quotes)")
SEEN_SECRET = Message(
    'секрет записан в файле, который могут читать другие (chmod 600 {path}, либо укажите здесь "env:ИМЯ" или '
    '"file:ПУТЬ")',
    'is written in a file that others can read (chmod 600 {path}, or write "env:NAME" or "file:PATH" here)',
)
NO_VARIABLE_NAME = Message(
    'это не имя переменной (укажите "env:ИМЯ")', 'names no variable (write "env:NAME")'
)
EMPTY_VARIABLE = Message(
    "переменная {name} пуста (задайте её там, где запускается b24sync, например в crontab)",
    "the variable {name} is empty (set it where b24sync runs, in the crontab say)",
)
NO_VARIABLE = Message(
    "переменная {name} не задана (задайте её там, где запускается b24sync, например в crontab)",
    "the variable {name} is not set (set it where b24sync runs, in the crontab say)",
)
NO_CREDENTIAL_NAME = Message(
    'это не имя секрета systemd (укажите "credential:ИМЯ")', 'names no credential (write "credential:NAME")'
)
NO_CREDENTIAL = Message(
    "systemd не передаёт секрета {name} (добавьте LoadCredential={name}:/путь/к/секрету в раздел [Service] "
    "службы)",
    "systemd hands over no credential {name} (write LoadCredential={name}:/path/of/the/secret into [Service] "
    "of the unit)",
)
THE_FILE = Message("файл {path}", "the file {path}")
THE_CREDENTIAL = Message("секрет {name}", "the credential {name}")
UNREAD = Message("{what} не читается: {why}", "{what} cannot be read: {why}")
UNTRUSTED = Message("{what} {fault}", "{what} {fault}")
EMPTY = Message("{what}: пусто (запишите туда секрет)", "{what} is empty (write the secret into it)")

# keys

UNKNOWN = Message("такой настройки нет{hint}", "unknown setting{hint}")
REQUIRED = Message("не указано{example}", "is required{example}")
NO_STEP = Message("нет шага {name}{hint}", "no step called {name}{hint}")
EXAMPLES: Mapping[str, Message] = {
    "name": Message("укажите имя", "write a name"),
    "webhook": Message(
        "укажите вебхук портала или выполните b24sync init",
        "write the portal's webhook, or run: b24sync init",
    ),
    "on": Message('укажите событие, например "invoice.created"', 'write an event, such as "invoice.created"'),
    "use": Message('укажите шаг, например "notify"', 'write a step, such as "notify"'),
    "steps": Message("нужен хотя бы один [[rules.steps]]", "write at least one [[rules.steps]]"),
    "to": Message('укажите сотрудников, например ["responsible"]', 'write people, such as ["responsible"]'),
    "set": Message(
        'укажите таблицу, например {{ UF_CRM_CITY = "Казань" }}',
        'write a table, such as {{ UF_CRM_CITY = "Kazan" }}',
    ),
    "from": Message(
        'укажите "list:ID", "item:TYPE", "contact" или "company"',
        'write "list:ID", "item:TYPE", "contact" or "company"',
    ),
    "for": Message(
        'укажите, чьё оно, например "invoice.responsible"',
        'write whose it is, such as "invoice.responsible"',
    ),
    "percent": Message('укажите процент, например "5"', 'write percents, such as "5"'),
    "entity_type_id": Message("укажите номер смарт-процесса", "write the number of the smart process"),
    "event": Message(
        'укажите событие, например "invoice.created"', 'write an event, such as "invoice.created"'
    ),
    "expect": Message(
        'укажите действия, например [{{ rule = "head-knows", step = "notify" }}]; [] значит, что их нет',
        'write the actions, such as [{{ rule = "head-knows", step = "notify" }}]; [] means nothing',
    ),
}
"""What to write for a key that is missing."""
