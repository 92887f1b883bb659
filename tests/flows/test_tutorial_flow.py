"""The whole tutorial in the real window, by keys: it opens its own sample, ticks itself off, and is taken up again."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_net import FakeNet, FakeSneaker, use_net
from open_window import OpenWindow, aside
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from core.geometry.region import Region
from core.labels.instance import Side
from core.labels.photo import Status
from core.sneaker.sample_truth import true_scene
from core.sneaker.shipped import shipped_sneaker
from gui.dialogs.export import ExportDialog
from gui.tutorial import course as signs
from gui.tutorial.coach import Coach


@pytest.fixture
def learner(opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> OpenWindow:
    """A window without a project, whose data folder is its own."""
    monkeypatch.setenv("OUTSOLE_DATA_DIR", str(tmp_path / "data"))
    place = opened(fresh=False)
    place.net = FakeNet()
    use_net(monkeypatch, place.net)
    return place


def coach(place: OpenWindow) -> Coach:
    return place.place.panels.coach


def title(place: OpenWindow) -> str:
    found = coach(place).card.findChild(QLabel, "coachTitle")
    assert found is not None
    return found.text()


def begin(place: OpenWindow) -> None:
    place.window.commands.run("tutorial")
    place.wait(lambda: coach(place).is_shown and place.place.canvas.picture is not None)
    place.settle()


def press(place: OpenWindow, name: str) -> None:
    button = coach(place).card.findChild(QPushButton, name)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    place.settle()


def step(place: OpenWindow) -> int:
    return coach(place).course.at


def sneaker_in(place: OpenWindow) -> Region:
    """What the net finds: the outline of our own sneaker, seen from the side and a little above."""
    from core.geometry.steering import rough_pose
    from core.geometry.tracing import region_from_mask
    from core.render.raster import mesh_mask

    model, mesh = shipped_sneaker()
    width, height = place.photo.size_px
    box = Region.from_box(0.3 * width, 0.35 * height, x1_px=0.7 * width, y1_px=0.65 * height)
    pose = rough_pose(place.photo.camera, box, model.extent_mm).moved([0.25, 0.35, 0.05, 0.0, 0.0, 0.0])
    return region_from_mask(mesh_mask(mesh, pose, place.photo.camera))


def ring(place: OpenWindow) -> QRect | None:
    found = place.window.findChild(QWidget, "coachRing")
    assert found is not None
    return found.geometry() if found.isVisible() else None


def rings(place: OpenWindow, name: str) -> bool:
    widget, marked = place.window.findChild(QWidget, name), ring(place)
    assert widget is not None
    return marked is not None and marked.contains(QRect(widget.mapTo(place.window, QPoint(0, 0)), widget.size()))


def free_corner(place: OpenWindow) -> tuple[float, float]:
    """A corner of the outline that the card does not cover."""
    card = coach(place).card
    for point in place.only.region.parts[0].outer.points_px:
        at = place.at(point)
        if not card.geometry().contains(card.parentWidget().mapFrom(place.window, at)):
            return float(point[0]), float(point[1])
    raise AssertionError("the card covers the whole shoe")


@pytest.mark.timeout(120)
def test_the_whole_tutorial_by_keys(learner: OpenWindow, tmp_path: Path) -> None:
    place = learner
    begin(place)
    assert place.place.desk.path == tmp_path / "data" / "tutorial" / "Tutorial.outsole"
    assert place.photo.instances == () and title(place) == "Outline the sneaker"
    assert rings(place, "palette_segment_photo")
    place.net.sneakers = (FakeSneaker(sneaker_in(place), 0.97, Side.RIGHT, 0.9),)

    place.key("S")
    place.wait(lambda: signs.OUTLINE_OFFERED in coach(place).course.ticked)
    place.key("Return")
    place.wait(lambda: step(place) == 1)
    assert title(place) == "Find its pose" and rings(place, "palette_find_pose")

    place.key("Q")
    place.wait(lambda: signs.POSE_OFFERED in coach(place).course.ticked)
    strip = place.window.findChild(QWidget, "hypothesisStrip")
    place.wait(strip.isVisible)
    place.settle()
    card = coach(place).card
    assert card.mapTo(place.window, QPoint(0, card.height())).y() <= strip.mapTo(place.window, QPoint(0, 0)).y()
    place.key("Return")
    place.wait(lambda: step(place) == 2)

    place.key("I")
    place.wait(lambda: signs.ERROR_SHOWN in coach(place).course.ticked)
    place.settle()
    corner = free_corner(place)
    place.drag(corner, aside(corner, 25.0, 15.0))
    place.wait(lambda: signs.CORRECTED in coach(place).course.ticked)
    place.key("Ctrl+Z")
    place.wait(lambda: step(place) == 3)

    place.key("Ctrl+Return")
    place.wait(lambda: step(place) == 4)
    assert place.photo.status is Status.CHECKED

    place.key("Ctrl+E")
    dialog = place.window.findChild(ExportDialog)
    assert dialog is not None
    QTest.mouseClick(dialog.findChild(QPushButton, "exportDialog_accept"), Qt.MouseButton.LeftButton)
    place.wait(lambda: coach(place).course.is_done)
    dialog.accept()
    place.wait(lambda: coach(place).course.step is None)
    assert title(place) == "That is all of it" and ring(place) is None
    press(place, "coach_done")
    assert not coach(place).is_shown


def test_escape_leaves_it_and_the_arrows_of_the_card_go_back_and_on(learner: OpenWindow) -> None:
    begin(learner)
    learner.key("Escape")
    assert coach(learner).is_shown
    press(learner, "coach_skip")
    assert step(learner) == 1 and "There is no outline yet" in words(learner)
    press(learner, "coach_skip")
    press(learner, "coach_skip")
    assert title(learner) == "Say that it is right"
    press(learner, "coach_back")
    assert step(learner) == 2
    assert learner.window.focusWidget() is learner.place.canvas


def words(place: OpenWindow) -> str:
    return " ".join(label.text() for label in coach(place).card.findChildren(QLabel) if label.isVisible())


def test_it_is_left_and_taken_up_where_one_stopped(learner: OpenWindow) -> None:
    begin(learner)
    press(learner, "coach_skip")
    photo_id = learner.session.photo_id
    press(learner, "coach_leave")
    assert not coach(learner).is_shown and "Help > Tutorial" in learner.notices[-1]
    learner.key("D")
    begin(learner)
    assert step(learner) == 1 and learner.session.photo_id == photo_id


def test_another_photo_or_project_does_not_count(learner: OpenWindow, tmp_path: Path) -> None:
    begin(learner)
    photo_id = learner.session.photo_id
    other = next(i for i in learner.session.project.entries if i != photo_id)
    learner.session.open_photo(other)
    learner.settle()
    learner.settle()
    assert "goes on with another photo" in words(learner)
    press(learner, "coach_return")
    assert learner.session.photo_id == photo_id and "Find every sneaker" in words(learner)
    assert learner.place.desk.create(tmp_path / "own.outsole")
    assert not coach(learner).is_shown
    begin(learner)
    assert step(learner) == 0 and learner.session.photo_id == photo_id


def test_a_project_that_is_opened_again_brings_its_card(learner: OpenWindow, opened) -> None:
    begin(learner)
    press(learner, "coach_skip")
    file = learner.place.desk.path
    learner.window.close()
    later = opened(fresh=False)
    assert later.place.desk.open(file)
    later.settle()
    assert coach(later).is_shown and step(later) == 1


def test_again_begins_with_a_fresh_sample(learner: OpenWindow) -> None:
    begin(learner)
    learner.add_outlined()
    learner.wait(lambda: step(learner) == 1)
    coach(learner).start_again()
    coach(learner).start_again()  # a second press while the first one is at work
    learner.wait(lambda: coach(learner).is_shown and step(learner) == 0)
    assert learner.photo.instances == ()


@pytest.mark.parametrize("size", [(1280, 800), (1000, 660)])
def test_the_card_hides_no_shoe_in_any_step(learner: OpenWindow, size: tuple[int, int]) -> None:
    learner.window.resize(*size)
    begin(learner)
    learner.place.canvas.fit()
    scene = true_scene(learner.photo.sha256)
    assert scene is not None
    card = coach(learner).card
    for _ in range(3):
        learner.settle()
        covered = [
            point
            for point in scene.shoes[0].outline.parts[0].outer.points_px
            if card.geometry().contains(card.parentWidget().mapFrom(learner.window, learner.at(point)))
        ]
        assert covered == []
        press(learner, "coach_skip")


def test_the_card_can_be_folded_and_dragged(learner: OpenWindow) -> None:
    begin(learner)
    card = coach(learner).card
    tall = card.height()
    learner.click_widget("coachFold")
    learner.settle()
    assert card.height() < tall / 2
    learner.click_widget("coachFold")
    assert card.height() == tall
    before = card.pos()
    QTest.mousePress(card, Qt.MouseButton.LeftButton, pos=QPoint(80, 12))
    QTest.mouseMove(card, QPoint(-60, 112))
    QTest.mouseRelease(card, Qt.MouseButton.LeftButton, pos=QPoint(80, 12))
    learner.settle()
    assert card.pos() == before + QPoint(-140, 100)
