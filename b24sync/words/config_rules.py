"""What is wrong with the rules of the configuration and with its tests."""

from __future__ import annotations

from b24sync.words import Message

# events and moves

SAME_NAME = Message(
    "имя {name} уже у rules[{other}] (имена должны различаться)",
    "rules[{other}] is called {name} already (names must differ)",
)
NO_NAME = Message(
    "имя должно быть в одну строку (укажите другое)", "must be a name in one line (write another)"
)
NO_EVENTS = Message(
    'пусто (укажите событие, например "invoice.created")',
    'is empty (write an event, such as "invoice.created")',
)
NO_STEPS = Message(
    "пусто (нужен хотя бы один [[rules.steps]])", "is empty (write at least one [[rules.steps]])"
)
NO_EVENT = Message("нет события {event}{hint}", "no event called {event}{hint}")
NOT_WATCHED = Message(
    'за {kind} программа не следит (добавьте "{kind}" в poll.watch)',
    '{kind} is not watched (add "{kind}" to poll.watch)',
)
NEEDS_TASKS = Message(
    'нужны задачи, а за task программа не следит (добавьте "task" в poll.watch)',
    'needs the tasks, and task is not watched (add "task" to poll.watch)',
)
NEEDS_REMINDERS = Message(
    "без [reminders] этого события не бывает (добавьте этот раздел)",
    "never happens without [reminders] (add that section)",
)
NEEDS_AFTER = Message(
    'не указано, а для "{event}" нужно (укажите "3wd" в рабочих днях или "5d")',
    'is required with "{event}" (write "3wd" for working days, or "5d")',
)
ONLY_STUCK = Message(
    'бывает только с "invoice.stuck" и "deal.stuck" (уберите)',
    'goes with "invoice.stuck" and "deal.stuck" only (remove it)',
)
SAYS_IT = Message(
    'не сочетается с "{event}": там это уже сказано (укажите "{moved}")',
    'cannot go with "{event}", which says it already (write "{moved}")',
)
NO_MOVE = Message(
    'не сочетается с "{event}": это событие не о смене статуса или стадии{hint}',
    'cannot go with "{event}", which is no move{hint}',
)
SAME_PLACE = Message(
    "то же, что в from: такой смены не бывает (укажите другой статус или другую стадию)",
    "is the same as from: such a move never happens (write another status or stage)",
)
NOT_WITH = Message(
    'не сочетается с "{event}" (уберите: это событие не о смене статуса или стадии)',
    'cannot go with "{event}" (remove it: that event is no move)',
)
WRITE_EVENT = Message('укажите "{event}"', 'write "{event}"')
REMOVE_IT = Message("уберите", "remove it")
WRITE_STAGE = Message('укажите stage = ["…"]', 'write stage = ["…"]')
A_STATUS = Message(
    "{text} это статус счёта, а не стадия (укажите ID стадии, например C1:WON)",
    "{text} is a status of invoices, not a stage (write a stage id, such as C1:WON)",
)
NO_STAGE = Message("{text} не ID стадии (укажите как C1:WON)", "{text} is no stage id (write it as C1:WON)")

# steps

OTHER_KINDS = Message(
    "{step} не работает с событиями {kind} (только: {kinds})",
    "{step} cannot work on events of {kind} (only of: {kinds})",
)
NEEDS_SECTION = Message(
    "шагу {step} нужен раздел [{section}] (добавьте его)", "{step} needs [{section}] (add that section)"
)
SET_EMPTY = Message(
    'пусто (укажите таблицу, например {{ UF_CRM_CITY = "Казань" }})',
    'is empty (write a table, such as {{ UF_CRM_CITY = "Kazan" }})',
)
KEEP_ONE = Message(
    "не сочетается с {other} (оставьте что-то одно)", "cannot go with {other} (keep one of the two)"
)

# tests

SAME_TEST = Message(
    "имя {name} уже у tests[{other}] (имена должны различаться)",
    "tests[{other}] is called {name} too (names must differ)",
)
NO_TIME = Message(
    '{text} не время (укажите "2026-11-24 10:00")', '{text} is no time (write "2026-11-24 10:00")'
)
A_TIME = Message('это не время (укажите "2026-11-24 10:00")', 'is no time (write "2026-11-24 10:00")')
A_DATE = Message('это не дата (укажите "2026-12-01")', 'is no date (write "2026-12-01")')
UNKNOWN_VALUE = Message("такого значения нет{hint}", "unknown value{hint}")
NO_TABLE = Message("это не таблица (укажите {{ КОД = значение }})", "is no table (write {{ CODE = value }})")
NO_USER_ID = Message("не указано (нужен ID пользователя)", "is required (write the user's number)")
NO_PERSON = Message(
    'это не сотрудник (укажите ID пользователя или таблицу, например {{ id = 7, name = "…" }})',
    'is no person (write a user\'s number, or a table such as {{ id = 7, name = "…" }})',
)
LARGE_AMOUNT = Message(
    "слишком большая сумма (укажите не больше 20 цифр)",
    "is too large an amount (write 20 digits at most)",
)
NO_ID = Message("это не номер (укажите число от 1)", "is no number of something (write one from 1)")
NO_ID_OR_ZERO = Message(
    "это не номер (укажите его или 0, если его нет)", "is no number of something (write it, or 0 for none)"
)
NO_TEXTS = Message(
    'это не список текстов (укажите ["a@example.ru"])', 'is no list of texts (write ["a@example.ru"])'
)
NO_DECISION = Message(
    "это не true и не false (укажите одно из них без кавычек)",
    "is neither true nor false (write one of them, without quotes)",
)
NO_TEXT = Message("это не текст (напишите его в кавычках)", "is no text (write it in quotes)")
