"""The sample project: the shipped photos beside a new project file, with the house's sneaker as its model."""

from __future__ import annotations

import shutil
from pathlib import Path

from core.document.document import Document
from core.document.edit import Change, Edit
from core.sneaker.shipped import SAMPLE_FOLDER, shipped_sneaker


def create_sample_project(path: Path) -> None:
    """Make `path` (.outsole) with the sample photos copied beside it and the sneaker in its library; nothing outlined.

    Its folder is made if need be. Raises FileExistsError when `path` exists, FileNotFoundError when the samples are
    not installed, and StorageError when the project cannot be written.
    """
    # Both load heavy libraries (SQLAlchemy, Pillow), which the window has only after its first paint.
    from core.storage.database import create_project
    from core.storage.image_file import photo_from_file

    path = Path(path)
    if path.exists():
        raise FileExistsError(f"{path} exists already; open it, or choose another name for the sample project.")
    shipped = sorted(SAMPLE_FOLDER.glob("*.jpg"), reverse=True)  # the single shoe, the easier one, first
    if not shipped:
        raise FileNotFoundError(f"The sample photos are missing from {SAMPLE_FOLDER}; install the program again.")
    path.parent.mkdir(parents=True, exist_ok=True)
    photos = [Path(shutil.copyfile(file, path.parent / file.name)) for file in shipped]
    store = create_project(path)
    try:
        document = Document(store)
        model, mesh = shipped_sneaker()
        store.add_mesh(mesh)
        changes: list[Change] = [(None, model)]
        for position, photo in enumerate(photos):
            changes.append((None, photo_from_file(photo, project_folder=path.parent, position=position)))
        document.commit(Edit("Sample project", tuple(changes)))
    finally:
        store.close()
