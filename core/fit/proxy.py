"""Lighter meshes with the outline of a full one: chosen by how far the outline deviates, not by how many triangles.

A shoe of many open parts loses parts of its outline when it is decimated by a fixed count; so each candidate is
measured on a 300 px shoe from twenty sides, and the lightest that is good enough is kept on disk by the mesh's hash.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import ArrayLike, NDArray

from core.fit.residuals import Samples, image_residuals
from core.fit.silhouette import visible_outline
from core.geometry.frozen import frozen_array
from core.geometry.mesh import Mesh
from core.render.outline import OutlineMesh, OutlinePoints

Array = NDArray[np.float64]

VERSION = 1
COUNTS = (2_000, 5_000, 10_000, 20_000, 35_000, 50_000)
SEARCH_RMS_PX, SEARCH_MEAN_PX = 0.5, 0.15
POLISH_RMS_PX, POLISH_MEAN_PX = 0.1, 0.03
SHOE_PX = 300.0
_VIEWS = 20
_HULL_DIRECTIONS = 600
_DISTANCE_LENGTHS = 3.2
_LINES = 300
_FARTHEST_PX = 12.0
_WELD_SHARE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Deviation:
    """How far an outline is from the full mesh's on a 300 px shoe, px: signed mean (positive: smaller) and rms."""

    mean_px: float
    rms_px: float

    def within(self, rms_px: float, mean_px: float) -> bool:
        """Whether it is good enough."""
        return self.rms_px < rms_px and abs(self.mean_px) < mean_px


@dataclass(frozen=True, slots=True, eq=False)
class ShoeProxies:
    """A right shoe at its own size for the fit: `search` to find the pose, `polish` to read it exactly.

    corners_mm: (K, 3) the few hundred vertices that stand out farthest, for the convex hull on the screen.
    """

    search: OutlineMesh
    polish: OutlineMesh
    search_deviation: Deviation
    polish_deviation: Deviation
    corners_mm: Array

    def scaled(self, factors: ArrayLike) -> ShoeProxies:
        """At another size: x, y, z times (3,) factors; a negative y makes the left shoe."""
        corners = frozen_array(self.corners_mm * np.asarray(factors, dtype=np.float64))
        return replace(self, search=self.search.scaled(factors), polish=self.polish.scaled(factors), corners_mm=corners)


@lru_cache(maxsize=8)
def proxies_of(mesh: Mesh) -> ShoeProxies:
    """The proxies of a full right shoe at its own size, made once (a second or two) and kept on disk."""
    file = _cache_folder() / "proxies" / f"{mesh.sha256}-v{VERSION}.npz"
    if file.is_file():
        kept = _read(file)
        if kept is not None:
            return kept
    proxies = chosen_proxies(mesh)
    _write(file, proxies)
    return proxies


def welded(mesh: Mesh) -> Mesh:
    """The mesh with vertices at one place made one, and triangles without area dropped; seams are closed by it."""
    grain = _WELD_SHARE * float(mesh.extent_mm.max())
    _, first, inverse = np.unique(
        np.round(mesh.vertices_mm / grain).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    faces = inverse.reshape(-1)[mesh.faces]
    a, b, c = faces.T
    faces = faces[(a != b) & (b != c) & (c != a)]
    if not len(faces):
        return mesh
    return Mesh(mesh.vertices_mm[first], faces)


def chosen_proxies(mesh: Mesh) -> ShoeProxies:
    """The lightest candidates that are good enough, not looked up and not kept; the full mesh when none is."""
    full = welded(mesh)
    reference = OutlineMesh.of(full)
    search: tuple[OutlineMesh, Deviation] | None = None
    for candidate in _candidates(full):
        proxy = OutlineMesh.of(candidate)
        deviation = outline_deviation(proxy, reference)
        if search is None and deviation.within(SEARCH_RMS_PX, SEARCH_MEAN_PX):
            search = (proxy, deviation)
        if deviation.within(POLISH_RMS_PX, POLISH_MEAN_PX):
            found = search or (proxy, deviation)
            return _proxies(found, (proxy, deviation))
    exact = (reference, Deviation(0.0, 0.0))
    return _proxies(search or exact, exact)


def outline_deviation(proxy: OutlineMesh, full: OutlineMesh) -> Deviation:
    """Two-way distance of the outlines of a proxy and a full mesh, over twenty views."""
    length = float(np.ptp(full.vertices_mm[:, 0]))
    translation = np.array([0.0, 0.0, _DISTANCE_LENGTHS * length])
    lens = np.array([SHOE_PX * _DISTANCE_LENGTHS, SHOE_PX * _DISTANCE_LENGTHS, 0.0, 0.0])
    found = []
    for rotation in _views():
        ours, theirs = (
            visible_outline(m, rotation, translation=translation, lens=lens, lines=_LINES) for m in (proxy, full)
        )
        if ours is None or theirs is None:
            return Deviation(_FARTHEST_PX, _FARTHEST_PX)
        view = (rotation, translation, lens)
        found.append(_signed(ours, theirs, view))
        found.append(-_signed(theirs, ours, view))
    errors = np.concatenate(found)
    return Deviation(float(errors.mean()), float(np.sqrt(np.mean(errors**2))))


def _cache_folder() -> Path:
    """Where what can be made again is kept: OUTSOLE_CACHE_DIR, or the user's cache folder."""
    named = os.environ.get("OUTSOLE_CACHE_DIR")
    return Path(named).expanduser() if named else platformdirs.user_cache_path("outsole", appauthor=False)


def _signed(ours: OutlinePoints, theirs: OutlinePoints, view: tuple[Array, Array, Array]) -> Array:
    """(N,) px by which their outline lies outside ours; a part that is missing counts by its whole distance."""
    rotation, translation, lens = view
    points = theirs.points_mm @ rotation.T + translation
    at = points[:, :2] / points[:, 2:] * lens[:2] + lens[2:]
    normals = (theirs.normals @ rotation.T)[:, :2] / lens[:2]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    along, whole, _ = image_residuals(
        rotation, translation, lens, ours.points_mm, ours.normals, Samples(at, normals, np.ones(len(at)))
    )
    missed = np.sqrt(np.maximum(whole**2 - along**2, 0.0)) > 2.0 + ours.spacing_px
    errors = np.where(missed, np.copysign(whole, along), along)
    return np.clip(np.nan_to_num(errors, nan=_FARTHEST_PX), -_FARTHEST_PX, _FARTHEST_PX)


def _directions(count: int) -> Array:
    """(count, 3) unit vectors spread evenly over the sphere (Fibonacci lattice)."""
    z = 1 - (2 * np.arange(count) + 1) / count
    azimuth = np.pi * (1 + np.sqrt(5)) * np.arange(count)
    across = np.sqrt(1 - z * z)
    return np.stack([across * np.cos(azimuth), across * np.sin(azimuth), z], axis=1)


def _corners(vertices: Array) -> Array:
    """(K, 3) the vertices that are farthest in some direction."""
    return np.asarray(vertices[np.unique(np.argmax(vertices @ _directions(_HULL_DIRECTIONS).T, axis=0))])


def _views() -> list[Array]:
    """(3, 3) rotations that look at the shoe from all sides."""
    rotations = []
    for forward in -_directions(_VIEWS):
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        rotations.append(np.stack([right, np.cross(forward, right), forward]))
    return rotations


def _proxies(search: tuple[OutlineMesh, Deviation], polish: tuple[OutlineMesh, Deviation]) -> ShoeProxies:
    return ShoeProxies(search[0], polish[0], search[1], polish[1], frozen_array(_corners(search[0].vertices_mm)))


def _candidates(full: Mesh) -> list[Mesh]:
    import fast_simplification

    found = []
    for count in COUNTS:
        if count >= 0.8 * len(full.faces):
            break
        # It takes only arrays it could write to.
        vertices, triangles = full.vertices_mm.copy(), full.faces.copy()
        points, faces = fast_simplification.simplify(vertices, triangles, target_count=count, agg=5.0)
        if len(faces):
            found.append(welded(Mesh(points, faces)))
    return found


def _write(file: Path, proxies: ShoeProxies) -> None:
    """Beside, then in place: a reader never sees half a file, and two writers write the same."""
    file.parent.mkdir(parents=True, exist_ok=True)
    deviations = [proxies.search_deviation, proxies.polish_deviation]
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".npz", delete=False) as beside:
        np.savez(
            beside,
            search_vertices=proxies.search.vertices_mm,
            search_faces=proxies.search.faces,
            polish_vertices=proxies.polish.vertices_mm,
            polish_faces=proxies.polish.faces,
            deviations=np.array([(d.mean_px, d.rms_px) for d in deviations]),
        )
    Path(beside.name).replace(file)


def _read(file: Path) -> ShoeProxies | None:
    """The proxies of a cache file; None, and the file is made anew, when it is damaged."""
    from zipfile import BadZipFile

    try:
        with np.load(file) as kept:
            search = OutlineMesh.of(Mesh(kept["search_vertices"], kept["search_faces"]))
            polish = OutlineMesh.of(Mesh(kept["polish_vertices"], kept["polish_faces"]))
            first, second = (Deviation(float(mean), float(rms)) for mean, rms in kept["deviations"])
    except (OSError, ValueError, KeyError, BadZipFile):
        return None
    return _proxies((search, first), (polish, second))
