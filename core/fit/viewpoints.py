"""What a shoe looks like from everywhere: signatures and outlines over the view sphere, made once and kept on disk.

Each view is seen by a camera turned so that the mean direction of the silhouette lies on its axis. A silhouette is then
described by its solid angle and by its occupancy on polar rings whose size goes with the square root of it: neither
depends on where in a photo, how far away or at which angle in the picture's plane the shoe stands.
"""

from __future__ import annotations

import hashlib
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.fit.polar import ANGLES, RINGS, mean_direction, polar_occupancy, ring_weights, spectra_of, turn_between
from core.fit.proxy import _cache_folder, _directions
from core.render.outline import OutlineMesh, folds, outline_points, project, winding_mask

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

VERSION = 1
VIEWS = 300
DISTANCES = (2.2, 3.6)
POINTS = 64
_MASK_PX = 128
_LINES = 40
_CRACK_PX = 0.25
_SAME_SHAPE = 0.005


class Viewpoints(NamedTuple):
    """E = layers x views entries of a right shoe, layer by layer, lengths in mm.

    rotations (E, 3, 3), translations (E, 3): camera_from_shoe; toward (views, 3): unit directions to the camera in the
    shoe frame; distances (layers,) mm; solid_angle (E,) sr; mass (E,): weighted occupancy; real and imaginary
    (E, RINGS, ANGLES // 2 + 1): its weighted spectrum over the angle; points, normals (E, POINTS, 3): of the outline.
    """

    rotations: Array
    translations: Array
    toward: Array
    distances: Array
    solid_angle: Array
    mass: Floats
    real: Floats
    imaginary: Floats
    points: Array
    normals: Array

    def sized(self, factor: float, *, mirrored: bool) -> Viewpoints:
        """Of the same shoe, `factor` times as large: it looks the same from as many times farther away.

        mirrored: directions, points and normals are those of the left shoe; rotations and translations remain those
        that show the right one in a mirror.
        """
        side = np.array([1.0, -1.0 if mirrored else 1.0, 1.0])
        return self._replace(
            translations=self.translations * factor,
            toward=self.toward * side,
            distances=self.distances * factor,
            points=self.points * (side * factor),
            normals=self.normals * side,
        )


@lru_cache(maxsize=8)
def sized_viewpoints(mesh: OutlineMesh, factors: tuple[float, float, float]) -> Viewpoints:
    """The viewpoints of a right shoe's search mesh times (x, y, z) factors, a negative y for the left shoe.

    One size of a shoe looks like another from another distance; only other proportions have to be looked at anew.
    """
    along, across, up = factors
    proportions = (1.0, abs(across) / along, up / along)
    own = np.allclose(proportions, 1.0, atol=_SAME_SHAPE)
    views = viewpoints_of(mesh) if own else made_viewpoints(mesh.scaled(proportions))
    return views.sized(along, mirrored=across < 0)


@lru_cache(maxsize=8)
def viewpoints_of(mesh: OutlineMesh) -> Viewpoints:
    """The viewpoints of a right shoe's search mesh, made once (a tenth of a second) and kept on disk."""
    digest = hashlib.sha256(mesh.vertices_mm.tobytes() + mesh.faces.tobytes()).hexdigest()
    file = _cache_folder() / "viewpoints" / f"{digest}-v{VERSION}.npz"
    if file.is_file():
        kept = _read(file)
        if kept is not None:
            return kept
    views = made_viewpoints(mesh)
    _write(file, views)
    return views


def made_viewpoints(mesh: OutlineMesh) -> Viewpoints:
    """The viewpoints of a search mesh, not looked up and not kept."""
    toward = _directions(VIEWS)
    length = float(np.ptp(mesh.vertices_mm[:, 0]))
    distances = np.array(DISTANCES) * length
    looks = np.stack([_looking(-direction) for direction in toward])
    arrays = (mesh.vertices_mm, mesh.faces, mesh.edges, mesh.turns)
    rotations, translations, solid_angle, occupancy, points, normals = _seen(*arrays, looks, distances)
    weighted = occupancy * ring_weights()[:, None]
    spectra = spectra_of(weighted)
    return Viewpoints(
        rotations,
        translations,
        toward,
        distances,
        solid_angle,
        weighted.sum(axis=(1, 2)).astype(np.float32),
        np.ascontiguousarray(spectra.real, dtype=np.float32),
        np.ascontiguousarray(spectra.imag, dtype=np.float32),
        points,
        normals,
    )


def _looking(forward: Array) -> Array:
    """(3, 3) camera_from_shoe of a camera that looks along a unit direction of the shoe frame, its up upright."""
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward])


@njit(cache=True, nogil=True)
def _seen(
    vertices: Array,
    faces: NDArray[np.int32],
    edges: NDArray[np.int32],
    turns: NDArray[np.int8],
    looks: Array,
    distances: Array,
) -> tuple[Array, Array, Array, Floats, Array, Array]:
    """Rotations, translations, solid angles, occupancies, outline points and normals of every entry."""
    views, entries = looks.shape[0], looks.shape[0] * distances.shape[0]
    rotations, translations, solid = np.empty((entries, 3, 3)), np.empty((entries, 3)), np.empty(entries)
    occupancy = np.zeros((entries, RINGS, ANGLES), dtype=np.float32)
    unused = np.zeros((RINGS, ANGLES), dtype=np.float32)
    points, normals = np.zeros((entries, POINTS, 3)), np.zeros((entries, POINTS, 3))
    no_frame = np.array([-np.inf, -np.inf, np.inf, np.inf])
    everywhere = np.ones((_MASK_PX, _MASK_PX), dtype=np.bool_)
    for entry in range(entries):
        look = np.ascontiguousarray(looks[entry % views])
        translation = np.array([0.0, 0.0, distances[entry // views]])
        _, _, bounds = project(vertices, look, translation, np.array([1.0, 1.0, 0.0, 0.0]))
        focal = (_MASK_PX - 4) / max(bounds[2] - bounds[0], bounds[3] - bounds[1])
        lens = np.array([focal, focal, 2.0 - focal * bounds[0], 2.0 - focal * bounds[1]])
        pixels, placed, bounds = project(vertices, look, translation, lens)
        kept, weights = folds(pixels, faces, edges, turns)
        mask = np.zeros((_MASK_PX, _MASK_PX), dtype=np.bool_)
        winding_mask(pixels, edges, kept, weights, mask)
        solid[entry], ray = mean_direction(mask, everywhere, lens)
        turn = turn_between(ray, np.array([0.0, 0.0, 1.0]))
        grid = (mask, everywhere, lens, no_frame)
        polar_occupancy(grid, turn.T.copy(), np.sqrt(solid[entry]), occupancy[entry], unused)
        rotations[entry] = turn @ look
        translations[entry] = turn @ translation
        step = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / _LINES
        window = np.array([bounds[0], bounds[1], bounds[2] + step, bounds[3] + step, step])
        found, outward = outline_points(
            (pixels, placed), edges, kept, weights, window, _CRACK_PX, look, translation, lens
        )
        for i in range(POINTS):
            points[entry, i] = found[i * found.shape[0] // POINTS]
            normals[entry, i] = outward[i * found.shape[0] // POINTS]
    return rotations, translations, solid, occupancy, points, normals


def _write(file: Path, views: Viewpoints) -> None:
    """Beside, then in place: a reader never sees half a file, and two writers write the same."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".npz", delete=False) as beside:
        np.savez(beside, **views._asdict())
    Path(beside.name).replace(file)


def _read(file: Path) -> Viewpoints | None:
    """The viewpoints of a cache file; None, and the file is made anew, when it is damaged."""
    from zipfile import BadZipFile

    try:
        with np.load(file) as kept:
            views = Viewpoints(**{name: kept[name] for name in Viewpoints._fields})
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        return None
    entries = VIEWS * len(DISTANCES)
    whole = views.points.shape == (entries, POINTS, 3) and views.real.shape == (entries, RINGS, ANGLES // 2 + 1)
    return views if whole else None
