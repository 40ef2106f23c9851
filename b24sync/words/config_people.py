"""What is wrong with how people and mail addresses are named in the configuration."""

from __future__ import annotations

from b24sync.words import Message

NEEDS_EVENT = Message(
    "'{text}' бывает только у события, а здесь события нет (укажите user:ID)",
    "'{text}' needs an event, and there is none here (write user:ID)",
)
NAMED_NEEDS_EVENT = Message(
    "'{name}' это {meaning}, а события здесь нет (укажите user:ID)",
    "'{name}' is {meaning}, which needs an event, and there is none here (write user:ID)",
)
NAMED_ELSEWHERE = Message(
    "'{name}' это {meaning}, а у этих событий {root} нет (укажите другого)",
    "'{name}' is {meaning}, and these events have no {root} (name another person)",
)
NO_SELECTOR = Message(
    "'{text}': так сотрудника не указать (напишите user:ID или department:ID)",
    "'{text}' is no selector (write user:ID or department:ID)",
)
NO_ADDRESS = Message(
    "'{text}' не адрес электронной почты (напишите box@host)",
    "'{text}' is no e-mail address (write box@host)",
)
NOBODY = Message("нет сотрудника с именем '{text}'{hint}", "no person called '{text}'{hint}")
WRITE_ID = Message("укажите user:ID", "write user:ID")
AN_ID = Message("user:ID", "user:ID")
NO_ROOT = Message("'{text}': {root} здесь нет{hint}", "'{text}': there is no {root} here{hint}")
NO_WAY = Message("'{text}' не приводит к сотруднику{hint}", "'{text}' is no path to a person{hint}")
WRITE_WAY = Message(
    "укажите {root}.responsible или {root}.fields.КОД", "write {root}.responsible or {root}.fields.CODE"
)
IN_A_CIRCLE = Message(
    "'{selector}' возвращает к началу по кругу (укажите, кто это)",
    "'{selector}' leads round in a circle (write who it is)",
)
NO_NAME = Message(
    "такого имени здесь быть не может (выберите другое: буквы, цифры и _)",
    "cannot be a person's name here (choose another; letters, digits and _)",
)
