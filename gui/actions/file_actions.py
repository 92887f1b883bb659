"""Projects, photos, models and other tools' files: what comes in and goes out, with sentences when it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from core.document.document import Document
from core.document.edit import Change, Edit, Value
from core.document.store import StorageError
from core.jobs.messages import MeshProposal
from core.labels.instance import new_id
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from gui.actions.action import Action
from gui.background import Errand, Progress
from gui.desk import SUFFIX, Desk
from gui.inference import Inference
from gui.preferences import Preferences
from gui.session import Session

_PHOTO_PATTERNS = "*.jpg *.jpeg *.png *.tif *.tiff *.webp *.heic *.heif"
_MESH_PATTERNS = "*.glb *.gltf *.obj *.ply *.stl"
NO_PROJECT = "Open or begin a project first (Ctrl+N)."


class FileActions:
    """The commands of the File menu, on one desk."""

    def __init__(self, session: Session, desk: Desk, inference: Inference, *, preferences: Preferences) -> None:
        self.window: QWidget | None = None
        self._session = session
        self._desk = desk
        self._inference = inference
        self._preferences = preferences
        self._errands: list[Errand] = []

    def table(self) -> list[Action]:
        """Every command, in menu order."""
        need = self._no_project
        return [
            Action("new_project", "&New project…", "&File", self.new_project, ("Ctrl+N",)),
            Action("open_project", "&Open project…", "&File", self.open_project, ("Ctrl+O",), icon="folder"),
            Action("open_sample", "Open the &sample", "&File", self.open_sample, icon="shoe"),
            Action("add_photos", "Add &photos…", "&File", self.add_photos, ("Ctrl+I",), need, "photo", separated=True),
            Action("add_folder", "Add &folder of photos…", "&File", self.add_folder, ("Ctrl+Shift+I",), need),
            Action("import_model", "Import shoe &model…", "&File", self.import_model, ("Ctrl+M",), need, "model"),
            Action("import_labelme", "Import &labelme folder…", "&File", self.import_labelme, (), need, separated=True),
            Action("import_coco", "Import &COCO file…", "&File", self.import_coco, (), need),
            Action("export", "&Export…", "&File", self.export, ("Ctrl+E",), need, "export"),
            Action("preferences", "Pre&ferences…", "&File", self.show_preferences, ("Ctrl+Alt+P",), separated=True),
            Action("quit", "&Quit", "&File", self._quit, ("Ctrl+Q",), separated=True),
        ]

    # ---- projects

    def new_project(self) -> None:
        """Ask for a name and begin."""
        name, _ = QFileDialog.getSaveFileName(self.window, "New project", self._folder, f"Outsole project (*{SUFFIX})")
        if name and self._desk.create(Path(name)):
            self._remember(Path(name))
            self._session.notice("A new project. Drop photos here, or add them with Ctrl+I.", "success")

    def open_project(self) -> None:
        """Ask which one and open it."""
        name, _ = QFileDialog.getOpenFileName(self.window, "Open project", self._folder, f"Outsole project (*{SUFFIX})")
        if name and self._desk.open(Path(name)):
            self._remember(Path(name))

    def open_sample(self) -> None:
        """The bundled sample; it is copied into this user's folder the first time, so that it can be worked on."""
        from core.storage.folders import data_dir

        path = data_dir() / "sample" / f"sample{SUFFIX}"
        if path.exists():
            self._desk.open(path)
            return

        def work(progress: Progress) -> Path:
            from core.sneaker.sample_project import create_sample_project

            progress(0.0, "copying photos")
            path.parent.mkdir(parents=True, exist_ok=True)
            create_sample_project(path)
            return path

        self._run("Making the sample", work, self._desk.open)

    # ---- photos

    def add_photos(self) -> None:
        """Ask for photos and add them."""
        names, _ = QFileDialog.getOpenFileNames(self.window, "Add photos", self._folder, f"Photos ({_PHOTO_PATTERNS})")
        if names:
            self._remember(Path(names[0]))
            self.take_photos([Path(name) for name in names])

    def add_folder(self) -> None:
        """Ask for a folder and add every photo in it."""
        name = QFileDialog.getExistingDirectory(self.window, "Add a folder of photos", self._folder)
        if name:
            self._remember(Path(name) / "x")
            self.take_photos([Path(name)])

    def take_photos(self, paths: list[Path]) -> None:
        """Add photos, and those in folders, as one edit; what cannot be read is named."""
        known = {entry.file for entry in self._session.project.entries.values()}
        first = max((entry.position for entry in self._session.project.entries.values()), default=-1) + 1
        folder = self._desk.folder

        def work(progress: Progress) -> tuple[list[Photo], list[str]]:
            return _read_photos(paths, folder, known=known, first=first, progress=progress)

        self._run("Adding photos", work, self._on_photos)

    def _on_photos(self, answer: tuple[list[Photo], list[str]]) -> None:
        photos, troubles = answer
        if photos:
            label = f"Add {photos[0].file}" if len(photos) == 1 else f"Add {len(photos)} photos"
            if self._session.commit(Edit(label, tuple((None, photo) for photo in photos))):
                self._session.open_photo(photos[0].id)
        if troubles:
            more = f" (and {len(troubles) - 1} more)" if len(troubles) > 1 else ""
            self._session.notice(f"{troubles[0]}{more}", "warning")
        elif photos:
            self._session.notice(f"{len(photos)} photos added. P draws an outline, G boxes a sneaker.", "success")

    # ---- models

    def import_model(self) -> None:
        """Ask for a mesh file, show what it becomes, and take it."""
        name, _ = QFileDialog.getOpenFileName(
            self.window, "Import shoe model", self._folder, f"Meshes ({_MESH_PATTERNS})"
        )
        if name:
            self._remember(Path(name))
            self.propose_model(Path(name))

    def propose_model(self, file: Path) -> None:
        """Show what a mesh file becomes, and take it."""
        from gui.dialogs.import_mesh import ImportMeshDialog

        dialog = ImportMeshDialog(file, self._inference, self.window)
        dialog.taken.connect(lambda proposal, name: self._take_model(file, proposal, name))
        dialog.open()

    def _take_model(self, file: Path, proposal: MeshProposal, name: str) -> None:
        store = self._desk.store
        if store is None:
            return

        def work(progress: Progress) -> ShoeModel:
            from core.storage.mesh_cache import load_mesh_file

            mesh = load_mesh_file(proposal.mesh.file)
            sha256 = store.add_mesh(mesh)
            return ShoeModel(new_id(), name, sha256, proposal.extent_mm, proposal.diameter_mm, mesh_file=str(file))

        def done(model: ShoeModel) -> None:
            if self._session.commit(Edit.of(f"Import {name}", None, model)):
                self._session.notice(f"“{name}” is in the project. Shift+Q lays it over a chosen outline.", "success")

        self._run(f"Keeping {name}", work, done)

    # ---- other tools' files

    def import_labelme(self) -> None:
        """Ask for a folder of labelme files and merge them."""
        name = QFileDialog.getExistingDirectory(self.window, "Import a labelme folder", self._folder)
        if name:
            self._remember(Path(name) / "x")
            self.merge_labelme(Path(name))

    def merge_labelme(self, path: Path) -> None:
        """Merge labelme files into the project as one edit, and show the report."""

        def read(document: Document, progress: Progress) -> Any:
            from core.formats.labelme import import_labelme

            return import_labelme([path], document, project_folder=self._desk.folder, progress=progress)

        self._merge(f"Importing {path.name}", read)

    def import_coco(self) -> None:
        """Ask for a COCO file and the folder of its images, and merge it."""
        name, _ = QFileDialog.getOpenFileName(self.window, "Import a COCO file", self._folder, "COCO (*.json)")
        if not name:
            return
        images = QFileDialog.getExistingDirectory(self.window, "Folder of its images", str(Path(name).parent))
        if not images:
            return

        def read(document: Document, progress: Progress) -> Any:
            from core.formats.coco_import import import_coco

            folder = self._desk.folder
            return import_coco(Path(name), Path(images), document, project_folder=folder, progress=progress)

        self._remember(Path(name))
        self._merge(f"Importing {Path(name).name}", read)

    def export(self) -> None:
        """Ask what and where, and write it from the inference core."""
        from gui.dialogs.export import ExportDialog

        if self._desk.path is None:
            return
        folder = self._preferences["export_folder"] or str(self._desk.folder / "export")
        dialog = ExportDialog(self._desk.path, self._inference, folder=folder, parent=self.window)
        dialog.exported.connect(lambda out: self._preferences.set("export_folder", str(out)))
        dialog.open()

    # ---- the rest

    def take_dropped(self, names: list[str]) -> None:
        """Files dropped on the window: a project, a mesh, photos and folders."""
        paths = [Path(name) for name in names]
        projects = [path for path in paths if path.suffix == SUFFIX]
        if projects:
            self._desk.open(projects[0])
            return
        if self._no_project() is not None:
            self._session.notice(NO_PROJECT, "warning")
            return
        meshes = [path for path in paths if f"*{path.suffix.lower()}" in _MESH_PATTERNS.split()]
        if meshes:
            self.propose_model(meshes[0])
        photos = [path for path in paths if path not in meshes]
        if photos:
            self.take_photos(photos)

    def show_preferences(self) -> None:
        """What this computer's user prefers."""
        from gui.dialogs.preferences import PreferencesDialog

        PreferencesDialog(self._preferences, self.window).open()

    def cancel_errands(self) -> bool:
        """Have what runs in a thread end; answers whether there was anything."""
        for errand in self._errands:
            errand.cancel()
        return bool(self._errands)

    # ---- inside

    def _merge(self, title: str, read: Callable[[Document, Progress], Any]) -> None:
        store = self._desk.store
        if store is None:
            return

        def done(outcome: Any) -> None:
            if not outcome.edit.changes:
                self._session.notice(outcome.report.text().splitlines()[0], "warning")
                return
            document = self._session.document
            if document is not None and self._session.commit(rebased(outcome.edit, document)):
                self._after_import(outcome)

        # A document of its own: the window's belongs to the window's thread.
        self._run(title, lambda progress: read(Document(store), progress), done)

    def _after_import(self, outcome: Any) -> None:
        from core.formats.labelme import keep_extras

        if self._desk.store is not None:
            keep_extras(outcome, self._desk.store)
        photos = outcome.edit.photos_after()
        if photos and self._session.photo_id is None:
            self._session.open_photo(photos[0].id)
        report = outcome.report
        if report.refused or report.changed:
            from gui.dialogs.report import ReportDialog

            ReportDialog(report, self.window).open()
        self._session.notice(report.summary, "warning" if report.refused else "success")

    def _run(self, title: str, work: Callable[[Progress], Any], done: Callable[[Any], None]) -> None:
        from core.storage.image_file import PhotoError

        errand = Errand(work, sentences=(StorageError, PhotoError, ValueError, OSError))
        self._errands.append(errand)

        def ended() -> None:
            self._errands.remove(errand)

        errand.progressed.connect(
            lambda fraction, text: self._session.notice(f"{title}: {text} ({fraction:.0%}). Escape gives up.")
        )
        errand.finished.connect(lambda answer: (ended(), done(answer)))
        errand.failed.connect(lambda sentence: (ended(), self._session.notice(sentence, "danger")))
        errand.start()

    @property
    def _folder(self) -> str:
        return self._preferences["last_folder"] or str(Path.home())

    def _remember(self, chosen: Path) -> None:
        self._preferences.set("last_folder", str(chosen.parent))

    def _no_project(self) -> str | None:
        return None if self._session.document is not None else NO_PROJECT

    def _quit(self) -> None:
        if self.window is not None:
            self.window.close()


def rebased(edit: Edit, document: Document) -> Edit:
    """An edit made on another Document of the same store, begun from this one's objects."""

    def here(before: Value | None) -> Value | None:
        if isinstance(before, Photo):
            return document.photo(before.id)
        if isinstance(before, ShoeModel):
            return document.project.models[before.id]
        return document.project.categories[before.id] if before is not None else None

    changes: list[Change] = [(here(before), after) for before, after in edit.changes]
    return replace(edit, changes=tuple(changes))


def _read_photos(
    paths: list[Path], folder: Path, *, known: set[str], first: int, progress: Progress
) -> tuple[list[Photo], list[str]]:
    from core.storage.image_file import PHOTO_SUFFIXES, PhotoError, photo_from_file

    files: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in PHOTO_SUFFIXES) if path.is_dir() else [path]
        files.extend(inside)
    photos: list[Photo] = []
    troubles = [f"There is no photo in {path}." for path in paths if path.is_dir() and not files]
    for index, file in enumerate(files):
        progress(index / len(files), file.name)
        try:
            photo = photo_from_file(file, project_folder=folder, position=first + len(photos))
        except PhotoError as error:
            troubles.append(str(error))
            continue
        if photo.file in known:
            troubles.append(f"{file.name} is in the project already.")
        else:
            known.add(photo.file)
            photos.append(photo)
    return photos, troubles
