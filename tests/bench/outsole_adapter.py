"""Outsole as a labelling tool to be measured: an adapter with the methods a Qt labelling benchmark asks for.

Everything goes through the real window: `open` reads a labelme file into a fresh project on disk, so that a drag's
commit includes its transaction, and returns once the photo is painted.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
PAINTED_WITHIN_S = 60.0


class Outsole:
    """All positions are widget pixels of `canvas()`."""

    def import_tool(self) -> None:
        """Import what the window needs before it can be shown."""
        sys.path.insert(0, str(CHECKOUT))
        self._folder = tempfile.TemporaryDirectory(prefix="outsole-bench-")
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"OUTSOLE_{name}_DIR"] = str(Path(self._folder.name) / name.lower())
        import gui.app

        self._app_module = gui.app
        self._opened = 0

    def version(self) -> str:
        """The tool and its version."""
        return "outsole 0.1.0"

    def qt(self) -> tuple[Any, Any, Any]:
        """The Qt modules in use."""
        from PySide6 import QtCore, QtGui, QtWidgets

        return QtCore, QtGui, QtWidgets

    def make_window(self) -> Any:
        """The real window, not shown yet."""
        self._window = self._app_module.make_window()
        self._place = self._window.workplace
        return self._window

    def window(self) -> Any:
        """The real window."""
        return self._window

    def canvas(self) -> Any:
        """The widget that paints and gets the mouse."""
        return self._place.canvas.viewport()

    def open(self, path: str) -> None:
        """Import a labelme file into a fresh project and show its photo, until it is painted."""
        from core.document.document import Document
        from core.formats.labelme import import_labelme
        from core.storage.database import create_project

        self._opened += 1
        desk, session = self._place.desk, self._place.session
        project = Path(self._folder.name) / f"bench{self._opened}.outsole"
        create_project(project).close()
        desk.open(project)
        outcome = import_labelme([Path(path)], Document(desk.store), project_folder=desk.folder)
        session.document.commit(outcome.edit)
        painted: list[str] = []
        self._place.canvas.picture_ready.connect(painted.append)
        self._place.canvas.loader.forget()  # as after a restart: the photo is read from its file each time
        session.open_photo(next(iter(session.project.entries)))
        deadline = time.monotonic() + PAINTED_WITHIN_S
        _, _, widgets = self.qt()
        while not painted and time.monotonic() < deadline:
            widgets.QApplication.processEvents()
        if not painted:
            raise TimeoutError(f"{path} was not painted within {PAINTED_WITHIN_S:.0f} s")
        self._place.canvas.picture_ready.disconnect(painted.append)

    def shape_count(self) -> int:
        """Instances in the photo."""
        return len(self._place.session.photo.instances)

    def vertex_pos(self, shape: int, vertex: int) -> tuple[float, float]:
        """Where a vertex is, in canvas pixels."""
        ring = self._place.session.photo.instances[shape].region.rings[0]
        at = self._place.canvas.screen_point(tuple(ring.points_px[vertex]))
        return at.x(), at.y()

    def geometry_key(self) -> int:
        """Changes when a vertex moves."""
        photo = self._place.session.shown
        return hash(tuple(ring for instance in photo.instances for ring in instance.region.rings))

    def zoom_original(self) -> None:
        """One photo pixel for one screen pixel."""
        self._place.canvas.one_to_one()

    def zoom_fit(self) -> None:
        """The whole photo."""
        self._place.canvas.fit()

    def undo(self) -> None:
        """One step back."""
        self._place.session.document.undo()

    def save(self, path: str) -> None:
        """Write the photo as a labelme file; the project itself is saved with every commit."""
        from core.formats.labelme_export import write_labelme

        session, desk = self._place.session, self._place.desk
        photo = session.photo
        image = desk.photo_file(photo)
        write_labelme(photo, Path(path), project=session.project, image_file=image, extras={})
        json.loads(Path(path).read_text())

    def export_argv(self, src: str, dst: str, labels: str) -> list[str]:
        """A command that leaves dst/annotations.json."""
        return [sys.executable, str(Path(__file__).with_name("export_coco.py")), src, dst]
