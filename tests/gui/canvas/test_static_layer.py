"""The picture of all that nobody touches: painted once, and patched only where an instance is another object."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.geometry.region import Region
from core.labels.instance import Instance
from gui.canvas import static_layer
from gui.canvas.photo_view import PhotoView
from gui.canvas.static_layer import Backdrop, StaticLayer
from gui.session import ViewOptions


def square(name: str, x: float, y: float) -> Instance:
    return Instance(name, "sneaker", region=Region.from_box(x, y, x1_px=x + 40, y1_px=y + 40))


INSTANCES = tuple(square(f"{column}{row}", 80.0 * column, 80.0 * row) for column in range(5) for row in range(4))
BACKDROP = Backdrop(size_px=(400, 320), instances=INSTANCES)


class Watched:
    """A shown view with a static layer, and the ids of what was painted since it was last asked."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.painted: list[str] = []
        real = static_layer.paint_outline

        def paint(*arguments, **named) -> None:
            self.painted.append(named["instance"].id)
            real(*arguments, **named)

        monkeypatch.setattr(static_layer, "paint_outline", paint)
        self.view = PhotoView()
        self.layer = StaticLayer()
        self.view.add_layer(self.layer)
        qtbot.addWidget(self.view)
        self.view.resize(500, 400)
        self.view.show()
        self.view.fit((400, 320))
        self.show(BACKDROP)

    def show(self, backdrop: Backdrop) -> set[str]:
        """Show a backdrop; what had to be painted for it."""
        self.painted.clear()
        self.layer.show_backdrop(backdrop)
        self.pixels()
        return set(self.painted)

    def pixels(self) -> QImage:
        """What is seen."""
        return self.view.grab().toImage()


@pytest.fixture
def watched(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(qtbot, monkeypatch)


def test_the_same_objects_cost_nothing(watched: Watched) -> None:
    assert watched.show(replace(BACKDROP)) == set()
    assert watched.show(replace(BACKDROP, instances=(*INSTANCES,))) == set()


def test_only_what_is_another_object_is_painted_again(watched: Watched) -> None:
    changed = INSTANCES[7].with_region(INSTANCES[7].region.moved((3.0, 3.0)))
    instances = tuple(changed if i.id == changed.id else i for i in INSTANCES)
    assert watched.show(replace(BACKDROP, instances=instances)) == {changed.id}


def test_what_is_taken_into_the_hand_leaves_the_picture_and_comes_back(watched: Watched) -> None:
    before = watched.pixels()
    assert watched.show(replace(BACKDROP, live_ids=frozenset({"11"}))) == set()
    assert watched.pixels() != before
    assert watched.show(BACKDROP) == {"11"}
    assert watched.pixels() == before


def test_neighbours_under_a_patch_are_painted_with_it(watched: Watched) -> None:
    over = square("over", 85.0, 85.0)
    assert watched.show(replace(BACKDROP, instances=(*INSTANCES, over))) == {"over", "11"}


@pytest.mark.parametrize("view", [ViewOptions(brightness=0.2), ViewOptions(hidden_ids=frozenset({"00"}))])
def test_another_look_is_painted_anew(watched: Watched, view: ViewOptions) -> None:
    assert watched.show(replace(BACKDROP, view=view)) == {i.id for i in INSTANCES} - view.hidden_ids


def test_a_patched_picture_is_the_one_painted_anew(watched: Watched) -> None:
    instances = tuple(i.with_region(i.region.moved((5.0, 0.0))) if i.id in ("00", "22") else i for i in INSTANCES)
    watched.show(replace(BACKDROP, instances=instances))
    patched = watched.pixels()
    watched.view.fit()
    watched.show(replace(BACKDROP, instances=instances, surround="#000000"))
    assert watched.show(replace(BACKDROP, instances=instances)) == {i.id for i in INSTANCES}
    assert watched.pixels() == patched
