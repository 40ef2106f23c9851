"""What is wrong with the sections of the configuration, its rules aside."""

from __future__ import annotations

from b24sync.words import Message

# portal, poll, kinds, statuses

TIMEOUT = Message(
    'недопустимое значение (укажите от 1s до 10m, например "30s")',
    'is out of range (write 1s to 10m, such as "30s")',
)
NO_COMPANY = Message(
    "это не ID компании (укажите номер своей компании из CRM или 0, чтобы её выбрал портал)",
    "is no company's id (write the number of your company in the CRM, or 0 for the portal's choice)",
)
NO_KIND = Message("нет объекта {kind}{hint}", "no kind called {kind}{hint}")
EMPTY_WATCH = Message("пусто{hint}", "is empty{hint}")
NO_URL = Message("это не адрес (укажите https://…)", "is no address (write https://…)")
NO_KIND_NAME = Message(
    "так объект назвать нельзя (строчные латинские буквы, цифры и _)",
    "is no name of a kind (write small letters, digits and _)",
)
TAKEN_NAME = Message("имя {name} занято (выберите другое)", "the name {name} is taken (choose another)")
NO_TYPE = Message(
    "такого типа на портале нет (у смарт-процессов номера от 128)",
    "is no type of the portal (a smart process has 128 or more)",
)
TAKEN_TYPE = Message(
    "{type} уже есть, это {name} (уберите эту таблицу)",
    "{type} is the kind {name} already (remove this table)",
)
NO_STAGES = Message(
    "пусто (уберите строку, тогда подойдёт обычная стадия)", "is empty (remove it for the default)"
)
NO_STAGE_ID = Message(
    "{stage} не ID стадии (укажите как DT31_1:N)", "{stage} is no stage id (write it as DT31_1:N)"
)
TAKEN_STAGE = Message(
    "{stage} уже относится к статусу {status} (оставьте что-то одно)",
    "{stage} is {status} already (keep one of the two)",
)
NO_STATUS_NAME = Message(
    "так статус назвать нельзя (строчные латинские буквы, например partly_paid)",
    "cannot be the name of a status (write small letters, such as partly_paid)",
)
UNKNOWN_STATUS = Message("такого статуса нет{hint}", "unknown status{hint}")
NO_INVOICE_STATUS = Message("нет статуса счёта {status}{hint}", "no invoice status called {status}{hint}")
A_STAGE_ID = Message("ID стадии, например {example}", "a stage id, such as {example}")
NO_ZONE = Message("нет часового пояса {name}{hint}", "no time zone called {name}{hint}")
WRITE_ZONE = Message('укажите, например, "Europe/Moscow"', 'write a name such as "Europe/Moscow"')

# alerts, mail

NO_ALERTED = Message(
    'пусто (укажите сотрудников, например ["user:1"])', 'is empty (write people, such as ["user:1"])'
)
PORT = Message("недопустимое значение (укажите от 1 до 65535)", "is out of range (write 1 to 65535)")
NO_SENDER = Message(
    "не указано, а без отправителя письма не уходят (укажите Название <name@example.ru>)",
    "is required: no mail goes without a sender (write Name <name@example.ru>)",
)
FOR_SMTP = Message(
    'не указано, а для transport "smtp" нужно (укажите или выберите другой transport)',
    'is required for transport "smtp" (write it, or choose another transport)',
)
USER_FOR_LOGIN = Message(
    "не указано, а для входа нужно (укажите или уберите password)",
    "is required for the login (write it, or remove password)",
)
PASSWORD_FOR_LOGIN = Message(
    "не указано, а для входа нужно (укажите или уберите user)",
    "is required for the login (write it, or remove user)",
)
NO_SECURITY = Message(
    '"none" годится только для сервера на этой машине (укажите "starttls" или "tls")',
    '"none" is for a server on this machine only (write "starttls" or "tls")',
)

# reminders, commission, limits

NO_DAYS = Message(
    "пусто (укажите дни относительно срока оплаты или уберите [reminders])",
    "is empty (write days from the due date, or remove [reminders])",
)
TOO_FAR = Message(
    "{days}: это дальше чем за десять лет (укажите не больше 3650)",
    "{days} is more than ten years away (write 3650 at most)",
)
NO_STATUSES = Message('пусто (укажите ["sent"])', 'is empty (write ["sent"])')
NO_RATES = Message(
    "не указано (нужна хотя бы одна таблица [[commission.rates]])",
    "is required (write at least one [[commission.rates]])",
)
PERCENT = Message(
    "{percent}: недопустимое значение (укажите больше 0, но не больше 100)",
    "{percent} is out of range (write more than 0, at most 100)",
)
AT_LEAST_ONE = Message(
    "должно быть не меньше 1 (чтобы ничего не отправлять на время пробы, есть dry_run = true)",
    "must be at least 1 (for a trial without effects: dry_run = true)",
)
WOULD_SKIP_ALL = Message(
    'так не уйдёт ни одно уведомление и ни одно письмо (укажите "7d")',
    'would skip every notice and mail (write "7d")',
)
ATTEMPTS = Message("недопустимое значение (укажите от 1 до 100)", "is out of range (write 1 to 100)")
TWICE = Message("{value} указано дважды (уберите одно)", "{value} is listed twice (remove one)")

# what is allowed and probably not meant

SHORT_OVERLAP = Message(
    'меньше минуты, изменения могут пропасть (укажите "5m")',
    'is under a minute, changes may be missed (write "5m")',
)
PORT_587 = Message(
    'порт 587 обычно для "starttls"; для "tls" обычно 465',
    'is 587, which servers keep for "starttls"; "tls" is usually on 465',
)
REDIRECTED = Message("все письма уходят на {address}", "every mail goes to {address}")
