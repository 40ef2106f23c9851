"""What is wrong with a database or an exported history."""

from __future__ import annotations

from b24sync.words import Message

OTHER_SCHEMA = Message(
    "{path}: схема {found}, а у этой программы {own}", "{path}: its schema is {found}, this program's {own}"
)
UPGRADE = Message("обновите b24sync", "upgrade b24sync")
RUN_STATUS = Message(
    "запустите один раз b24sync status, он её обновит", "run b24sync status once, which upgrades it"
)
NEWER = Message(
    "{path}: схема {found} новее, чем у этой программы ({own})",
    "{path}: its schema {found} is newer than this program's {own}",
)
UPGRADE_OR_RESTORE = Message(
    "обновите b24sync или восстановите копию", "upgrade b24sync, or restore the backup"
)
NO_FOLDER = Message("{path}: папки нет", "{path}: the folder does not exist")
MAKE_FOLDER = Message(
    "создайте её (mkdir -p {folder}) или измените store.path",
    "make it (mkdir -p {folder}) or change store.path",
)
IS_LINK = Message("{path}: это символическая ссылка", "{path}: is a symbolic link")
NAME_FILE = Message("укажите в store.path сам файл", "name the real file in store.path")
OPEN_FOLDER = Message(
    "{folder}: файлы в этой папке может подменить кто угодно",
    "{folder}: anybody may replace files in this folder",
)
CLOSE_FOLDER = Message(
    "chmod o-w {folder} или измените store.path", "chmod o-w {folder}, or change store.path"
)
NOT_OURS = Message("{path}: это не база b24sync", "{path}: is not a database of b24sync")
CHANGE_PATH = Message("измените store.path", "change store.path")
NOT_MADE = Message("{path}: не создать: {why}", "{path}: cannot be made: {why}")
RIGHTS_AND_DISK = Message("проверьте права папки и диск", "check the folder's rights and the disk")
NOT_OPENED = Message("{path}: не открыть: {why}", "{path}: cannot be opened: {why}")
RIGHTS = Message("проверьте права папки", "check the folder's rights")

# an exported history

THERE_ALREADY = Message("{path}: база уже есть", "{path}: there is a database already")
NEW_ONE_ONLY = Message(
    "история берётся только в новую базу: измените store.path или уберите эту",
    "a history is imported into a new one only: change store.path, or move it away",
)
MADE_MEANWHILE = Message(
    "{path}: пока читалась история, там появилась база", "{path}: a database was made there in the meantime"
)
STOP_POLLS = Message("остановите опросы и повторите", "stop the polls and import again")
UNREADABLE = Message("{path}: не прочитать: {why}", "{path}: cannot be read: {why}")
AFTER_END = Message("после конца что-то есть", "there is something after the end")
OTHER_COUNT = Message(
    "сказано, что строк {said}, а их {count}", "says that there are {said} rows, and there are {count}"
)
NO_END = Message("файл оборван: нет последней строки", "the file is cut off: its last line is missing")
CUT_OFF = Message(
    "{path}:{line}: файл оборван или повреждён ({why})",
    "{path}:{line}: the file is cut off or damaged ({why})",
)
NO_JSON_LINE = Message("не строка JSON", "is no JSON line")
NO_HISTORY = Message("это не выгруженная история", "is no exported history")
NO_HISTORY_MADE = Message(
    "это не выгруженная история (её делает b24sync snapshot export)",
    "is no exported history (b24sync snapshot export makes one)",
)
OTHER_FORMAT = Message(
    "формат {format}, схема {schema}: обновите b24sync",
    "is of format {format} and schema {schema}: upgrade b24sync",
)
OTHER_TABLE = Message(
    "незнакомая таблица или её столбцы: {table}", "holds a table or columns that are not known here: {table}"
)
NO_ROW = Message("это не строка таблицы из заголовка", "is no row of a table that the header names")
NO_FIT = Message(
    "{path}: строка {line} или одна из строк перед ней не подходит: {why}",
    "{path}: a row at or before line {line} does not fit: {why}",
)
NO_JSON = Message("{path}: в {column} где-то не JSON", "{path}: {column} is no JSON in some row")
NO_PARENT = Message(
    "{path}: строка {table} ссылается на строку {other}, которой нет",
    "{path}: a row of {table} refers to one of {other} that is missing",
)
NO_SUCH_ID = Message("последний ID незнакомой таблицы: {table}", "holds a last id that no table has: {table}")
