"""Years kept between runs, so that a run from cron need not import the library."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from b24sync.domain.calendar import Calendar, Year, official_year
from b24sync.domain.calendar.official import cache_key, installed_stamp
from b24sync.domain.settings_calendar import CalendarSettings


class Kept(dict[str, str]):
    """A cache that remembers what was asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def put(self, key: str, text: str) -> None:
        self[key] = text
        self.written.append(key)


@pytest.mark.parametrize(
    ("country", "year"), [("RU", 2026), ("RU", 2027), ("RU", 2028), ("BY", 2024), ("IL", 2026)]
)
def test_a_kept_year_is_the_same_year_and_a_short_text(country: str, year: int) -> None:
    found = official_year(country, year, language="ru")

    assert Year.from_json(found.to_json()) == found
    assert len(found.to_json().encode()) < 4000


def test_a_year_is_computed_once_and_then_taken_from_the_cache() -> None:
    kept = Kept()
    first = Calendar(CalendarSettings(), cache=kept)
    for _ in range(2):
        first.is_working(date(2026, 1, 9))
    assert kept.written == [cache_key("RU", 2026, language="ru")]

    second = Calendar(CalendarSettings(), cache=kept)
    assert second.year(2026) == first.year(2026)
    assert len(kept.written) == 1


def test_the_settings_are_not_kept_with_the_year() -> None:
    kept = Kept()
    Calendar(CalendarSettings(days_off=("2026-06-15",), presidential_days=True), cache=kept).year(2026)

    assert Calendar(CalendarSettings(), cache=kept).is_working(date(2026, 6, 15))


def test_country_year_language_and_library_each_have_their_own_key() -> None:
    keys = {
        cache_key(country, year, language=language)
        for country in ("RU", "BY")
        for year in (2026, 2027)
        for language in ("ru", "en")
    }

    assert len(keys) == 8
    assert all(key.endswith(f"/{installed_stamp()}") for key in keys)


def test_the_stamp_of_the_library_names_its_release() -> None:
    import holidays

    assert installed_stamp() == f"holidays-{holidays.__version__}"


def stamp_with(path: list[Path], *options: str) -> str:
    program = (
        f"import sys; sys.path[:0] = {[str(part) for part in path]}\n"
        "from b24sync.domain.calendar.official import installed_stamp; print(installed_stamp())"
    )
    done = subprocess.run(
        [sys.executable, *options, "-c", program], capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout.strip()


def test_a_library_without_metadata_is_told_by_the_time_of_its_files(tmp_path: Path) -> None:
    package = tmp_path / "holidays"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')")

    assert stamp_with([tmp_path]) == f"holidays-{package.stat().st_mtime_ns}"


def test_an_absent_library_has_a_stamp_too() -> None:
    assert stamp_with([Path(__file__).resolve().parents[2]], "-S") == "absent"


@pytest.mark.parametrize("text", ["", "{}", "null", '{"format": 0}', '{"format": 1, "status": "sure"}'])
def test_an_unreadable_text_in_the_cache_is_replaced(text: str) -> None:
    kept = Kept()
    key = cache_key("RU", 2026, language="ru")
    kept[key] = text

    assert not Calendar(CalendarSettings(), cache=kept).is_working(date(2026, 1, 9))
    assert Year.from_json(kept[key]).year == 2026


def test_a_kept_year_of_too_few_days_or_unknown_letters_is_refused() -> None:
    text = official_year("RU", 2026, language="ru").to_json()

    for broken in (text.replace('"hhhh', '"hhh', 1), text.replace('"hhhh', '"hhh?', 1)):
        assert broken != text
        with pytest.raises(ValueError, match="letters, or unknown ones"):
            Year.from_json(broken)


def test_with_a_warm_cache_the_library_is_not_imported() -> None:
    program = """
import sys
from datetime import date
from b24sync.domain.calendar import Calendar, official_year
from b24sync.domain.calendar.official import cache_key
from b24sync.domain.settings_calendar import CalendarSettings
text = sys.stdin.read()
class Warm:
    def get(self, key): return text if key == cache_key("RU", 2026, language="ru") else None
    def put(self, key, text): raise AssertionError(key)
calendar = Calendar(CalendarSettings(), cache=Warm())
print(calendar.shift(date(2026, 1, 1)).date, "holidays" in sys.modules)
"""
    text = official_year("RU", 2026, language="ru").to_json()
    done = subprocess.run(
        [sys.executable, "-c", program], input=text, capture_output=True, encoding="utf-8", check=True
    )

    assert done.stdout.split() == ["2026-01-12", "False"]
