"""How each disease runs: what is known of it is what the engines reckon with."""

import numpy as np
import pytest

from citywide.systems.epidemic.analysis.current import generation
from citywide.systems.epidemic.course import Course
from citywide.systems.epidemic.model import SYNDROMES
from citywide.systems.epidemic.watch.watched import STANDARD

COURSES = [one.course for one in SYNDROMES if one.course] + [Course(12.5, 3.0, 11.7, 2.0, 4)]


@pytest.mark.parametrize("course", COURSES)
def test_cases_follow_one_another_as_the_disease_is_known_to(course) -> None:
    mass = generation(course.history())
    assert abs(mass @ np.arange(1, len(mass) + 1) - course.serial) < 0.8
    incubation = course.history().incubation()
    assert abs(incubation @ np.arange(len(incubation)) - course.incubation) < 0.8


def test_each_syndrome_is_traced_by_the_course_of_its_own_disease() -> None:
    means = {one.name: STANDARD.history_of(one.name).incubation_mean for one in SYNDROMES if one.course}
    assert means == {one.name: one.course.incubation for one in SYNDROMES if one.course}
    assert len(set(means.values())) > 1
