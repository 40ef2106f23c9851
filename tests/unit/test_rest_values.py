from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from b24sync.rest import dates, json_values


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-08-30T02:00:00+02:00", date(2024, 8, 30)),
        ("2024-08-30T03:00:00+03:00", date(2024, 8, 30)),
        ("2024-08-29T19:00:00-05:00", date(2024, 8, 30)),
        ("2024-08-30T00:00:00+03:00", date(2024, 8, 30)),
        ("2024-08-30", date(2024, 8, 30)),
        ("", None),
        (None, None),
        ("2024-13-40", None),
        ({}, None),
    ],
)
def test_a_date_is_the_day_that_was_meant_whatever_the_offset_of_the_server(text, day):
    assert dates.parse_date(text) == day


def test_a_time_becomes_aware_utc_and_rubbish_becomes_nothing():
    assert dates.parse_time("2024-07-22T18:00:08+02:00") == datetime(2024, 7, 22, 16, 0, 8, tzinfo=UTC)
    assert dates.parse_time("2024-07-22T18:00:08Z") == datetime(2024, 7, 22, 18, 0, 8, tzinfo=UTC)
    assert dates.parse_time("yesterday or so") is None
    assert dates.parse_time({}) is None


def test_a_sent_date_has_no_time_and_a_sent_time_is_utc():
    moment = datetime(2024, 7, 22, 1, 0, tzinfo=timezone(timedelta(hours=3)))
    assert dates.send_date(moment) == "2024-07-22"
    assert dates.send_time(moment) == "2024-07-21T22:00:00+00:00"
    with pytest.raises(ValueError, match="time zone"):
        dates.send_time(datetime(2024, 7, 22))


@pytest.mark.parametrize(
    "text", ["31.12.2024", "12/31/2024 11:59:59 pm", "2024-12-31", "31.12.2024 23:59:59"]
)
def test_dates_of_lists_are_read_in_the_formats_of_sites(text):
    assert dates.parse_site_date(text) == date(2024, 12, 31)


def test_other_texts_of_lists_are_no_dates():
    assert dates.parse_site_date("soon") is None
    assert dates.parse_site_date(5) is None


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (7, 7),
        ("7", 7),
        (7.0, 7),
        (0, None),
        ("0", None),
        ("", None),
        (None, None),
        (True, None),
        ("x7", None),
        (-1, None),
    ],
)
def test_an_empty_reference_is_none_however_the_portal_writes_it(raw, found):
    assert json_values.id_or_none(raw) == found


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        (999.9, "999.9"),
        (0.1, "0.1"),
        ("100.00", "100.00"),
        (100, "100"),
        ("100.5|USD", "100.5"),
        (None, "0"),
        ("abc", "0"),
    ],
)
def test_money_is_exactly_what_the_json_shows(raw, amount):
    assert json_values.money(raw) == Decimal(amount)
    assert str(json_values.money(raw)) == amount


@pytest.mark.parametrize(
    ("camel", "original"),
    [
        ("ufCrm_1747309879", "UF_CRM_1747309879"),
        ("ufCrm3_1747309727", "UF_CRM_3_1747309727"),
        ("ufCrm3Digit", "UF_CRM_3_DIGIT"),
        ("ufCrmProjectLead", "UF_CRM_PROJECT_LEAD"),
        ("ufCrm_PROJECT2", "UF_CRM_PROJECT2"),
        ("UF_CRM_X", "UF_CRM_X"),
        ("title", "title"),
    ],
)
def test_custom_fields_of_old_portals_get_their_own_names(camel, original):
    assert json_values.original_uf_name(camel) == original


def test_the_same_field_written_in_another_way_compares_equal():
    assert json_values.comparable("taxValue", 100.0) == json_values.comparable("taxValue", 100)
    assert json_values.comparable("f", "2024-08-30T02:00:00+02:00") == json_values.comparable(
        "f", "2024-08-30T03:00:00+03:00"
    )
    assert json_values.comparable("companyId", 0) is None
    assert json_values.comparable("companyId", "0") is None
    assert json_values.comparable("quantity", 0) == 0
    assert json_values.comparable("x", []) is json_values.comparable("x", "") is None


def test_a_file_is_its_id_since_its_link_changes_with_every_reading():
    first = {"id": 5, "url": "/a?t=1", "urlMachine": "https://p/rest/1/secret/f?token=a"}
    second = {**first, "urlMachine": "https://p/rest/1/secret/f?token=b"}
    assert (
        json_values.comparable("UF_CRM_FILE", [first])
        == json_values.comparable("UF_CRM_FILE", [second])
        == [5]
    )


def test_no_link_of_a_file_is_kept_in_a_row():
    row = {
        "id": 1,
        "UF_CRM_FILE": [{"id": 5, "urlMachine": "https://p/rest/1/secret/"}],
        "fm": [{"value": "x"}],
    }
    assert json_values.scrubbed(row) == {"id": 1, "UF_CRM_FILE": [{"id": 5}], "fm": [{"value": "x"}]}


def test_typed_values_are_sent_as_the_portal_takes_them():
    assert json_values.to_portal(Decimal("100.50")) == "100.50"
    assert json_values.to_portal(date(2026, 3, 10)) == "2026-03-10"
    assert json_values.to_portal(None) == ""
    assert json_values.to_portal(("D_1", "SI_2")) == ["D_1", "SI_2"]
