"""The coach's card: all of a step, or only what comes next where all of it would hide the shoe."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gui.tutorial.card import CoachCard
from gui.tutorial.course import STEPS, Course


@pytest.fixture
def card(qtbot: QtBot) -> CoachCard:
    made = CoachCard(lambda action_id: "Q")
    qtbot.addWidget(made)
    made.show_course(Course(1))
    made.show()
    return made


def words(card: CoachCard) -> list[str]:
    return [label.text() for label in card.findChildren(QLabel) if label.isVisible() and label.text()]


def test_the_brief_card_says_what_comes_next_and_no_more(card: CoachCard) -> None:
    tall, first = card.height(), STEPS[1].parts[0].words
    assert STEPS[1].why in words(card)
    assert card.be_brief()
    assert words(card) == [STEPS[1].title, first]
    assert card.height() < 0.6 * tall
    assert not card.be_brief()


def test_another_step_is_told_in_full_again(card: CoachCard) -> None:
    card.be_brief()
    card.show_course(Course(1, frozenset(STEPS[1].parts[0].signs)))
    assert STEPS[1].why not in words(card)  # the same step
    card.show_course(Course(2))
    assert STEPS[2].why in words(card)


def test_the_hand_s_wish_holds_for_the_step(card: CoachCard) -> None:
    fold = card.findChild(QToolButton, "coachFold")
    card.be_brief()
    assert fold.toolTip() == "Show all of this step"
    fold.click()
    assert STEPS[1].why in words(card) and not card.be_brief()
    fold.click()
    assert words(card) == [STEPS[1].title]
    fold.click()
    assert STEPS[1].why in words(card)
    card.show_course(Course(2))
    assert card.be_brief()


def test_the_last_card_has_nothing_to_leave_out(card: CoachCard) -> None:
    card.show_course(Course(len(STEPS)))
    before = card.height()
    assert not card.be_brief() and card.height() == before
