"""The folders this program writes to, and the drive a project lies on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from core.doctor.finding import Finding, bad, ok, warning

LITTLE_MB, TOO_LITTLE_MB = 500, 50
NETWORK_SYSTEMS = frozenset(
    [
        "9p",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "davfs",
        "fuse.davfs2",
        "fuse.gvfsd-fuse",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "prl_fs",
        "smb2",
        "smb3",
        "smbfs",
        "vboxsf",
        "vmhgfs",
        "fuse.vmhgfs-fuse",
        "webdav",
    ]
)
Free = Callable[[Path], int]


def look_at_folders(folders: Mapping[str, Path] | None = None, *, free: Free | None = None) -> Iterator[Finding]:
    """Each folder: where it is, whether it can be written, and the room on its drive."""
    for purpose, folder in (our_folders() if folders is None else folders).items():
        yield _folder(purpose, folder, free or _free_bytes)


def our_folders() -> dict[str, Path]:
    """What this program keeps, and where."""
    from core.storage.folders import cache_dir, config_dir, data_dir, log_dir

    return {"Preferences": config_dir(), "Caches": cache_dir(), "Samples": data_dir(), "Logs": log_dir()}


def look_at_variables(environment: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Our environment variables, where they cannot mean what they say."""
    from core.storage.folders import unknown_variables, wrong_variables

    for sentence in wrong_variables(environment):
        yield bad("Environment", sentence)
    for sentence in unknown_variables(environment):
        yield warning("Environment", sentence)


def look_at_project(project: Path, *, mounts: Iterable[tuple[Path, str]] | None = None) -> Iterator[Finding]:
    """The drive a project lies on, and whether it can be written there."""
    folder = project if project.is_dir() else project.absolute().parent
    if not folder.is_dir():
        yield bad("Project", f"There is no folder {folder}.", "Check the path.")
        return
    if not project.exists():
        yield bad("Project", f"There is no project {project}.", "Check the path; `outsole new` makes one.")
    elif project.is_file() and not os.access(project, os.W_OK):
        yield bad("Project", f"{project} is read-only.", "Make it writable, or work on a copy.")
    kind = file_system_of(folder, mounts)
    if kind in NETWORK_SYSTEMS:
        yield warning(
            "Project's drive",
            f"{folder} is on a network drive ({kind}). Outsole writes ahead into a second file (SQLite's WAL), which "
            "works there only as long as one computer has the project open, and is slow.",
            "Keep the project on a drive of this computer and copy it over when you stop; never open it twice.",
        )
    else:
        yield ok("Project's drive", f"{folder} is on a drive of this computer ({kind or 'unknown'}).")
    yield _folder("Project's folder", folder, _free_bytes)


def file_system_of(folder: Path, mounts: Iterable[tuple[Path, str]] | None = None) -> str:
    """The kind of the file system a folder lies on, as the system calls it; "" when nobody knows."""
    place = folder.resolve()
    if sys.platform == "win32" and mounts is None:
        return _windows_drive(place)
    above = {place, *place.parents}
    known = _mounts() if mounts is None else mounts
    # Of two mounted over one another the later counts.
    found = [(len(where.parts), at, kind) for at, (where, kind) in enumerate(known) if where in above]
    return max(found)[2] if found else ""


def mounts_in(table: str) -> list[tuple[Path, str]]:
    """Places and kinds of file systems, from the text of /proc/mounts."""
    rows = [line.split() for line in table.splitlines()]
    return [(Path(_plain(row[1])), row[2]) for row in rows if len(row) > 2]


def _mounts() -> Sequence[tuple[Path, str]]:
    if sys.platform == "darwin":
        listed = subprocess.run(["mount"], capture_output=True, text=True, timeout=5, check=False).stdout
        rows = [line.partition(" on ")[2].rpartition(" (") for line in listed.splitlines()]
        return [(Path(where), kinds.split(",")[0].rstrip(")")) for where, _, kinds in rows]
    try:
        return mounts_in(Path("/proc/mounts").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return []


def _windows_drive(place: Path) -> str:
    import ctypes

    remote = 4  # DRIVE_REMOTE
    windll = ctypes.windll  # type: ignore[attr-defined, unused-ignore]
    is_remote = place.drive.startswith("\\\\") or windll.kernel32.GetDriveTypeW(f"{place.drive}\\") == remote
    return "smb3" if is_remote else "local"


def _plain(written: str) -> str:
    """A place as /proc/mounts writes it has \\040 for a space."""
    return written.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")


def _folder(purpose: str, folder: Path, free: Free) -> Finding:
    # Path's own exists() raises where one may not look, as in the home of somebody else that sudo left behind.
    nearest = next((place for place in (folder, *folder.parents) if os.path.exists(place)), folder)  # noqa: PTH110
    variable = _VARIABLES.get(purpose)
    elsewhere = f", or have it elsewhere: set {variable} to a folder of yours" if variable else ""
    if nearest == folder and not os.path.lexists(folder):
        return bad(purpose, f"{folder} cannot be: there is no drive {folder.anchor}.", f"Check the path{elsewhere}.")
    if not nearest.is_dir():
        return bad(purpose, f"{folder} cannot be: {nearest} is a file.", f"Move that file away{elsewhere}.")
    try:
        # Tried for real: rights alone do not tell of a read-only drive or one that is full.
        with tempfile.NamedTemporaryFile(dir=nearest, prefix=".outsole-"):
            room = free(nearest) // 1_000_000
    except OSError as error:
        remedy = f"Make it writable{elsewhere}."
        return bad(purpose, f"{folder} cannot be written ({error.strerror or error}).", remedy)
    place = f"{folder}, {_amount(room)} free"
    if room < TOO_LITTLE_MB:
        return bad(purpose, f"{place}: too little to work with.", f"Make room{elsewhere}.")
    if room < LITTLE_MB:
        return warning(purpose, f"{place}: soon too little.", f"Make room{elsewhere}.")
    return ok(purpose, place)


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _amount(megabytes: int) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes} MB"


_VARIABLES = {
    "Preferences": "OUTSOLE_CONFIG_DIR",
    "Caches": "OUTSOLE_CACHE_DIR",
    "Samples": "OUTSOLE_DATA_DIR",
    "Logs": "OUTSOLE_STATE_DIR",
}
