"""Meshes as files in the cache folder, where other processes read them by their hash."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Protocol

from core.document.store import StorageError
from core.geometry.mesh import Mesh
from core.storage.folders import cache_dir
from core.storage.mesh_codec import mesh_from_npz, mesh_to_npz


class MeshSource(Protocol):
    """Where the bytes of a mesh come from: a Store."""

    def mesh_npz(self, sha256: str) -> bytes:
        """The mesh of that SHA-256 as the bytes of its .npz file."""


def cached_mesh_file(source: MeshSource | Mesh | bytes, sha256: str) -> Path:
    """The cache file of a mesh, written from `source` unless it is there already.

    The file appears whole or not at all. Raises StorageError when it cannot be written.
    """
    path = cache_dir() / "meshes" / f"{sha256}.npz"
    if path.exists():
        return path
    if isinstance(source, bytes):
        npz = source
    else:
        npz = mesh_to_npz(source) if isinstance(source, Mesh) else source.mesh_npz(sha256)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, npz)
    except OSError as error:
        raise StorageError(
            f"{path} could not be written ({error.strerror or error}). Meshes are handed on through this folder: free "
            "some space, or set OUTSOLE_CACHE_DIR to a folder that can be written."
        ) from error
    return path


def load_mesh_file(path: Path | str) -> Mesh:
    """The mesh of a cache file. Raises StorageError when there is none, or it is something else."""
    try:
        return mesh_from_npz(Path(path).read_bytes())
    except OSError as error:
        raise StorageError(f"The mesh file {path} cannot be read ({error.strerror or error}); do it again.") from error
    except ValueError as error:
        raise StorageError(f"The mesh file {path} is damaged: {error}. Delete it; it is made again.") from error


def _write_whole(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem[:12], suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
