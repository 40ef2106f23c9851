"""The values of the configuration and how they are written."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24sync.domain.rule_settings import RuleSettings, Trigger
from b24sync.domain.settings import PortalSettings, Settings
from b24sync.domain.step_settings import StepSettings
from b24sync.domain.values import Deadline, Secret, format_duration, is_path, parse_duration, parse_time
from b24sync.steps.registry import MAIL_STEPS, STEPS, TASK_STEPS, step_class


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        ("0s", timedelta(0)),
    ],
)
def test_durations_are_a_number_and_a_unit(text, duration):
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "5", "m", "5 m", "-5m", "5M", "1h30m", "1.5h", "٥m\n", "99999d", "9999999999s"]
)
def test_other_durations_are_refused(text):
    with pytest.raises(ValueError, match=r'write (a duration such as|at most "3650d")'):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10_000_000))
def test_a_duration_survives_writing_and_reading(seconds):
    duration = timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration


def test_a_deadline_counts_working_days_or_days():
    assert Deadline.parse("+3wd") == Deadline(3, working=True)
    assert Deadline.parse("+2d") == Deadline(2, working=False)
    assert Deadline.parse("+1wd 9:30") == Deadline(1, working=True, at=time(9, 30))
    assert str(Deadline.parse("+1wd 9:30")) == "+1wd 09:30"


@pytest.mark.parametrize("text", ["3wd", "+3", "+3w", "-1d", "+1wd 25:00", "+1wd  10:00", "+1wd 10"])
def test_other_deadlines_are_refused(text):
    with pytest.raises(ValueError, match="write"):
        Deadline.parse(text)


@pytest.mark.parametrize("text", ["24:00", "10", "10:60", "10:00:00", ""])
def test_other_times_are_refused(text):
    with pytest.raises(ValueError, match='write a time such as "10:00"'):
        parse_time(text)


def test_a_secret_is_shown_by_nothing_but_reveal():
    secret = Secret("hunter2")
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret:>20}",
        repr([secret]),
        repr(PortalSettings(webhook=secret)),
    ]
    assert not any("hunter2" in text for text in shown)
    assert secret.reveal() == "hunter2"


def test_a_secret_is_neither_pickled_nor_copied():
    with pytest.raises(TypeError, match="not stored"):
        pickle.dumps(Secret("hunter2"))
    with pytest.raises(TypeError, match="not stored"):
        copy.deepcopy(Secret("hunter2"))


def test_secrets_are_equal_by_their_text_and_false_if_empty():
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert not Secret()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("deal.fields.UF_CRM_OBJECT", True),
        (" deal.contact_id ", True),
        ("deal", False),
        ("Казань", False),
        ("{{ deal.title }}", False),
        ("ул. Ленина", False),
        ("deal.title ", True),
        ("3.5", False),
    ],
)
def test_a_bare_path_is_told_from_a_text(text, path):
    assert is_path(text) is path


def test_settings_cannot_be_changed():
    settings = Settings(portal=PortalSettings(webhook=Secret("x")))
    with pytest.raises(FrozenInstanceError):
        settings.language = "en"


def test_the_short_form_of_a_status_is_a_move_to_it():
    rule = RuleSettings(
        name="a", on=("invoice.created", "invoice.paid"), from_=("sent",), steps=(StepSettings(),)
    )
    assert rule.triggers() == (
        Trigger("invoice.created"),
        Trigger("invoice.status_changed", ("sent",), ("paid",)),
    )
    assert rule.triggers()[1].kind == "invoice"


def test_moves_keep_their_from_and_to():
    rule = RuleSettings(name="a", on=("deal.stage_changed",), from_=("NEW",), to=("WON",), steps=())
    assert rule.triggers() == (Trigger("deal.stage_changed", ("NEW",), ("WON",)),)


@pytest.mark.parametrize("name", STEPS)
def test_every_step_of_the_registry_is_found_by_its_name(name):
    found = step_class(name)
    assert issubclass(found, StepSettings)
    assert found.name == name
    assert found.__module__ == f"b24sync.steps.{name}"


def test_an_unknown_step_is_no_class():
    with pytest.raises(KeyError):
        step_class("notfy")


def test_the_steps_that_finished_task_sets_wait_for_are_those_that_make_tasks():
    assert {name for name in STEPS if step_class(name).makes_tasks} == set(TASK_STEPS)


def test_the_steps_that_are_sent_one_at_a_time_are_those_that_mail():
    assert {name for name in STEPS if step_class(name).sends == "mail"} == set(MAIL_STEPS)
