"""The meshes the render thread works with: loaded once, with coarser stand-ins made beside it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.render.vtk_mesh import PROXY_TRIANGLES, proxy_of

MeshLoader = Callable[[Path], Mesh]

WIRE_TRIANGLES = 3_000
_KEPT = 4


class Detail(StrEnum):
    """How finely a mesh is drawn: as stored, quick for a drag, or coarse enough to tell its wires apart."""

    FULL = "full"
    PROXY = "proxy"
    WIRE = "wire"


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One mesh at one detail. key: unique to both. corners_mm: (V, 3) the vertices that faces use."""

    key: str
    detail: Detail
    mesh: Mesh
    corners_mm: NDArray[np.float64]


class ShoeMeshes:
    """Meshes by file, the last few used; their stand-ins are made in a thread of its own and serve once ready."""

    def __init__(self, load_mesh: MeshLoader | None = None) -> None:
        self._load = load_mesh or _load_stored
        self._full: OrderedDict[str, Level] = OrderedDict()
        self._stand_ins: dict[str, Future[dict[Detail, Level]]] = {}
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="shoe stand-ins")

    def level(self, file: str, detail: Detail) -> Level:
        """The stored mesh at a detail, or in full while its stand-ins are being made. Raises what the loader raises."""
        if file not in self._full:
            self._keep(file, self._load(Path(file)))
        self._full.move_to_end(file)
        stand_ins = self._stand_ins[file]
        if detail is Detail.FULL or not stand_ins.done():
            return self._full[file]
        return stand_ins.result()[detail]

    def close(self) -> None:
        """Begin nothing more."""
        self._maker.shutdown(wait=False, cancel_futures=True)

    def _keep(self, file: str, mesh: Mesh) -> None:
        self._full[file] = _level(file, mesh, detail=Detail.FULL)
        self._stand_ins[file] = self._maker.submit(_make_stand_ins, file, mesh)
        while len(self._full) > _KEPT:
            oldest, _ = self._full.popitem(last=False)
            self._stand_ins.pop(oldest).cancel()


def _make_stand_ins(file: str, mesh: Mesh) -> dict[Detail, Level]:
    proxy = proxy_of(mesh, PROXY_TRIANGLES)
    wire = proxy_of(proxy, WIRE_TRIANGLES)
    return {
        Detail.PROXY: _level(file, proxy, detail=Detail.PROXY),
        Detail.WIRE: _level(file, wire, detail=Detail.WIRE),
    }


def _level(file: str, mesh: Mesh, *, detail: Detail) -> Level:
    return Level(f"{file}#{detail}", detail, mesh, mesh.vertices_mm[np.unique(mesh.faces)])


def _load_stored(file: Path) -> Mesh:
    # lazily: the window's process needs no stored mesh before its first shoe.
    from core.storage.mesh_cache import load_mesh_file

    return load_mesh_file(file)
