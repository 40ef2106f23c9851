"""What Jinja2 says of a text that it cannot read, in both languages: it gives only an English sentence."""

from __future__ import annotations

import re

from b24sync.words import Both

_THINGS = {
    "end of template": "конец текста",
    "begin of statement block": "{%",
    "end of statement block": "%}",
    "begin of print statement": "{{",
    "end of print statement": "}}",
    "begin of comment": "{#",
    "end of comment": "#}",
    "template data / text": "обычный текст",
    "name": "имя",
    "string": "текст в кавычках",
    "integer": "число",
    "float": "число",
}
_RUSSIAN = (
    (r"unexpected char (?:'(?P<sign>.+)'|\"(?P<quote>.+)\") at \d+", "лишний знак {sign}{quote}"),
    (r"unexpected 'end of template'", "запись обрывается"),
    (r"unexpected end of template, expected '(?P<other>.+)'\.?", "запись обрывается, не хватает {other}"),
    (r"expected token '(?P<other>.+)', got '(?P<thing>.+)'", "нужно {other}, а стоит {thing}"),
    (r"unexpected '(?P<thing>.+)', expected '(?P<other>.+)'", "нужно {other}, а стоит {thing}"),
    (r"Expected an expression, got '(?P<thing>.+)'", "не хватает значения перед {thing}"),
    (r"unexpected '(?P<thing>.+)'", "лишнее: {thing}"),
    (r"unexpected (?P<thing>.+)", "лишнее: {thing}"),
    (r"tag name expected", "после {{% нет слова, например if или for"),
    (
        r"Encountered unknown tag '(?P<thing>.+?)'\. .*'(?P<other>[^']+)'\. The innermost .*'(?P<open>.+)'\.",
        "команда {thing} здесь не годится: сначала закройте {open} командой {other}",
    ),
    (r"Encountered unknown tag '(?P<thing>.+?)'\..*", "нет команды {thing}"),
    (
        r"Unexpected end of template\. .*'(?P<other>[^']+)'\. The innermost block .*'(?P<thing>[^']+)'\.",
        "команда {thing} не закрыта (нужно {other})",
    ),
    (r"Unexpected end of template\..*", "текст кончается, а команда не закрыта"),
    (r"can't assign to .*", "этому имени нельзя присвоить значение"),
    (r"Can't assign to special loop variable.*", "loop нельзя взять именем цикла"),
    (r"expected name or number", "после точки нет имени или числа"),
    (r"expected subscript expression", "в скобках [] нет номера или имени"),
    (r"invalid syntax for function call expression", "скобки вызова записаны неверно"),
    (r"You cannot chain multiple tests with is", "две проверки «is» подряд нельзя"),
    (r"Invalid character in identifier", "недопустимый знак в имени"),
    (r"Missing end of comment tag", "комментарий {{# не закрыт знаком #}}"),
    (r"Missing end of raw directive", "команда raw не закрыта (нужно endraw)"),
    (r"No (?:filter|test) named '(?P<thing>.+)'\.", "нет фильтра или проверки {thing}"),
)


def text_fault(message: str) -> Both:
    """What Jinja2 found."""
    for pattern, text in _RUSSIAN:
        if found := re.fullmatch(f"(?s){pattern}", message):
            values = {
                name: _THINGS.get(value or "", value or "") for name, value in found.groupdict().items()
            }
            return Both(text.format(**values), message)
    return Both("запись не читается", message)
