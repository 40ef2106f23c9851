"""What commands say that have no words of their own module."""

from __future__ import annotations

from b24sync.words import Message

# the boundary of errors

NO_SYSTEMD = Message("systemd не узнал о состоянии: {why}", "systemd cannot be told ({why})")
DATABASE = Message("база данных", "the database")
STOPPED = Message(
    "остановлено; начатое записано в базу, ничего не потеряно",
    "stopped; what was begun is in the database, nothing is lost",
)
FAULT = Message(
    "ошибка программы: {error} (запустите ещё раз с --verbose и сообщите, что выйдет)",
    "a fault of the program: {error} (run it again with --verbose and report what it prints)",
)
SYSTEM = Message("система", "the system")
OF_SYSTEM = Message(
    "{place}: {why} (освободите место или проверьте права)",
    "{place}: {why} (free space, or check the rights)",
)
ONE_CONFIGURATION = Message(
    "эта команда работает с одной конфигурацией, а их {count}: {names}",
    "this command works on one configuration, and there are {count}: {names}",
)
NAME_ONE = Message("укажите одну: --only", "name one with --only")

# what is typed

NO_TIME = Message(
    "«{text}»: не время; напишите 2026-11-24T10:00 или давность 2h, 7d",
    "found {text!r}, write a time as 2026-11-24T10:00, or an age as 2h or 7d",
)
NO_MONTH = Message(
    "--month: «{text}»; напишите год и месяц, например 2026-11",
    "--month: found {text!r}, write a year and a month as 2026-11",
)
NO_BY = Message(
    "--by: «{text}»; напишите person или invoice", "--by: found {text!r}, write person or invoice"
)
CSV_OR_JSON = Message("--csv и --json вместе нельзя", "--csv and --json exclude each other")
SINCE_AFTER_UNTIL = Message("--since позже, чем --until", "--since is later than --until")

# actions by hand

MOVED_DUE = Message("к выполнению: {actions}", "{actions} due now")
MOVED_CANCELLED = Message("отменено: {actions}", "{actions} cancelled")
MOVED_RELEASED = Message("разрешено: {actions}", "{actions} released")
NEXT_POLL = Message("выполнит следующий опрос", "they run with the next poll")
NO_ACTION = Message("действия №{id} нет", "there is no action {id}")
SHOWS_IDS = Message("номера покажет b24sync actions", "b24sync actions shows the ids")
OTHER_STATE = Message("действие №{id}: {state}", "action {id} is {state}")
TAKES = Message("эта команда берёт: {states}", "this command takes {states}")

# the history

EXPORTED = Message("{file}: строк {rows}", "{file}: {rows} rows")
ANONYMIZED = Message(", обезличено", ", anonymized")
NO_FOLDER = Message("{file}: папки нет", "{file}: the folder does not exist")
NO_PLAIN_FILE = Message("{file}: есть, но это не обычный файл", "{file}: is there and is no plain file")
ANOTHER = Message("укажите другой", "name another one")
IS_DATABASE = Message("{file}: это сама база", "{file}: is the database itself")
HELD = Message(
    "действий задержано: {count}; там, откуда история, их тоже могут выполнить",
    "{count} actions that were still to be done are held: where the history comes from they may be done too",
)
LOOK_HELD = Message(
    "  посмотрите b24sync actions --state held; затем release или cancel",
    "  look: b24sync actions --state held; then release or cancel",
)
FORGOTTEN = Message(
    "забыто: изменений {revisions}, событий {events}, действий {actions}, опросов {runs}",
    "forgotten: {revisions} revisions, {events} events, {actions} actions, {runs} runs",
)
FREED = Message("диску возвращено {size} МБ", "{size} MB were given back to the disk")
UNUSED = Message(
    "{size} МБ оставлено для новых строк; вернёт `sqlite3 {path} VACUUM`, когда опроса нет",
    "{size} MB are kept for new rows; with no poll running, `sqlite3 {path} VACUUM` gives them back",
)

# what is named with a command

IS_FOLDER = Message("{path}: это папка", "{path}: is a folder")
NAME_A_FILE = Message("укажите один файл конфигурации", "name one configuration file")
OTHER_OUTPUT = Message("укажите другой --output", "name another one with --output")
MAKE_IT = Message("создайте её или измените store.path", "make it, or change store.path")
NO_ONLY = Message("--only: файла {name}.toml нет", "--only: there is no {name}.toml")
ONLY_KNOWN = Message("есть: {names}", "known: {names}")
ONE_KIND = Message(
    "напишите одно из: --systemd, --cron, --kubernetes", "write one of --systemd, --cron, --kubernetes"
)
DIFFERS = Message("{path}: уже есть и отличается", "{path} is there already and differs")
SAY_FORCE = Message("перезапишет --force", "say --force to overwrite it")
TOO_OFTEN = Message("--interval: не меньше 1s", "--interval: write at least 1s")
NO_DAY = Message("«{text}»: не дата; напишите как 2026-12-31", "found {text!r}, write a date as 2026-12-31")
UNREADABLE = Message("{path}: не прочитать: {why}", "{path}: cannot be read: {why}")
EXCEL_IS_CSV = Message("--excel только вместе с --csv", "--excel is for --csv")
SAY_BOTH = Message("напишите --csv --excel", "say --csv --excel")
ACTION_GONE = Message("действия №{id} больше нет", "action {id} is gone")
NO_DURATION = Message(
    "{option}: «{text}»; напишите, например, 90s, 5m, 24h или 7d (не больше 3650d)",
    "{option}: found {text!r}, write a duration such as 90s, 5m, 24h or 7d (at most 3650d)",
)

# the demo

DEMO_BEGINS = Message(
    "Компания из восьми человек на учебном портале {portal}; b24sync с базой в {folder}.",
    "A company of eight people on a stand-in portal at {portal}; b24sync with its database in {folder}.",
)
DEMO_ENDS = Message(
    "\nВсё это заняло {seconds:.1f} с, без сети. Дальше: b24sync init пишет конфигурацию для вашего портала.",
    "\nThat took {seconds:.1f} s, without network. Next: b24sync init writes a configuration for your "
    "portal.",
)
