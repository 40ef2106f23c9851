"""What is wrong with the ``[calendar]`` of the configuration."""

from __future__ import annotations

from b24sync.words import Message

NO_COUNTRY = Message(
    "нет календаря страны '{country}' (укажите её двухбуквенный код, например RU, BY, KZ)",
    "no calendar of a country '{country}' (write its two-letter code, such as RU, BY, KZ)",
)
NONE_OF = Message("'{value}' не подходит, можно: {known}{hint}", "'{value}' is none of {known}{hint}")
NO_WEEKDAY = Message("нет дня недели '{name}'{hint}", "no weekday '{name}'{hint}")
NO_WORKING_DAY = Message(
    "в неделе не осталось рабочих дней (перечислите только выходные)",
    "leaves no working day in the week (list only the days off)",
)
BOTH_WAYS = Message(
    "{day} есть и в days_off[{other}] (оставьте что-то одно)",
    "{day} is also in days_off[{other}] (keep one of the two)",
)
NO_DATE = Message(
    '\'{text}\' не дата (укажите "2026-06-15" или "2026-12-28..2026-12-30")',
    '\'{text}\' is no date (write "2026-06-15" or "2026-12-28..2026-12-30")',
)
NO_SUCH_DAY = Message(
    "'{text}': такого дня нет (проверьте месяц и число)",
    "'{text}': there is no such day (see to month and day)",
)
BACKWARDS = Message(
    "'{text}' кончается раньше, чем начинается (сначала укажите более раннюю дату)",
    "'{text}' ends before it begins (write the earlier day first)",
)
LONGER_THAN_YEAR = Message(
    "'{text}' длиннее года (нет ли опечатки в годе?)", "'{text}' is longer than a year (is a year mistyped?)"
)
NO_YEARLY_DAY = Message(
    "'{text}' не день года (укажите месяц и день, \"08-30\")",
    "'{text}' is no day of a year (write month and day, \"08-30\")",
)
NO_SUCH_YEARLY_DAY = Message(
    "'{text}': такого дня нет (укажите месяц и день, \"08-30\")",
    "'{text}': there is no such day (write month and day, \"08-30\")",
)
