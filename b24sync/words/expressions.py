"""Why a condition or a text cannot be worked out with the values that are there."""

from __future__ import annotations

from b24sync.words import Message

NOT_COMPARED = Message(
    "{left} {sign} {right}: это нельзя сравнить", "{left} {sign} {right}: these cannot be compared"
)
NO_LIST = Message(
    "{value}: не список и не текст, в котором что-то может быть",
    "{value} is no list or text that something could be in",
)
TWO_NUMBERS = Message(
    "{left} {sign} {right}: нужны два числа", "{left} {sign} {right}: this needs two numbers"
)
JOIN = Message("; тексты соединяет ~", "; join texts with ~")
TOO_MUCH_POWER = Message(
    "{left} ** {right}: степень не выше {most}", "{left} ** {right}: the power must not be above {most}"
)
NO_RESULT = Message("{left} {sign} {right}: результата нет", "{left} {sign} {right}: this has no result")
TWO_CURRENCIES = Message(
    "{left} {sign} {right}: это разные валюты", "{left} {sign} {right}: these are two currencies"
)
NO_SUCH_DATE = Message(
    "{left} {sign} {right}: такой даты нет", "{left} {sign} {right}: there is no such date"
)
DATE_TAKES = Message(
    "{left} {sign} {right}: к дате прибавляют или вычитают число дней, из даты вычитают дату",
    "{left} {sign} {right}: a date takes a number of days, or minus another date",
)
TOO_LARGE = Message("{value}: слишком велико для суммы", "{value} is too large for an amount")
NO_AMOUNT = Message("{value}: не сумма", "{value} is no amount of money")
NO_DATE = Message("{value}: не дата", "{value} is no date")
RANGE = Message("range() больше чем из {most} чисел", "range() of more than {most} numbers")
NO_ROUNDING = Message(
    "round: {value}, а бывает common, ceil, floor", "round: {value} is none of common, ceil, floor"
)
NOT_ROUNDED = Message(
    "round: {value} не число или слишком велико", "round: {value} is no number, or too large"
)
NO_CALENDAR = Message("workdays: здесь нет календаря", "workdays: there is no calendar here")
TOO_LONG = Message(
    "текст вышел бы длиннее {most} символов", "the text would be longer than {most} characters"
)
VALUE_HAS_NO = Message("{value}: нет {name}{hint}", "a {value} has no {name}{hint}")
NO_ITEM = Message("здесь нет элемента {item}", "there is no item {item} here")
A_TEXT = Message("текст", "text")
A_NUMBER = Message("число", "number")
A_DATE = Message("дата", "date")
A_VALUE = Message("значение", "value")
NO_NAME = Message("нет имени {name}", "unknown name {name}")
FAILED = Message("это не вычислить ({error}: {why})", "this cannot be worked out ({error}: {why})")
IN = Message("{fault} (в {shown})", "{fault} (in {shown})")
