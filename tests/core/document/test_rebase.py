"""Edits begun from older photos: what one side changed is kept, what both changed is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.document.edit import Edit, StaleEdit, Value
from core.document.rebase import rebased
from core.geometry.region import Region
from core.labels.instance import Instance, Side
from core.labels.photo import Photo, Status, guessed_camera
from core.labels.project import Category


def outlined(name: str, at: float = 0.0) -> Instance:
    return Instance(name, "sneaker", region=Region.from_box(at, at, x1_px=at + 9, y1_px=at + 9))


A, B, C = outlined("a"), outlined("b", 20.0), outlined("c", 40.0)
BEFORE = Photo("p", "p.jpg", (100, 80), guessed_camera(100, 80), instances=(A, B))


def on(now: Value | None, edit: Edit) -> Photo:
    ((before, after),) = rebased(edit, lambda value: now).changes
    assert before is now and isinstance(after, Photo)
    return after


def test_an_edit_of_what_is_there_is_left_as_it_is() -> None:
    edit = Edit.of("Outline", BEFORE, BEFORE.with_instance(C))
    assert rebased(edit, lambda value: BEFORE) == edit


def test_an_outline_keeps_what_keys_changed_while_it_was_drawn() -> None:
    now = BEFORE.with_instance(A.with_side(Side.LEFT)).with_status(Status.CHECKED)
    after = on(now, Edit.of("Outline", BEFORE, BEFORE.with_instance(C)))
    assert after.instances == (A.with_side(Side.LEFT), B, C) and after.status is Status.CHECKED


def test_what_both_sides_changed_is_refused_with_a_sentence() -> None:
    now = BEFORE.with_instance(A.with_side(Side.LEFT))
    edit = Edit.of("Move vertex", BEFORE, BEFORE.with_instance(A.with_region(C.region)))
    with pytest.raises(StaleEdit, match="“Move vertex” was not made: .* p.jpg"):
        rebased(edit, lambda value: now)


def test_deleting_what_was_changed_meanwhile_is_refused_and_what_is_gone_already_is_no_matter() -> None:
    edit = Edit.of("Delete instance", BEFORE, BEFORE.without_instance("b"))
    assert on(BEFORE.without_instance("b").with_instance(C), edit).instances == (A, C)
    with pytest.raises(StaleEdit):
        rebased(edit, lambda value: BEFORE.with_instance(B.with_side(Side.RIGHT)))


def test_values_that_are_equal_but_not_the_same_count_as_unchanged() -> None:
    copy = replace(BEFORE, instances=tuple(replace(instance) for instance in BEFORE.instances))
    after = on(BEFORE, Edit.of("Import", copy, copy.with_instance(C)))
    assert after.instances == (A, B, C) and after.instances[0] is A


def test_status_and_camera_go_along_only_when_the_edit_changed_them() -> None:
    wider = BEFORE.camera.with_vertical_fov(80.0)
    after = on(BEFORE.with_status(Status.LABELLED), Edit.of("Camera", BEFORE, BEFORE.with_camera(wider)))
    assert after.camera == wider and after.status is Status.LABELLED


def test_a_category_somebody_else_changed_is_refused() -> None:
    leg = Category("leg", "leg", "#e69f00")
    edit = Edit.of("Category name", leg, replace(leg, name="shin"))
    assert rebased(edit, lambda value: replace(leg)).changes[0][1] == replace(leg, name="shin")
    with pytest.raises(StaleEdit, match="was changed meanwhile"):
        rebased(edit, lambda value: replace(leg, name="foot"))
