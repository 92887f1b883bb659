"""What every command shares: how it reports, how it fails, and how it finds photos and opens projects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the command `doctor` must start where a library of theirs is missing
    from core.document.document import Document
    from core.labels.photo import Photo
    from core.labels.project import Project

OK, PROBLEMS, BAD_INPUT = 0, 1, 2
SUFFIX = ".outsole"

Progress = Callable[[float, str], None]


class CommandError(Exception):
    """A command that cannot be carried out; the text is a sentence for the annotator."""


def spoken_errors() -> tuple[type[Exception], ...]:
    """The errors whose text is a sentence; asked for when there is one, for `doctor` must start without libraries."""
    from core.document.edit import StaleEdit
    from core.document.store import StorageError

    return (CommandError, StorageError, StaleEdit, ValueError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command says: lines for people, one object for programs, and its exit code."""

    text: str
    content: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    code: int = OK


@contextmanager
def opened(project_file: str) -> Iterator[Document]:
    """The document of a project file, closed afterwards. Raises StorageError."""
    from core.document.document import Document
    from core.storage.database import open_project

    store = open_project(project_path(project_file))
    try:
        yield Document(store)
    finally:
        store.close()


def project_path(text: str) -> Path:
    """The project file a person means: its suffix may be left out."""
    path = Path(text).expanduser()
    return path if path.suffix == SUFFIX or path.is_file() else path.with_name(path.name + SUFFIX)


def project_folder(text: str) -> Path:
    """The folder that the photos' paths are relative to."""
    return project_path(text).absolute().parent


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A bar on stderr, where that is a terminal; call it with a fraction 0..1 and what is being done."""
    from tqdm import tqdm

    with tqdm(total=1000, desc=title, disable=None, bar_format="{desc} {percentage:3.0f}% |{bar}| {postfix}") as bar:

        def show(fraction: float, text: str) -> None:
            bar.set_postfix_str(text, refresh=False)
            bar.update(round(fraction * 1000) - bar.n)

        yield show
        bar.update(1000 - bar.n)


def photos_named(document: Document, name: str | None) -> Iterator[Photo]:
    """The photos of that name (all when None), read one at a time; raises CommandError when none has it."""
    ids = list(document.project.entries) if name is None else [photo_id_named(document.project, name)]
    return (document.photo(photo_id) for photo_id in ids)


def photo_id_named(project: Project, name: str) -> str:
    """The photo whose path, or file name, or file name without suffix that is; raises CommandError."""
    wanted = name.replace("\\", "/")
    entries = list(project.entries.values())
    for matches in (
        [entry for entry in entries if entry.file == wanted],
        [entry for entry in entries if Path(entry.file).name == wanted],
        [entry for entry in entries if Path(entry.file).stem == wanted],
    ):
        if len(matches) == 1:
            return matches[0].id
        if matches:
            several = ", ".join(entry.file for entry in matches[:3])
            raise CommandError(f"{len(matches)} photos are called {name} ({several}); give the path of one.")
    raise CommandError(f"No photo of the project is called {name}; see `outsole info PROJECT --photos`.")
