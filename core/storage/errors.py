"""The ways a project file fails, each with a sentence that names the file and what to do."""

from __future__ import annotations

from pathlib import Path

from core.document.store import StorageError


class ProjectMissing(StorageError):
    """There is no file of that name."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no project {path}. Was it moved or renamed? Choose it again with Open.")


class ProjectExists(StorageError):
    """A project was to be made where a file is."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already and was left as it is. Open it, or choose another name.")


class NoFolder(StorageError):
    """A project was to be made in a folder that is not there, and could not be made with it."""

    def __init__(self, path: Path, folder: Path) -> None:
        what = f"{folder} is a file and no folder" if folder.exists() else f"there is no folder {folder}"
        super().__init__(
            f"{path} was not made: {what}. Look how it is written, make that folder first, or choose another place."
        )


class ProjectInUse(StorageError):
    """Another process has the project open."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"{path} is open in {holder}. Close it there, then open it here; nothing was changed.")


class NotAProject(StorageError):
    """The file is something else."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path} is not an Outsole project: {what}. It was left as it is; choose another file, or make a new "
            "project beside it."
        )


class NewerProject(StorageError):
    """The file was written by a later program."""

    def __init__(self, path: Path, found: int, *, known: int) -> None:
        super().__init__(
            f"{path} was last opened by a newer Outsole (project format {found}; this one knows up to {known}). "
            "It was left as it is; update Outsole to open it."
        )


class NotWritable(StorageError):
    """The file or its folder cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} cannot be written ({reason}). Outsole saves every edit at once, so it needs the project file and "
            "its folder to be writable: change their permissions, or copy the project to a folder of your own."
        )


class DiskFull(StorageError):
    """There is no space left."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The disk that holds {path} is full. Your last edit was not made, everything before it is safe: "
            "free some space and do it again."
        )


class ProjectDamaged(StorageError):
    """The file is a project, but part of it cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} is damaged: {reason}. It was left as it is; open a copy of it from a backup, and keep this file."
        )


class WriteFailed(StorageError):
    """The disk or database refused for another reason."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} cannot be read or written: {reason}. Your last edit was not made, everything before it is safe: "
            "check the disk or network drive and do it again."
        )


class MigrationFailed(StorageError):
    """An older project could not be brought to today's format."""

    def __init__(self, path: Path, backup: Path, *, reason: str) -> None:
        super().__init__(
            f"{path} could not be brought to this Outsole's project format: {reason}. It was left as it is, and a copy "
            f"lies at {backup}; open it with the Outsole that made it."
        )


class CannotStore(StorageError):
    """An edit holds a value that no file can keep."""

    def __init__(self, path: Path, label: str, *, reason: str) -> None:
        super().__init__(f"“{label}” was not made, since {path.name} cannot keep it: {reason}. Nothing was changed.")
