"""Help > Check my pose, and the sample opened again and afresh."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from open_window import OpenWindow

from core.document.edit import Edit
from core.sneaker.sample_project import create_sample_project
from core.sneaker.sample_truth import true_scene
from gui.actions.sample import NEWER
from gui.actions.truth_actions import NO_POSE, NOT_THE_SAMPLE
from gui.canvas.truth_card import TruthCard
from gui.canvas.truth_layer import TruthLayer
from gui.pose_edits import with_pose


def sample(opened: Any, tmp_path: Path) -> OpenWindow:
    place: OpenWindow = opened(fresh=False)
    create_sample_project(tmp_path / "sample" / "sample.outsole")
    assert place.place.desk.open(tmp_path / "sample" / "sample.outsole")
    return place


def go_to(place: OpenWindow, name: str) -> None:
    entries = place.session.project.entries.values()
    place.session.open_photo(next(entry.id for entry in entries if entry.file == name))
    place.wait(lambda: place.place.canvas.picture is not None)


def card_of(place: OpenWindow) -> TruthCard:
    card = place.window.findChild(TruthCard)
    assert card is not None
    return card


def line_of(place: OpenWindow) -> TruthLayer:
    (layer,) = (item for item in place.place.canvas.scene().items() if isinstance(item, TruthLayer))
    return layer


def move(place: OpenWindow, tangent: list[float]) -> None:
    photo = place.photo
    shoe = photo.instances[0]
    assert shoe.pose is not None
    moved = with_pose(shoe, shoe.pose.moved(np.array(tangent)), photo.camera)
    assert place.session.commit(Edit.of("Move", photo, photo.with_instance(moved)))


def reason(place: OpenWindow, action_id: str) -> str:
    table = {action.id: action for action in place.window.commands.actions.table}
    return table[action_id].why_not() or ""


def test_it_is_only_for_shoes_with_a_pose_in_the_sample(on_photo: OpenWindow, opened: Any, tmp_path: Path) -> None:
    on_photo.add_shoe()
    assert reason(on_photo, "check_pose") == NOT_THE_SAMPLE
    place = sample(opened, tmp_path)
    go_to(place, "left_on_paper.jpg")
    assert reason(place, "check_pose") == NO_POSE
    go_to(place, "pair_on_concrete.jpg")
    assert reason(place, "check_pose") == ""


def test_the_card_tells_how_far_off_and_follows_every_change(opened: Any, tmp_path: Path) -> None:
    place = sample(opened, tmp_path)
    go_to(place, "pair_on_concrete.jpg")
    card, line = card_of(place), line_of(place)
    assert card.isHidden() and line.region is None
    place.window.commands.run("check_pose")
    assert not card.isHidden() and line.region is not None
    assert card.verdict == "Very good" and "0.0° and 0.0 mm off" in card.words and "came with the sample" in card.words
    place.wait(lambda: " px" in card.words)
    move(place, [0.05, 0.0, 0.0, 3.0, 0.0, 0.0])
    place.wait(lambda: card.verdict == "Good" or card.verdict == "Nearly")
    assert "2.9°" in card.words and "The sample: " in card.words
    move(place, [0.0, 0.4, 0.0, 0.0, 0.0, 0.0])
    place.wait(lambda: card.verdict == "Not yet")
    assert "Turn it" in card.words
    place.place.canvas.setFocus()
    place.key("Escape")
    assert card.isHidden() and line.region is None
    assert place.session.selected_id == place.photo.instances[0].id  # that Escape was the card's


@pytest.mark.parametrize("size", [(1280, 800), (1000, 660)])
def test_the_card_keeps_off_both_shoes(opened: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    place = sample(opened, tmp_path)
    place.window.resize(*size)
    go_to(place, "pair_on_concrete.jpg")
    place.settle()
    place.place.canvas.fit()
    place.window.commands.run("check_pose")
    place.settle()
    card = card_of(place)
    scene = true_scene(place.photo.sha256)
    assert scene is not None and len(scene.shoes) == 2
    for shoe in scene.shoes:
        for point in shoe.outline.parts[0].outer.points_px:
            at = place.place.canvas.viewport().mapFrom(place.window, place.at(point))
            assert not card.geometry().contains(at)


def test_another_photo_or_project_takes_it_away(opened: Any, tmp_path: Path) -> None:
    place = sample(opened, tmp_path)
    go_to(place, "sneaker_on_wood.jpg")
    place.window.commands.run("check_pose")
    go_to(place, "pair_on_concrete.jpg")
    assert card_of(place).isHidden() and line_of(place).region is None
    place.window.commands.run("check_pose")
    place.place.desk.close()
    assert card_of(place).isHidden()


def test_what_was_worked_on_stays_and_a_fresh_copy_lies_beside_it(
    opened: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSOLE_DATA_DIR", str(tmp_path / "data"))
    place: OpenWindow = opened(fresh=False)
    place.window.commands.run("open_sample")
    place.wait(lambda: place.place.desk.path is not None)
    first = place.place.desk.path
    assert first is not None and "Check my pose" in place.notices[-1]
    go_to(place, "sneaker_on_wood.jpg")
    move(place, [0.05, 0.0, 0.0, 0.0, 0.0, 0.0])
    place.window.commands.run("fresh_sample")
    place.wait(lambda: place.place.desk.path != first)
    second = place.place.desk.path
    assert second is not None and second.parent != first.parent and first.is_file()
    assert f"is open, in {second.parent}." in place.notices[-1]
    assert f"untouched, in {first.parent};" in place.notices[-1]
    place.place.desk.close()
    place.window.commands.run("open_sample")  # the newest one
    assert place.place.desk.path == second and NEWER not in place.notices[-1]
    with (second.parent / "left_on_paper.jpg").open("ab") as file:
        file.write(b"older")
    place.place.desk.close()
    place.window.commands.run("open_sample")
    assert NEWER in place.notices[-1]
