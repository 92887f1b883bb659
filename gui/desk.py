"""The project on the desk: opening and closing it, where its photos and meshes lie, and where one stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.document.document import Document
from core.document.edit import Edit
from core.document.store import StorageError, Store
from core.geometry.mesh import Mesh
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from gui.preferences import Preferences
from gui.session import UNFINISHED, Session

SUFFIX = ".outsole"


class Desk:
    """Holds the one open project of a window. Storage is loaded with the first project, not with the window."""

    def __init__(self, session: Session, preferences: Preferences) -> None:
        self.path: Path | None = None
        self._session = session
        self._preferences = preferences
        self._store: Store | None = None
        self._unreadable: set[str] = set()

    @property
    def folder(self) -> Path:
        """The folder paths of photos count from."""
        return self.path.parent if self.path else Path.cwd()

    @property
    def store(self) -> Store | None:
        """Where the open project is kept."""
        return self._store

    def open(self, path: Path) -> bool:
        """Open a project in place of the one that is open; a sentence is shown when it cannot be."""
        from core.storage.database import open_project

        if self.path is not None and path.resolve() == self.path.resolve():
            return True
        return self._take(path, lambda: open_project(path, annotator=self._annotator))

    def create(self, path: Path) -> bool:
        """Begin a project in place of the one that is open; a sentence is shown when it cannot be."""
        from core.storage.database import create_project

        path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
        if not self._take(path, lambda: create_project(path, annotator=self._annotator)):
            return False
        self._add_sneaker()
        return True

    def close(self) -> None:
        """Leave the project, noting which photo was open."""
        if self._store is None:
            return
        if self.path is not None and self._session.photo_id is not None:
            self._preferences.remember_photo(str(self.path), self._session.photo_id)
        self._session.open_document(None)
        self._store.close()
        self._store, self.path = None, None

    def photo_file(self, photo: Photo) -> Path:
        """Where a photo's file lies on this computer."""
        return self.file_named(photo.file)

    def file_named(self, file: str) -> Path:
        """Where a photo of the index lies on this computer; `file` as its entry says."""
        from core.storage.image_file import resolve_photo_path

        return resolve_photo_path(self.folder, file)

    def mesh_file(self, model: ShoeModel) -> Path | None:
        """The cache file of a model's mesh; None, after a sentence, when it cannot be had."""
        from core.storage.mesh_cache import cached_mesh_file

        if self._store is None:
            return None
        try:
            return cached_mesh_file(self._store, model.mesh_sha256)
        except StorageError as failure:
            if model.mesh_sha256 not in self._unreadable:
                self._unreadable.add(model.mesh_sha256)
                self._session.notice(str(failure), "danger")
            return None

    def shoe_file(self, instance: Instance) -> Path | None:
        """The same of the model an instance has; None, too, where the project has no such model."""
        model = self._session.project.models.get(instance.model_id or "")
        return self.mesh_file(model) if model is not None else None

    def mesh(self, model: ShoeModel) -> Mesh | None:
        """A model's mesh; None, after a sentence, when it cannot be had."""
        from core.storage.mesh_cache import load_mesh_file

        file = self.mesh_file(model)
        return load_mesh_file(file) if file is not None else None

    def _add_sneaker(self) -> None:
        """Every project begins with the house's sneaker, so that there is a shoe to lay over the first outline."""
        from core.sneaker.shipped import shipped_sneaker

        model, mesh = shipped_sneaker()
        try:
            if self._store is not None:
                self._store.add_mesh(mesh)
                self._session.commit(Edit.of(f"Add {model.name}", None, model))
        except StorageError as failure:
            self._session.notice(str(failure), "danger")

    @property
    def _annotator(self) -> str | None:
        return self._preferences["annotator"] or None

    def _take(self, path: Path, get: Callable[[], Store]) -> bool:
        if self._session.drag is not None:  # what is half drawn is in no project yet
            self._session.notice(UNFINISHED, "warning")
            return False
        try:
            store = get()
            document = Document(store)
        except StorageError as failure:
            self._session.notice(str(failure), "danger")
            return False
        self.close()
        self._store, self.path = store, path.resolve()
        self._session.open_document(document)
        self._preferences.add_recent(str(self.path))
        entries = document.project.entries
        last = self._preferences["last_photos"].get(str(self.path))
        first = last if last in entries else next(iter(entries), None)
        if first is not None:
            self._session.open_photo(first)
        return True
