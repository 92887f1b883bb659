"""The thread that draws shoes: it owns the one VTK scene, draws the newest request, and never keeps Qt waiting."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QObject, QThread, Signal

from core.document.store import StorageError
from core.render.vtk_scene import ShoeScene, ShoeStyle
from gui.canvas.shoe_drawing import RenderedShoe, RenderRequest, draw_shoe
from gui.canvas.shoe_meshes import Detail, MeshLoader, ShoeMeshes

_STOP_MS = 10_000


class ShoeRenderer(QObject):
    """Draws shoes in a thread of its own. Slots and signals belong to the thread that made the object.

    opened: VTK is loaded and has its window. rendered(RenderedShoe): a picture is ready. failed(str): a request could
    not be drawn; a sentence for the annotator, said once until something is drawn again. missed(slot, token): of each.
    """

    opened = Signal()
    rendered = Signal(object)
    failed = Signal(str)
    missed = Signal(str, int)

    def __init__(self, parent: QObject | None = None, *, load_mesh: MeshLoader | None = None) -> None:
        super().__init__(parent)
        self._thread = _RenderThread(ShoeMeshes(load_mesh))
        self._thread.opened.connect(self.opened)
        self._thread.drawn.connect(self.rendered)
        self._thread.broke.connect(self.failed)
        self._thread.missed.connect(self.missed)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.stop)

    def warm_up(self) -> None:
        """Make VTK's window now, so that the first shoe comes without its 0.3 to 0.6 s."""
        self._thread.wake()

    def request(self, request: RenderRequest) -> None:
        """Draw this; a request of the same slot that still waits is dropped. Returns at once."""
        self._thread.put(request)

    def stop(self) -> None:
        """End the thread, after the picture it is at; nothing is drawn any more."""
        self._thread.end()
        self._thread.wait(_STOP_MS)


class _RenderThread(QThread):
    """Waits for requests and draws them, the slots in turn."""

    opened = Signal()
    drawn = Signal(object)
    broke = Signal(str)
    missed = Signal(str, int)

    def __init__(self, meshes: ShoeMeshes) -> None:
        super().__init__()
        self._meshes = meshes
        self._waiting: OrderedDict[str, RenderRequest] = OrderedDict()
        self._changed = threading.Condition()
        self._ended = False
        self._said = ""

    def wake(self) -> None:
        """Start, unless ended."""
        if not self._ended and not self.isRunning():
            self.start(QThread.Priority.LowPriority)

    def put(self, request: RenderRequest) -> None:
        """Queue a request in the place of an older one of its slot."""
        with self._changed:
            if self._ended:
                return
            self._waiting[request.slot] = request
            self._changed.notify()
        self.wake()

    def end(self) -> None:
        """Ask the thread to end."""
        with self._changed:
            self._ended = True
            self._waiting.clear()
            self._changed.notify()

    def run(self) -> None:
        """Draw until ended."""
        scene = ShoeScene()
        scene.open()
        self.opened.emit()
        while (request := self._next()) is not None:
            self._draw(request, scene)
        self._meshes.close()
        scene.close()

    def _next(self) -> RenderRequest | None:
        with self._changed:
            self._changed.wait_for(lambda: self._ended or bool(self._waiting))
            return None if self._ended else self._waiting.popitem(last=False)[1]

    def _draw(self, request: RenderRequest, scene: ShoeScene) -> None:
        start = time.perf_counter()
        try:
            picture = self._picture(request, scene)
        except Exception as error:  # whatever it is, the annotator is told, and the next shoe may be drawn
            self._complain(request, error)
            return
        self._said = ""
        self.drawn.emit(replace(picture, elapsed_ms=(time.perf_counter() - start) * 1e3))

    def _picture(self, request: RenderRequest, scene: ShoeScene) -> RenderedShoe:
        level = self._meshes.level(request.mesh_file, Detail.PROXY if request.proxy else Detail.FULL)
        wired = request.style is ShoeStyle.WIREFRAME
        wire = self._meshes.level(request.mesh_file, Detail.WIRE) if wired else None
        return draw_shoe(request, scene, level=level, wire=wire)

    def _complain(self, request: RenderRequest, error: Exception) -> None:
        sentence = str(error)
        if not isinstance(error, StorageError):  # which is a whole sentence already
            sentence = f"The shoe {request.mesh_file} cannot be drawn ({error!r}). Import its model anew."
        if sentence != self._said:
            self._said = sentence
            self.broke.emit(sentence)
        self.missed.emit(request.slot, request.token)
