"""Photos and shoe models: how they come into a project."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from core.document.edit import Edit
from core.document.signal import Signal
from core.jobs.messages import MeshProposal
from core.labels.instance import new_id
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from gui.actions.action import Action
from gui.actions.asking import Asking
from gui.actions.beginning import Beginning, counted
from gui.actions.built_in_shoes import BuiltInShoes
from gui.background import Errands, Progress
from gui.desk import SUFFIX, Desk
from gui.dialogs.import_mesh import ImportMeshDialog
from gui.dialogs.landmarks import LandmarksDialog
from gui.inference import Inference
from gui.session import Session

NO_PROJECT = "Open or begin a project first (Ctrl+N)."
_PHOTO_PATTERNS = "Photos (*.jpg *.jpeg *.png *.tif *.tiff *.webp *.heic *.heif)"
_MESH_SUFFIXES = (".glb", ".gltf", ".obj", ".ply", ".stl")
_MESH_PATTERNS = f"Meshes ({' '.join('*' + suffix for suffix in _MESH_SUFFIXES)})"


class MaterialActions:
    """The commands that bring photos and models in."""

    def __init__(self, session: Session, desk: Desk, inference: Inference, *, asking: Asking, errands: Errands) -> None:
        self.model_taken: Signal[str] = Signal()
        self._session = session
        self._desk = desk
        self._inference = inference
        self._asking = asking
        self._errands = errands
        self._beginning = Beginning(session, desk, asking)
        self._built_in = BuiltInShoes(session, desk)

    def table(self) -> list[Action]:
        """Every command, in menu order."""
        need = self.no_project
        return [
            Action(
                "start_photos", "New project &with photos…", "&File", self.start_photos, icon="photo", separated=True
            ),
            Action("add_photos", "Add &photos…", "&File", self.add_photos, ("Ctrl+I",), icon="photo"),
            Action("add_folder", "A&dd folder of photos…", "&File", self.add_folder, ("Ctrl+Shift+I",), icon="folder"),
            Action("import_model", "Import shoe &model…", "&File", self.import_model, ("Ctrl+M",), need, "model"),
            *self._built_in.table(),
        ]

    def add_photos(self) -> None:
        """Ask for photos and add them."""
        paths = self._asking.files("Add photos", _PHOTO_PATTERNS)
        if paths:
            self._bring(paths)

    def add_folder(self) -> None:
        """Ask for a folder and add every photo in it."""
        path = self._asking.folder("Add a folder of photos")
        if path:
            self._bring([path])

    def start_photos(self) -> None:
        """Ask for photos and begin a project with them, also where one is open."""
        paths = self._asking.files("New project with photos", _PHOTO_PATTERNS)
        if paths:
            self._beginning.begin(paths[0], counted(paths), lambda: self.take_photos(paths))

    def _bring(self, paths: list[Path]) -> None:
        self._beginning.within_project(paths[0], counted(paths), lambda: self.take_photos(paths))

    def take_photos(self, paths: list[Path]) -> None:
        """Add photos, and those in folders, as one edit; what cannot be read is named."""
        known = {entry.file for entry in self._session.project.entries.values()}
        first = max((entry.position for entry in self._session.project.entries.values()), default=-1) + 1
        folder = self._desk.folder

        def work(progress: Progress) -> _Found:
            return _read_photos(paths, folder, known=known, first=first, progress=progress)

        self._errands.run("Adding photos", work, done=self._on_photos)

    def _on_photos(self, found: _Found) -> None:
        # Looked at again: the same files may have been added while these were read.
        entries = self._session.project.entries.values()
        known = {entry.file for entry in entries}
        first = max((entry.position for entry in entries), default=-1) + 1
        fresh = [photo for photo in found.photos if photo.file not in known]
        photos = [replace(photo, position=first + index) for index, photo in enumerate(fresh)]
        if photos:
            label = f"Add {photos[0].file}" if len(photos) == 1 else f"Add {len(photos)} photos"
            added = self._session.commit(Edit(label, tuple((None, photo) for photo in photos)))
            if added and self._session.photo_id is None:
                self._session.open_photo(photos[0].id)
        if words := found.words(len(photos)):
            self._session.notice(words, "warning" if found.troubles else "success")

    def import_model(self) -> None:
        """Ask for a mesh file, show what it becomes, and take it."""
        path = self._asking.file("Import shoe model", _MESH_PATTERNS)
        if path:
            self.propose_model(path)

    def propose_model(self, file: Path) -> None:
        """Show what a mesh file becomes, and take it."""
        dialog = ImportMeshDialog(file, self._inference, self._asking.window)
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
                self.model_taken.emit(model.id)
                self._session.notice(
                    f"“{name}” is in the project. Q finds a pose with it, Shift+Q lays it by hand.", "success"
                )

        self._errands.run(f"Keeping {name}", work, done=done)

    def place_landmarks(self, model_id: str) -> None:
        """Show the model and take the landmarks that are clicked on it."""
        model = self._session.project.models.get(model_id)
        mesh = self._desk.mesh(model) if model is not None else None
        if model is None or mesh is None:
            return
        dialog = LandmarksDialog(model, mesh, self._asking.window)

        def take(edited: ShoeModel) -> None:
            current = self._session.project.models.get(model_id)
            self._session.commit(Edit.of(f"Landmarks of {edited.name}", current, edited))

        dialog.taken.connect(take)
        dialog.open()

    def take_dropped(self, names: list[str]) -> None:
        """Files dropped on the window: a project, a mesh, photos and folders."""
        paths = [Path(name) for name in names]
        projects = [path for path in paths if path.suffix == SUFFIX]
        if projects:
            self._desk.open(projects[0])
            return
        meshes = [path for path in paths if path.suffix.lower() in _MESH_SUFFIXES]
        photos = [path for path in paths if path not in meshes]
        if meshes and not photos and self.no_project() is not None:
            self._session.notice(NO_PROJECT, "warning")
            return

        def take() -> None:
            if meshes:
                self.propose_model(meshes[0])
            if photos:
                self.take_photos(photos)

        if paths:
            self._beginning.within_project(paths[0], counted(photos or paths), take)

    def no_project(self) -> str | None:
        """Why nothing can be brought in now."""
        return None if self._session.document is not None else NO_PROJECT


@dataclass(frozen=True, slots=True)
class _Found:
    """The photos that can be read, a sentence for each that cannot, and the exported data sets left out."""

    photos: list[Photo]
    troubles: list[str]
    exports: list[Path]

    def words(self, added: int) -> str:
        """What is said of it, when so many of the photos have been added."""
        said = [f"{'1 photo' if added == 1 else f'{added} photos'} added."] if added else []
        if self.troubles:
            more = f" (and {len(self.troubles) - 1} more)" if len(self.troubles) > 1 else ""
            said.append(f"{self.troubles[0]}{more}")
        elif added:
            said.append("S outlines the sneakers of the open one, P draws by hand.")
        if self.exports:
            names = ", ".join(path.name for path in self.exports)
            said.append(f"Exported data sets were left out: {names}.")
        return " ".join(said)


def _read_photos(paths: list[Path], folder: Path, *, known: set[str], first: int, progress: Progress) -> _Found:
    from core.storage.image_file import PhotoError, photo_from_file
    from core.storage.photo_folders import photos_below

    files: list[Path] = []
    exports: list[Path] = []
    for path in paths:
        inside, left_out = photos_below(path) if path.is_dir() else ([path], [])
        files += inside
        exports += left_out
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
    return _Found(photos, troubles, exports)
