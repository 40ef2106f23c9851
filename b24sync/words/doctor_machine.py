"""What ``doctor`` says of this machine: the calendar's years, the database, a running poll."""

from __future__ import annotations

from b24sync.words import Message

# the calendar
IMPORT = Message(
    "когда официальный календарь выйдет, загрузите его: b24sync calendar import ФАЙЛ",
    "import the official one when it is published: b24sync calendar import FILE",
)
SEE_CALENDAR = Message("см. [calendar] file и country", "see [calendar] file and country")
UNPUBLISHED = Message(
    "{country} {year}: официального календаря ещё нет, известны только выходные и постоянные праздники; "
    "{how}",
    "{country} {year}: no published calendar is known, only weekends and fixed holidays; {how}",
)
LEFT_AS_THEY_ARE = Message("сроки оплаты в этом году не переносятся", "due dates in it are left as they are")
SHIFTING_FAILS = Message("перенос сроков в этом году невозможен", "shifting in it fails")
PRELIMINARY = Message("дни этого года предварительные", "its days are preliminary")
PUBLISHED = Message(
    "{country} {year}: опубликован, рабочих дней {count} ({source})",
    "{country} {year}: published, {count} working days ({source})",
)

# the folder and the file
NO_POLL_YET = Message("{path}: опросов ещё не было", "{path}: no poll yet")
FIRST_POLL = Message(
    "запустите b24sync poll (первый опрос тихо запоминает исходное состояние)",
    "run: b24sync poll (the first one takes the baseline, quietly)",
)
NO_FOLDER = Message("{path}: папки нет", "{path}: the folder does not exist")
MAKE_FOLDER = Message(
    "создайте её (mkdir -p {path}) или измените store.path", "make it (mkdir -p {path}) or change store.path"
)
FOLDER_NOT_WRITABLE = Message("{path}: в папку нельзя писать", "{path}: the folder cannot be written")
RUN_AS_OWNER = Message(
    "запускайте от имени владельца или измените store.path", "run as its owner, or change store.path"
)
ANYBODY = Message(
    "{path}: файлы в папке может подменить кто угодно", "{path}: anybody may replace files in this folder"
)
CLOSE_FOLDER = Message("chmod o-w {path} или измените store.path", "chmod o-w {path}, or change store.path")
LITTLE_ROOM = Message("{path}: свободно только {size} МБ", "{path}: only {size} MB free")
FREE_SPACE = Message(
    "освободите место: полный диск останавливает опросы (ничего не потеряно)",
    "free space: a full disk stops polls (nothing is lost)",
)
IS_LINK = Message("{path}: это символическая ссылка", "{path}: is a symbolic link")
NAME_FILE = Message("укажите в store.path сам файл", "name the real file in store.path")
OPEN_TO_OTHERS = Message(
    "{path}: доступна другим (права {mode})", "{path}: others may read or change it (mode {mode})"
)
FILE_NOT_WRITABLE = Message("{path}: нельзя писать", "{path}: cannot be written")
RUN_AS_ITS_OWNER = Message("запускайте от имени владельца", "run as its owner")

# what is in the file
FOREIGN_FILE = Message("{path}: это не база b24sync", "{path}: is not a database of b24sync")
CHANGE_PATH = Message("измените store.path", "change store.path")
TOO_NEW = Message(
    "{path}: схема {version} новее этой программы ({own})",
    "{path}: its schema {version} is newer than this program's {own}",
)
UPGRADE = Message("обновите b24sync", "upgrade b24sync")
SCHEMA = Message("схема {version}", "schema {version}")
SCHEMA_OLD = Message(
    "схема {version} (обновит следующий опрос)", "schema {version} (upgraded by the next poll)"
)
WHOLE = Message("{path}: {size} МБ, {schema}, цела", "{path}: {size} MB, {schema}, whole")
TOO_LARGE = Message(
    "{path}: {size} МБ, {schema}; велика для полной проверки за {seconds} с, повреждений не видно",
    "{path}: {size} MB, {schema}; too large to check it whole within {seconds} s, no damage seen",
)
DAMAGED = Message("{path}: повреждена ({why})", "{path}: is damaged ({why})")
RESTORE = Message(
    "восстановите её из копии и запустите b24sync poll --baseline или уберите и начните заново",
    "restore it from a backup and run b24sync poll --baseline, or move it away and start anew",
)

# polls and actions
NO_GOOD_POLL = Message("удачных опросов ещё не было", "no poll has gone well yet")
RUN_POLL = Message("запустите b24sync poll", "run: b24sync poll")
LAST_POLL = Message("последний удачный опрос: {ago}", "the last poll that went well was {ago}")
SECONDS_AGO = Message("{count} с назад", "{count} s ago")
MINUTES_AGO = Message("{count} мин назад", "{count} min ago")
HOURS_AGO = Message("{count} ч назад", "{count} h ago")
DAYS_AGO = Message("{count} дн. назад", "{count} d ago")
SEE_CRON = Message(
    "проверьте, что cron или служба работает: b24sync status",
    "see that cron or the service runs: b24sync status",
)
RECONCILE = Message(
    "если их правда нет: b24sync poll --reconcile", "if that many are really gone: b24sync poll --reconcile"
)
COUNTED = Message("{state}: {count}", "{count} {state}")
OPEN_ACTIONS = Message("ждут решения: {counts}", "open: {counts}")
SEE_ACTIONS = Message(
    "посмотрите b24sync status; затем b24sync retry, release или cancel",
    "look: b24sync status; then b24sync retry, release or cancel",
)
RUN_AS_FILE_OWNER = Message("запускайте от имени владельца файла", "run as the owner of the file")
NO_POLL_NOW = Message("сейчас опроса нет", "no poll runs now")
POLL_NOW = Message("сейчас идёт опрос", "a poll runs now")
