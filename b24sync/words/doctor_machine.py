"""Sentences of ``doctor`` on this machine: the calendar's years and the database."""

from __future__ import annotations

from b24sync.words import Message

CALENDAR: tuple[Message, ...] = (
    Message(
        "когда официальный календарь выйдет, загрузите его: b24sync calendar import ФАЙЛ",
        "import the official one when it is published: b24sync calendar import FILE",
    ),
    Message("см. [calendar] file и country", "see [calendar] file and country"),
    Message(
        "{country} {year}: официального календаря ещё нет, известны только выходные и постоянные "
        "праздники; {how}",
        "{country} {year}: no published calendar is known, only weekends and fixed holidays; {how}",
    ),
    Message("сроки оплаты в этом году не переносятся", "due dates in it are left as they are"),
    Message("перенос сроков в этом году невозможен", "shifting in it fails"),
    Message("дни этого года предварительные", "its days are preliminary"),
    Message(
        "{country} {year}: опубликован, рабочих дней {count} ({source})",
        "{country} {year}: published, {count} working days ({source})",
    ),
)

DATABASE: tuple[Message, ...] = (
    Message("{path}: опросов ещё не было", "{path}: no poll yet"),
    Message(
        "запустите b24sync poll (первый опрос тихо запоминает исходное состояние)",
        "run: b24sync poll (the first one takes the baseline, quietly)",
    ),
    Message("{path}: папки нет", "{path}: the folder does not exist"),
    Message(
        "создайте её (mkdir -p {path}) или измените store.path",
        "make it (mkdir -p {path}) or change store.path",
    ),
    Message(
        "запускайте от имени владельца или измените store.path", "run as its owner, or change store.path"
    ),
    Message("{path}: в папку нельзя писать", "{path}: the folder cannot be written"),
    Message(
        "{path}: файлы в папке может подменить кто угодно", "{path}: anybody may replace files in this folder"
    ),
    Message("chmod o-w {path} или измените store.path", "chmod o-w {path}, or change store.path"),
    Message("{path}: свободно только {size} МБ", "{path}: only {size} MB free"),
    Message(
        "освободите место: полный диск останавливает опросы (ничего не потеряно)",
        "free space: a full disk stops polls (nothing is lost)",
    ),
    Message("укажите в store.path сам файл", "name the real file in store.path"),
    Message("{path}: это символическая ссылка", "{path}: is a symbolic link"),
    Message("{path}: доступна другим (права {mode})", "{path}: others may read or change it (mode {mode})"),
    Message("запускайте от имени владельца", "run as its owner"),
    Message("{path}: нельзя писать", "{path}: cannot be written"),
    Message("измените store.path", "change store.path"),
    Message("{path}: это не база b24sync", "{path}: is not a database of b24sync"),
    Message(
        "{path}: схема {version} новее этой программы ({own})",
        "{path}: its schema {version} is newer than this program's {own}",
    ),
    Message("обновите b24sync", "upgrade b24sync"),
    Message(
        "{path}: {size} МБ, схема {version} (обновит следующий опрос), цела",
        "{path}: {size} MB, schema {version} (upgraded by the next poll), whole",
    ),
    Message("{path}: {size} МБ, схема {version}, цела", "{path}: {size} MB, schema {version}, whole"),
    Message(
        "{path}: {size} МБ, схема {version}; велика для полной проверки за {seconds} с, повреждений не видно",
        "{path}: {size} MB, schema {version}; too large to check it whole within {seconds} s, no damage seen",
    ),
    Message(
        "восстановите её из копии и запустите b24sync poll --baseline или уберите и начните заново",
        "restore it from a backup and run b24sync poll --baseline, or move it away and start anew",
    ),
    Message("{path}: повреждена ({why})", "{path}: is damaged ({why})"),
    Message("удачных опросов ещё не было", "no poll has gone well yet"),
    Message("запустите b24sync poll", "run: b24sync poll"),
    Message("последний удачный опрос: {count} с назад", "the last poll that went well was {count} s ago"),
    Message("последний удачный опрос: {count} мин назад", "the last poll that went well was {count} min ago"),
    Message("последний удачный опрос: {count} ч назад", "the last poll that went well was {count} h ago"),
    Message("последний удачный опрос: {count} дн. назад", "the last poll that went well was {count} d ago"),
    Message("последний удачный опрос: {when}", "the last poll that went well was {when}"),
    Message(
        "проверьте, что cron или служба работает: b24sync status",
        "see that cron or the service runs: b24sync status",
    ),
    Message(
        "если их правда нет: b24sync poll --reconcile",
        "if that many are really gone: b24sync poll --reconcile",
    ),
    Message("ждут решения: {counts}", "open: {counts}"),
    Message(
        "посмотрите b24sync status; затем b24sync retry, release или cancel",
        "look: b24sync status; then b24sync retry, release or cancel",
    ),
    Message("запускайте от имени владельца файла", "run as the owner of the file"),
    Message("сейчас опроса нет", "no poll runs now"),
    Message("сейчас идёт опрос", "a poll runs now"),
)
