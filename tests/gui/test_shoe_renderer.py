from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from panel_book import MODEL, photo, posed, sneaker
from PySide6.QtCore import QSize, QThread
from pytestqt.qtbot import QtBot

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.vtk_scene import ShoeStyle
from gui.bench.overlay_bench import blob
from gui.canvas.pose_pictures import PosePictures
from gui.canvas.shoe_drawing import RenderedShoe, RenderRequest, ViewWindow
from gui.canvas.shoe_meshes import Detail
from gui.canvas.shoe_renderer import ShoeRenderer

CAMERA = Camera.from_vertical_fov(40.0, 400, height_px=300)
VIEW = ViewWindow(0.0, 0.0, 400.0, 300.0, 1.0)
POSE = Pose.exp([1.9, 0.4, 0.3, 20.0, -10.0, 700.0])
REQUEST = RenderRequest("canvas", 0, "blob", np.ones(3), POSE, CAMERA, VIEW)
SMALL, LARGE = blob(2_000), blob(14_000)


class Shelf:
    """Loads meshes by name; a gate can hold the loader, and so the render thread, up."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.loading = threading.Event()

    def load(self, file: Path) -> Mesh:
        self.loading.set()
        assert self.gate.wait(20)
        if file.name == "torn":
            raise ValueError("the file is torn")
        return LARGE if file.name == "large" else SMALL


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def renderer(qtbot: QtBot, shelf: Shelf) -> Iterator[ShoeRenderer]:
    renderer = ShoeRenderer(load_mesh=shelf.load)
    yield renderer
    shelf.gate.set()
    renderer.stop()


@pytest.fixture
def pictures(renderer: ShoeRenderer) -> list[RenderedShoe]:
    pictures: list[RenderedShoe] = []
    renderer.rendered.connect(pictures.append)
    return pictures


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=30_000)


def test_a_request_comes_back_drawn(qtbot: QtBot, renderer: ShoeRenderer, pictures: list[RenderedShoe]) -> None:
    renderer.request(replace(REQUEST, token=41))
    until(qtbot, lambda: bool(pictures))
    (shoe,) = pictures
    assert (shoe.slot, shoe.token) == ("canvas", 41)
    assert shoe.rgba is not None and shoe.rgba[..., 3].any()
    assert len(shoe.outline) == 1
    assert shoe.elapsed_ms > 0


def test_pictures_arrive_in_the_windows_thread(qtbot: QtBot, renderer: ShoeRenderer) -> None:
    threads: list[QThread] = []
    here = QThread.currentThread()
    renderer.rendered.connect(lambda _: threads.append(QThread.currentThread()))
    renderer.request(REQUEST)
    until(qtbot, lambda: bool(threads))
    assert threads == [here]


def test_of_each_slot_only_the_newest_waits(
    qtbot: QtBot, renderer: ShoeRenderer, *, pictures: list[RenderedShoe], shelf: Shelf
) -> None:
    shelf.gate.clear()
    renderer.request(replace(REQUEST, token=1))
    until(qtbot, shelf.loading.is_set)
    for token in range(2, 30):
        renderer.request(replace(REQUEST, token=token))
        renderer.request(replace(REQUEST, slot="preview", token=100 + token))
    shelf.gate.set()
    until(qtbot, lambda: len(pictures) == 3)
    assert [(shoe.slot, shoe.token) for shoe in pictures] == [("canvas", 1), ("canvas", 29), ("preview", 129)]


def test_a_drag_is_drawn_coarse_once_the_stand_in_is_ready(
    qtbot: QtBot, renderer: ShoeRenderer, pictures: list[RenderedShoe]
) -> None:
    drag = replace(REQUEST, mesh_file="large", proxy=True)
    renderer.rendered.connect(lambda shoe: shoe.detail is Detail.FULL and renderer.request(drag))
    renderer.request(drag)
    until(qtbot, lambda: bool(pictures) and pictures[-1].detail is Detail.PROXY)
    renderer.request(replace(REQUEST, mesh_file="large", token=5, style=ShoeStyle.OUTLINE))
    renderer.rendered.disconnect()


def test_a_mesh_that_cannot_be_loaded_is_said_and_the_next_is_drawn(
    qtbot: QtBot, renderer: ShoeRenderer, pictures: list[RenderedShoe]
) -> None:
    said: list[str] = []
    renderer.failed.connect(said.append)
    for token in range(3):
        renderer.request(replace(REQUEST, mesh_file="torn", slot=str(token)))
    renderer.request(replace(REQUEST, token=9))
    until(qtbot, lambda: bool(pictures))
    assert len(said) == 1  # once, not at every mouse move
    assert "torn" in said[0]
    assert pictures[0].token == 9


def test_a_small_picture_whose_shoe_cannot_be_drawn_does_not_keep_back_the_next(
    qtbot: QtBot, renderer: ShoeRenderer
) -> None:
    blank = photo("a")
    shoes = [replace(posed(sneaker(name), blank), model_id=name) for name in ("torn", "small")]
    made = PosePictures(renderer, photo_file=lambda _: Path("nowhere"), mesh_file=lambda model: Path(model.id))
    ready: list[str] = []
    made.ready.connect(lambda _, instance_id: ready.append(instance_id))
    for shoe in shoes:
        made.get(blank, shoe, model=replace(MODEL, id=shoe.id), size=QSize(80, 60))
    until(qtbot, lambda: len(ready) == 2)
    assert made.is_idle and set(ready) == {"torn", "small"}
    made.stop()


def test_a_small_picture_is_made_anew_for_another_size_and_shown_meanwhile(
    qtbot: QtBot, renderer: ShoeRenderer
) -> None:
    blank = photo("a")
    shoe = replace(posed(sneaker("s"), blank), model_id="small")
    made = PosePictures(renderer, photo_file=lambda _: Path("nowhere"), mesh_file=lambda model: Path(model.id))
    asked = {"model": replace(MODEL, id="small")}
    sizes = (QSize(80, 60), QSize(160, 120))
    widths = []
    for size in sizes:
        before = made.get(blank, shoe, **asked, size=size)
        assert (before is None) == (size == sizes[0])
        until(qtbot, lambda: made.is_idle)
        after = made.get(blank, shoe, **asked, size=size)
        assert after is not None and made.is_idle
        widths.append(after.width())
    assert widths == [80, 160]
    made.stop()


def test_a_stopped_renderer_draws_nothing(qtbot: QtBot, renderer: ShoeRenderer, pictures: list[RenderedShoe]) -> None:
    renderer.warm_up()
    renderer.stop()
    renderer.request(REQUEST)
    renderer.warm_up()
    renderer.stop()
    assert pictures == []


def test_a_renderer_that_never_drew_stops_too(qtbot: QtBot) -> None:
    ShoeRenderer().stop()


def test_a_stored_mesh_is_found_by_its_file(qtbot: QtBot, tmp_path: Path) -> None:
    codec = pytest.importorskip("core.storage.mesh_codec")
    file = tmp_path / "blob.npz"
    file.write_bytes(codec.mesh_to_npz(SMALL))
    renderer = ShoeRenderer()
    with qtbot.waitSignal(renderer.rendered, timeout=30_000) as drawn:
        renderer.request(replace(REQUEST, mesh_file=str(file)))
    renderer.stop()
    assert drawn.args[0].rgba is not None
