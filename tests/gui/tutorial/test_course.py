"""The tutorial's state machine without a window: given what is seen, which step, and whether it is done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.geometry.region import Region
from core.labels.instance import Instance
from gui.tutorial import course as c
from gui.tutorial.course import END, STEPS, Course, Facts, course_from_words, course_to_words

SHOE = Instance("a", "sneaker", region=Region.from_box(10, 10, x1_px=60, y1_px=40))
MOVED = replace(SHOE, region=Region.from_box(12, 10, x1_px=60, y1_px=40))


def seen(*signs: str, instances: tuple[Instance, ...] = (), here: bool = True) -> Facts:
    return Facts(frozenset({*signs, c.HERE} if here else signs), instances)


def at(step: int) -> Course:
    return Course(step)


def test_five_steps_each_with_something_to_do_and_one_sentence_why() -> None:
    assert END == 5
    for step in STEPS:
        assert step.title and any(part.needed for part in step.parts)
        assert len(step.why) < 120 and step.why.endswith(".")


def test_an_outline_that_is_offered_is_half_of_the_first_step() -> None:
    course = Course().seen(seen())
    assert course.next_part is STEPS[0].parts[0] and not course.is_done
    course = course.seen(seen(c.OUTLINE_OFFERED))
    assert course.next_part is STEPS[0].parts[1] and not course.is_done
    course = course.seen(seen(c.OUTLINED))
    assert course.is_done and course.next_part is None


def test_an_outline_drawn_by_hand_does_as_well() -> None:
    assert Course().seen(seen(c.OUTLINED)).is_done


def test_what_was_seen_stays_ticked_when_it_is_gone() -> None:
    course = at(1).seen(seen(c.OUTLINED, c.POSE_OFFERED, c.POSE_FLIPPED)).seen(seen(c.OUTLINED))
    assert [course.has(part) for part in STEPS[1].parts] == [True, True, False]


def test_flipping_through_poses_may_be_left_out() -> None:
    course = at(1).seen(seen(c.OUTLINED, c.POSE_OFFERED))
    assert course.next_part is STEPS[1].parts[2]
    assert course.seen(seen(c.OUTLINED, c.POSED)).is_done


def test_a_correction_is_an_outline_that_is_another_one_and_only_then_its_undo_counts() -> None:
    course = at(2).seen(seen(c.TAKEN_BACK, instances=(SHOE,)))
    assert not course.ticked  # something was undone before: that is not what is asked for
    course = course.seen(seen(c.ERROR_SHOWN, instances=(SHOE,)))
    course = course.seen(seen(instances=(MOVED,)))
    assert course.ticked == {c.ERROR_SHOWN, c.CORRECTED} and not course.is_done
    assert course.seen(seen(c.TAKEN_BACK, instances=(SHOE,))).is_done


def test_an_instance_that_is_new_is_no_correction() -> None:
    other = replace(SHOE, id="b")
    assert not at(2).seen(seen(instances=(SHOE,))).seen(seen(instances=(SHOE, other))).ticked


@pytest.mark.parametrize("step", range(END - 1))
def test_another_photo_is_not_looked_at(step: int) -> None:
    everything = [sign for part in STEPS[step].parts for sign in part.signs]
    assert not at(step).seen(seen(*everything, here=False)).ticked


def test_an_export_counts_wherever_one_is() -> None:
    assert at(4).seen(seen(c.EXPORTED, here=False)).is_done


def test_steps_can_be_left_out_and_gone_back_to() -> None:
    course = Course().onward().onward()
    assert course.at == 2 and not course.ticked
    back = course.back()
    assert back.at == 1 and back.again
    assert Course().back() == Course()
    assert at(END - 1).onward().step is None and at(END).onward().at == END and at(END).next_part is None


def test_nothing_seen_is_the_same_course() -> None:
    course = Course().seen(seen())
    assert course.seen(seen()) is course


@pytest.mark.parametrize("course", [Course(), Course(2, frozenset({c.ERROR_SHOWN, c.CORRECTED})), Course(END)])
def test_it_is_kept_in_words(course: Course) -> None:
    assert course_from_words(course_to_words(course)) == course


@pytest.mark.parametrize("words", [{}, {"at": "nine"}, {"at": "9"}, {"at": "-1"}, {"at": "0", "ticked": "nonsense"}])
def test_words_that_cannot_be_read_are_the_beginning(words: dict[str, str]) -> None:
    assert course_from_words(words) == Course()
