"""What is wrong with a text or a condition of the configuration before anything is worked out."""

from __future__ import annotations

from b24sync.words import Message

NOT_AVAILABLE = Message("{word} здесь нельзя", "{word} is not available here")
UNKNOWN_FILTER = Message("нет фильтра {name}{hint}", "unknown filter {name}{hint}")
UNKNOWN_TEST = Message("нет проверки {name}{hint}", "unknown test {name}{hint}")
DEEP_LOOPS = Message("больше {most} циклов один в другом", "more than {most} loops inside each other")
AT_LINE = Message("строка {line}: {fault}", "line {line}: {fault}")
NO_LIST = Message("{name} не список", "{name} is no list")
HAS_NO = Message("у {owner} нет {name}{hint}", "{owner} has no {name}{hint}")
NOT_HERE = Message("{name} здесь нет{hint}", "{name} is not known here{hint}")
UNKNOWN_NAME = Message("нет имени {name}{hint}", "unknown name {name}{hint}")
NO_COMMISSION = Message(
    "без раздела [commission] имени commission нет (добавьте этот раздел)",
    "commission is unknown without [commission] (add that section)",
)
