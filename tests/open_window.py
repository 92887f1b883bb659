"""The real window on a small project, and a hand for it: events go to its window as the desktop would send them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np
from job_builders import lofted_shoe, painted_photo, true_pose
from PySide6.QtCore import QEventLoop, QPoint, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.document.edit import Edit
from core.document.signal import Signal
from core.geometry.region import Region
from core.jobs.inline import InlineCore
from core.jobs.messages import Request
from core.jobs.protocol import CoreState, InferenceCore, Listener, is_background
from core.labels.instance import Instance, PoseEstimate, Side, new_id
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from gui.app import make_application, make_window
from gui.inference import Inference
from gui.main_window import MainWindow
from gui.preferences import Preferences

PATIENCE_MS = 20_000
NONE = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
LEFT = Qt.MouseButton.LeftButton
SQUARE = ((60.0, 60.0), (160.0, 60.0), (160.0, 140.0), (60.0, 140.0))
Point = Sequence[float]


class OpenWindow:
    """A shown window with a project of one photo, and the hand that works in it."""

    def __init__(self, qtbot: QtBot, folder: Path, core: InferenceCore | None = None) -> None:
        self._qtbot = qtbot
        make_application(["outsole"])
        self.preferences = Preferences(folder / "config")
        self.preferences.set("box_method", "colour only")  # tests of the window need no trained network
        self.window = make_window(self.preferences, Inference(core or InlineCore()))
        self.place = self.window.workplace
        self.session = self.place.session
        self.notices: list[str] = []
        self.session.signals.noticed.connect(lambda notice: self.notices.append(f"{notice.level}: {notice.text}"))
        self.window.resize(QSize(1280, 800))
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    # ---- what there is

    @property
    def photo(self) -> Photo:
        """The open photo."""
        photo = self.session.photo
        assert photo is not None
        return photo

    @property
    def history(self) -> list[str]:
        """Labels of what was done after the photo was added."""
        assert self.session.document is not None
        labels = [line.label for line in self.session.document.history.done]
        return labels[labels.index("Add photo") + 1 :]

    @property
    def only(self) -> Instance:
        """The photo's one instance."""
        (instance,) = self.photo.instances
        return instance

    def begin(self, folder: Path) -> None:
        """A project with one painted photo, opened."""
        file = painted_photo(folder).file
        assert self.place.desk.create(folder / "shoes.outsole")
        photo = photo_of(Path(file), folder)
        assert self.session.commit(Edit.of("Add photo", None, photo))
        self.session.open_photo(photo.id)
        self.wait(lambda: self.place.canvas.picture is not None)

    def add_outlined(self, points: Sequence[Point] = SQUARE, side: Side = Side.UNKNOWN) -> Instance:
        """An outline in the open photo, chosen."""
        instance = Instance(new_id(), "sneaker", side, Region.from_points(points))
        self.session.commit(Edit.of("Outline", self.photo, self.photo.with_instance(instance)))
        self.session.select(instance.id)
        return instance

    def add_shoe(self) -> Instance:
        """A right shoe whose outline is exact and whose pose is some degrees and millimetres off, chosen."""
        from core.geometry.tracing import region_from_mask
        from core.render.raster import mesh_mask

        mesh = lofted_shoe()
        store = self.place.desk.store
        assert store is not None
        length, width, height = (float(e) for e in mesh.extent_mm)
        model = ShoeModel(new_id(), "Lofted", store.add_mesh(mesh), (length, width, height), 300.0)
        self.session.commit(Edit.of("Add model", None, model))
        outline = region_from_mask(mesh_mask(mesh, true_pose(), self.photo.camera))
        start = true_pose().moved([0.06, -0.05, 0.08, 8.0, -6.0, 50.0])
        estimate = PoseEstimate(start, camera_source=self.photo.camera.source)
        shoe = Instance(new_id(), "sneaker", Side.RIGHT, outline, (), model.id, model.size, estimate)
        self.session.commit(Edit.of("Add shoe", self.photo, self.photo.with_instance(shoe)))
        self.session.select(shoe.id)
        return shoe

    # ---- the hand; points in photo px

    def wait(self, until: object) -> None:
        """Wait for a condition."""
        self._qtbot.waitUntil(until, timeout=PATIENCE_MS)

    def settle(self) -> None:
        """Let everything that waits for a turn of the event loop have it, as between any two acts of a hand."""
        for _ in range(2):
            turn = QEventLoop()
            QTimer.singleShot(0, turn.quit)
            turn.exec()

    def key(self, keys: str) -> None:
        """Press keys, as "Ctrl+Shift+Z"."""
        self.settle()
        combination = QKeySequence(keys)[0]
        QTest.keyClick(self.window.windowHandle(), combination.key(), combination.keyboardModifiers())

    def type_text(self, text: str) -> None:
        """Type letters."""
        for letter in text:
            QTest.keyClick(self.window.windowHandle(), ord(letter))

    def click(self, point: Point, held: Qt.KeyboardModifier = NONE) -> None:
        """Click the photo."""
        self.settle()
        QTest.mouseClick(self.window.windowHandle(), LEFT, held, self.at(point))

    def press(self, point: Point, held: Qt.KeyboardModifier = NONE) -> None:
        """Put the button down."""
        self.settle()
        QTest.mousePress(self.window.windowHandle(), LEFT, held, self.at(point))

    def move(self, point: Point) -> None:
        """Move the pointer."""
        QTest.mouseMove(self.window.windowHandle(), self.at(point))

    def release(self, point: Point, held: Qt.KeyboardModifier = NONE) -> None:
        """Let the button go."""
        QTest.mouseRelease(self.window.windowHandle(), LEFT, held, self.at(point))

    def drag(self, start: Point, end: Point, held: Qt.KeyboardModifier = NONE) -> None:
        """Press, move in steps, let go."""
        self.press(start, held)
        for share in np.linspace(0, 1, 7)[1:]:
            self.move(np.asarray(start) + share * (np.asarray(end) - start))
        self.release(end, held)

    def click_widget(self, name: str) -> None:
        """Click a widget of the window in its middle."""
        widget = self.window.findChild(QWidget, name)
        assert widget is not None and widget.isVisible()
        place = widget.mapTo(self.window, widget.rect().center())
        QTest.mouseClick(self.window.windowHandle(), LEFT, NONE, place)

    def at(self, point: Point) -> QPoint:
        """Where a point of the photo is in the window."""
        canvas = self.place.canvas
        place = canvas.screen_point((float(point[0]), float(point[1]))).toPoint()
        return canvas.viewport().mapTo(self.window, place)

    def seen(self, point: Point) -> tuple[float, float]:
        """The photo px that a click on a point really hits, whole screen px that they are."""
        canvas = self.place.canvas
        at = canvas.photo_point(QPointF(canvas.viewport().mapFrom(self.window, self.at(point))))
        return at.x(), at.y()


class HeldCore:
    """A core whose answers wait until a test lets them go; live figures are answered at once."""

    def __init__(self) -> None:
        self.on_state: Signal[CoreState] = Signal()
        self.state = CoreState.READY
        self.cancelled: set[int] = set()
        self._inline = InlineCore()
        self._numbers = count(1_000_000)
        self._held: list[tuple[int, Request, Listener]] = []

    @property
    def held(self) -> tuple[Request, ...]:
        """What waits for its answer."""
        return tuple(request for _, request, _ in self._held)

    def start(self) -> None:
        """Nothing to start."""

    def submit(self, request: Request, listener: Listener) -> int:
        """Keep it, unless nobody waits for it."""
        if is_background(request):
            return self._inline.submit(request, listener)
        number = next(self._numbers)
        self._held.append((number, request, listener))
        return number

    def cancel(self, job_id: int) -> None:
        """Remember which."""
        self.cancelled.add(job_id)

    def answer(self) -> None:
        """Answer everything that was asked, from a thread as a real core does."""
        from core.jobs.tasks import run_job

        held, self._held = self._held, []
        for number, request, listener in held:

            def work(number: int = number, request: Request = request, listener: Listener = listener) -> None:
                listener(run_job(number, request, report=lambda step: number not in self.cancelled))

            thread = threading.Thread(target=work)
            thread.start()
            thread.join()

    def close(self) -> None:
        """Nothing to end."""


def aside(point: Point, dx: float, dy: float) -> tuple[float, float]:
    """A point so many px from another."""
    return float(point[0]) + dx, float(point[1]) + dy


def photo_of(file: Path, folder: Path) -> Photo:
    """A photo as the program reads it."""
    from core.storage.image_file import photo_from_file

    return photo_from_file(file, project_folder=folder, position=0)


def close(window: MainWindow) -> None:
    """Close as the annotator does."""
    window.close()
    assert not window.isVisible()
