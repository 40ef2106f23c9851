"""Why a file is not trusted: somebody else could write it, or put another in its place."""

from __future__ import annotations

from b24sync.words import Message

OF_ANOTHER = Message(
    "принадлежит пользователю {owner}, который может его изменить (chown {me} {path})",
    "belongs to {owner}, who could change it (chown {me} {path})",
)
BY_EVERYBODY = Message(
    "доступен для записи всем (выполните chmod o-w {path} и проверьте, что в файле то, что вы написали)",
    "can be written by everybody (chmod o-w {path}, and see whether it is still what you wrote)",
)
BY_GROUP = Message(
    "доступен для записи группе (выполните chmod g-w {path} и проверьте, что в файле то, что вы написали)",
    "can be written by its group (chmod g-w {path}, and see whether it is still what you wrote)",
)
FOLDER_OF_ANOTHER = Message(
    "лежит в папке пользователя {owner}, который может его подменить (chown {me} {folder})",
    "is in a folder of {owner}, who could replace it (chown {me} {folder})",
)
FOLDER_OF_ALL = Message(
    "лежит в папке, где его может подменить кто угодно (chmod o-w {folder})",
    "is in a folder where everybody could replace it (chmod o-w {folder})",
)
FOLDER_OF_GROUP = Message(
    "лежит в папке, где его может подменить группа (chmod g-w {folder})",
    "is in a folder where a group could replace it (chmod g-w {folder})",
)
