"""What the registry says of a step without loading it is what its class says."""

from __future__ import annotations

import pytest

from b24sync.steps.registry import MAIL_STEPS, STEPS, TASK_STEPS, step_class


@pytest.mark.parametrize("name", STEPS)
def test_a_class_has_the_name_that_it_is_registered_under(name):
    assert step_class(name).name == name


def test_the_steps_that_make_tasks_and_send_mail_are_those_whose_class_says_so():
    classes = [step_class(name) for name in STEPS]
    assert {one.name for one in classes if one.makes_tasks} == set(TASK_STEPS)
    assert {one.name for one in classes if one.sends == "mail"} == set(MAIL_STEPS)


@pytest.mark.parametrize("name", STEPS)
def test_whatever_writes_to_the_portal_says_which_scope_it_needs_or_needs_the_crm_alone(name):
    needs = step_class(name).scopes
    assert all(need.scopes and need.methods for need in needs)
