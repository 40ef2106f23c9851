"""What is wrong with a configuration as a file: where it is, whether it can be read and trusted, its TOML."""

from __future__ import annotations

from b24sync.words import Both, Counted, Message, joined

PROBLEMS = Counted(("ошибка", "ошибки", "ошибок"), ("problem", "problems"))
NOT_FOUND = Message("настроек нет: искали {looked}", "no configuration found: looked for {looked}")
AND = Message("{one} и {other}", "{one} and {other}")
NO_TOML_HERE = Message("в этой папке нет файлов *.toml", "there is no *.toml in this folder")
NO_FILE = Message("такого файла или папки нет", "there is no such file or folder")
NAME_IT = Message(
    "выполните b24sync init или назовите файл в --config или $B24SYNC_CONFIG",
    "run: b24sync init, or name the file with --config or $B24SYNC_CONFIG",
)
SHARED = Message(
    "store.path: {names} работают с одной базой {database} (у каждого файла должна быть своя)",
    "store.path: {names} use the same database {database} (give each its own)",
)
USED_BY = Message(
    "store.path: с той же базой {database} работает {other} (у каждого файла должна быть своя)",
    "store.path: {other} uses the same database {database} (give each its own)",
)
UNREAD = Message("не читается: {why}", "cannot be read: {why}")
TOO_LARGE = Message(
    "больше 4 МБ, файл настроек таким не бывает", "is larger than 4 MB, which no configuration is"
)
NO_UTF8 = Message(
    "это не текст в кодировке UTF-8 (сохраните файл в UTF-8)", "is no text in UTF-8 (save the file as UTF-8)"
)
NESTED = Message("слишком много вложенных списков или таблиц", "is nested too deeply")
NO_TOML = Message("это не TOML: {what}", "no valid TOML: {what}")
NO_OTHER_FILE = Message("нет файла {path} (проверьте путь)", "there is no file {path} (correct the path)")


def at(place: str, what: Both) -> Both:
    """What is wrong, behind its place."""
    return joined([place, what], by=": ")
