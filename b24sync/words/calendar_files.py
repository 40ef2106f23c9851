"""What is wrong with a calendar file, and what its user should know of it."""

from __future__ import annotations

from b24sync.words import Counted, Message

PROBLEMS = Counted(("ошибка", "ошибки", "ошибок"), ("problem", "problems"))
UNREADABLE = Message("не читается: {why}", "cannot be read: {why}")
TOO_LARGE = Message("{size} байт: для календаря слишком много", "{size} bytes are too many for a calendar")
UNKNOWN = Message(
    "ни одной строки вида «2026-01-09;off»: такой календарь здесь не известен",
    'no line such as "2026-01-09;off": not a calendar that is known here',
)

# of XML
BROKEN_XML = Message(
    "испорченный XML: строка {line}, столбец {column}", "broken XML: line {line}, column {column}"
)
NO_XML_TEXT = Message("испорченный XML: неизвестная кодировка", "broken XML: an encoding that is not known")
NO_XML_CALENDAR = Message(
    "в начале нет <calendar>: это не XML с xmlcalendar",
    "no <calendar> at the beginning: not the XML of xmlcalendar",
)
DOCTYPE = Message(
    "в нём объявлен тип документа (<!DOCTYPE ...>): удалите эту строку",
    "it declares a document type (<!DOCTYPE ...>); remove that line",
)
XML_YEAR = Message('<calendar year="{text}">: это не год', '<calendar year="{text}">: no year')
XML_DAY = Message('<day d="{text}">', '<day d="{text}">')
XML_ORIGIN = Message('<day d="{text}" f="{origin}">', '<day d="{text}" f="{origin}">')
XML_KIND = Message(
    '<day d="{text}" t="{kind}">: такого вида нет (1 выходной, 2 сокращённый, 3 рабочий)',
    '<day d="{text}" t="{kind}">: unknown kind (1 off, 2 short, 3 working)',
)
NO_DOTTED_DAY = Message("{where}: не месяц и день (ММ.ДД)", "{where}: no month and day (MM.DD)")

# of JSON
BROKEN_JSON = Message(
    "испорченный JSON: строка {line}, столбец {column}", "broken JSON: line {line}, column {column}"
)
DEEP_JSON = Message("испорченный JSON: слишком много вложений", "broken JSON: nested too deeply")
NO_KEPT_YEAR = Message("испорченный JSON: нет всех дней одного года", "broken JSON: not all days of one year")
UNKNOWN_JSON = Message(
    "в этом JSON нет ни months (xmlcalendar), ни dayoff (isdayoff)",
    "neither months (xmlcalendar) nor dayoff (isdayoff) in this JSON",
)
JSON_YEAR = Message("year: «{text}»: это не год", "year: '{text}' is no year")
NOT_TWELVE = Message("months: в году 12 месяцев, а здесь не они", "months: not the 12 months of a year")
IN_MONTH = Message("месяц {month}", "month {month}")
DAY_OF_MONTH = Message("месяц {month}, день {text}", "month {month}, day {text}")
NO_DAY_OF_MONTH = Message("месяц {month}: «{text}»: это не день", "month {month}: '{text}' is no day")
NO_DIGITS = Message(
    "{where}: «{text}»: это не месяц и день (ММДД)", "{where}: '{text}' is no month and day (MMDD)"
)
NO_END = Message(
    "{where}: «{text}»: это не месяц и день (ММ.ДД)", "{where}: '{text}' is no month and day (MM.DD)"
)

# of CSV
BROKEN_CSV = Message(
    "строка {line}: испорченный CSV (слишком длинное поле или недопустимый знак)",
    "line {line}: broken CSV (too long a field, or a character that cannot be in one)",
)
LINE = Message("строка {line}", "line {line}")
NO_DATE = Message(
    "строка {line}: «{text}»: это не дата (напишите 2026-01-09)",
    "line {line}: '{text}' is no date (write 2026-01-09)",
)
NO_KIND = Message(
    "строка {line}: вид «{kind}» не из числа {known}", "line {line}: kind '{kind}' is none of {known}"
)
SEVERAL_YEARS = Message(
    "в нём годы {years} (нужен один файл на год)", "it holds the years {years} (one file a year)"
)
WHICH_YEAR = Message(
    "в нём годы {years}: оставьте одну строку с нужным годом",
    "it holds the years {years}: leave the one line that is wanted in it",
)
WHICH_OF_NONE = Message("в нём нет ни одного года", "it holds no year")
NOT_ALL_MONTHS = Message(
    "{year}: месяцев {count}, а должно быть {months}", "{year}: {count} months instead of {months}"
)

# of any
TWICE = Message("{where}: {day} указан дважды", "{where}: {day} is there twice")
NO_SUCH_DAY = Message("{where}: в {year} году нет такого дня", "{where}: there is no such day in {year}")
NO_YEAR = Message(
    "{year}: для такого года не бывает производственного календаря",
    "{year} is no year of a production calendar",
)
BOTH_WAYS = Message("{day} и выходной, и рабочий", "{day} is both off and working")
NEW_YEAR = Message("{day} — рабочий день", "{day} is a working day")
COUNT = Message(
    "рабочих дней {count}: ни в одном календаре столько не бывает (от {fewest} до {most})",
    "{count} working days, which no calendar has ({fewest} to {most})",
)
REST_WORKED = Message(
    "на {day} перенесён выходной с {origin}, а день всё равно рабочий",
    "{day} got the rest of {origin} and is a working day all the same",
)
MISCOUNTED = Message(
    "по его словам рабочих дней {stated}, а перечислено {count}",
    "it says {stated} working days and lists {count}",
)

# what is only to be known
FORECAST = Message(
    "data.gov.ru не обновляется с 2019 года: годы после него — прогноз, сделанный до указов",
    "data.gov.ru is not kept up since 2019: years after that are a forecast made before the decrees",
)
REGION = Message(
    "это календарь региона ({code}), он заменит календарь всей страны",
    "it is the calendar of a region ({code}) and replaces the whole country's",
)
WEEKEND_ABSENT = Message(
    "{day}, возможно, рабочий день: остальные выходные в файле перечислены, а этот нет (если он рабочий, "
    "укажите его в [calendar] working_days)",
    "{day} is perhaps a working day: the file lists the other weekends but not this one (if it is worked, "
    "name it in [calendar] working_days)",
)
ORIGIN_ABSENT = Message(
    "{day}, возможно, рабочий день: выходной с него перенесён на {target}, а в файле его нет (если он "
    "рабочий, укажите его в [calendar] working_days)",
    "{day} is perhaps a working day: its rest was moved to {target}, and the file does not list it (if it "
    "is worked, name it in [calendar] working_days)",
)
