"""What is said of working days."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Message

TEXTS: Mapping[str, Message] = {
    "months": Message(
        "Январь Февраль Март Апрель Май Июнь Июль Август Сентябрь Октябрь Ноябрь Декабрь",
        "January February March April May June July August September October November December",
    ),
    "weekdays": Message("Пн Вт Ср Чт Пт Сб Вс", "Mo Tu We Th Fr Sa Su"),
    "legend": Message("- выходной, * сокращённый рабочий день", "- day off, * short working day"),
    "counts": Message(
        "рабочих дней: {working}, выходных: {off}, сокращённых: {short}",
        "working days: {working}, days off: {off}, short: {short}",
    ),
    "working": Message("рабочий день", "working day"),
    "short": Message("сокращённый рабочий день", "short working day"),
    "off": Message("выходной", "day off"),
    "decided": Message("откуда: {layer} ({source})", "from: {layer} ({source})"),
    "published": Message("календарь опубликован", "the calendar is published"),
    "unpublished": Message(
        "календарь не опубликован: только выходные недели и постоянные праздники",
        "no published calendar: only weekends and fixed holidays",
    ),
    "preliminary": Message(
        "календарь не опубликован: дни предварительные", "no published calendar: the days are preliminary"
    ),
    "shift": Message("перенос", "shifts to"),
    "portal": Message(
        "портал считает иначе {count} дн. в {year} году", "the portal sees {count} days of {year} differently"
    ),
    "portal_working": Message("на портале рабочий", "works by the portal"),
    "portal_off": Message("на портале выходной", "off by the portal"),
    "unread": Message(
        "не разобрано в настройках портала: {texts}", "not understood in the portal's settings: {texts}"
    ),
    "stored": Message(
        "сохранено: {country} {year}, рабочих дней {working}",
        "stored: {country} {year}, {working} working days",
    ),
    "unused": Message(
        "этот календарь не используется: в [calendar] страна {country}",
        "this calendar is not used: the country in [calendar] is {country}",
    ),
    "next": Message("вперёд", "next"),
    "previous": Message("назад", "previous"),
    "nearest": Message("к ближайшему", "nearest"),
    "layer_statutory": Message("постоянный праздник", "statutory"),
    "layer_official": Message("официальный календарь", "official"),
    "layer_company": Message("настройки компании", "company"),
    "layer_file": Message("загруженный календарь", "file"),
    "layer_portal": Message("настройки портала", "portal"),
    "layer_weekend": Message("выходной день недели", "weekend"),
    "layer_presidential": Message("указ президента", "presidential"),
    "status_published": Message("по опубликованному календарю", "published"),
    "status_unpublished": Message("календарь не опубликован", "unpublished"),
    "status_preliminary": Message("предварительно", "preliminary"),
    "status_none": Message("без переноса", "none"),
}

NO_CALENDAR = Message(
    "календарь {country} {year}: официальный ещё не опубликован, известны только выходные недели и "
    "постоянные праздники (загрузите официальный: b24sync calendar import ФАЙЛ)",
    "calendar {country} {year}: no published calendar is known, only weekends and fixed holidays (import the "
    "official one: b24sync calendar import FILE)",
)
LEFT = Message("{day} оставлено как есть: {why}", "{day} was left as it is: {why}")
UNPUBLISHED = Message(
    "календарь: {country} {year} не опубликован", "calendar: {country} {year} has no published calendar"
)
IMPORT_OR_SKIP = Message(
    'b24sync calendar import ФАЙЛ или [calendar] on_unpublished = "skip" или "statutory"',
    'b24sync calendar import FILE, or [calendar] on_unpublished = "skip" or "statutory"',
)
NO_YEAR = Message("календарь: года {year} нет", "calendar: there is no year {year}")
NO_COUNTRY = Message(
    "календарь: страна {country} не известна (ISO 3166, например RU, BY, KZ)",
    "calendar: the country {country} is not known (ISO 3166, as RU, BY, KZ)",
)
NO_WORKING_DAY = Message(
    "календарь: за {days} дней от {day} нет рабочего дня",
    "calendar: no working day within {days} days of {day}",
)
LOOK_AT_DAYS = Message(
    "проверьте days_off, yearly_days_off и weekend в [calendar]",
    "look at days_off, yearly_days_off and weekend in [calendar]",
)
SIX_DAYS = Message(
    'календарь: weekend = ["SU"]: официальный календарь переносит выходные для пятидневной недели; дни, '
    "которые переносятся для шестидневной, укажите в days_off и working_days",
    'calendar: weekend = ["SU"]: official calendars move days off for a week of five days; name the days '
    "that are moved for six days in days_off and working_days",
)
NO_DIRECTION = Message("календарь: нет направления {text}", "calendar: {text} is no direction")
DIRECTIONS = Message("напишите next, previous, nearest или none", "write next, previous, nearest or none")
AGAINST = Message(
    "{country} {year}: {source} и {other}, различается дней: {count}",
    "{country} {year}: {source} against {other}, days that differ: {count}",
)
WORKED_IN_FILE = Message(
    "{day} в файле рабочий, в библиотеке выходной", "{day} working in the file, off in the library"
)
OFF_IN_FILE = Message(
    "{day} в файле выходной, в библиотеке рабочий", "{day} off in the file, working in the library"
)
