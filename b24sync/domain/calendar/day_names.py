"""Russian names of holidays, for countries whose names ``holidays`` does not have in Russian."""

from __future__ import annotations

import re

_NAMES = {
    "New Year's Day": "Новый год",
    "Orthodox Christmas": "Православное Рождество",
    "International Women's Day": "Международный женский день",
    "Women's Day": "Международный женский день",
    "Nowruz": "Навруз",
    "Nowruz Holiday": "Наурыз мейрамы",
    "Kazakhstan's People Solidarity Holiday": "Праздник единства народа Казахстана",
    "Defender of the Fatherland Day": "День защитника Отечества",
    "Victory Day": "День Победы",
    "Day of Memory and Honor": "День памяти и почестей",
    "Capital Day": "День столицы",
    "Constitution Day": "День Конституции",
    "Republic Day": "День Республики",
    "Independence Day": "День Независимости",
    "First President Day": "День Первого Президента",
    "Eid al-Adha": "Курбан-байрам",
    "Eid al-Fitr": "Рамазан-байрам",
    "Teachers and Instructors Day": "День учителя и наставника",
    "Additional day off by Presidential decree": "Дополнительный выходной по указу Президента",
}
_MOVED = re.compile(r"Day off \(substituted from (\d{2})/(\d{2})/(\d{4})\)")
_NOTES = {"observed": "выходной", "estimated": "оценка", "observed, estimated": "выходной, оценка"}
_WITH_NOTE = re.compile(r"(.+) \((observed|estimated|observed, estimated)\)")


def russian_name(text: str) -> str:
    """The name in Russian; an unknown one stays. Several names of one day are joined by ``"; "``."""
    return "; ".join(map(_one, text.split("; ")))


def _one(name: str) -> str:
    moved = _MOVED.fullmatch(name)
    if moved:
        return f"Выходной (перенесено с {moved[2]}.{moved[1]}.{moved[3]})"
    noted = _WITH_NOTE.fullmatch(name)
    if noted and noted[1] in _NAMES:
        return f"{_NAMES[noted[1]]} ({_NOTES[noted[2]]})"
    return _NAMES.get(name, name)
