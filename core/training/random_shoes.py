"""A library of sneakers of many shapes: our own with random measures, and imported meshes bent a little."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.labels.instance import Side
from core.sneaker.curves import smoothstep
from core.sneaker.materials import COLOURS
from core.sneaker.paint import texture_shares
from core.sneaker.shape import SneakerShape
from core.sneaker.sneaker import bare_sneaker, sneaker_landmarks
from core.training.shoe_paint import (
    FULL_WEIGHT,
    SWATCH_PX,
    WEIGHTED_COLOURS,
    Coats,
    PictureCoats,
    SwatchCoats,
    WeightCoats,
)

Array = NDArray[np.float64]
Landmarks = Mapping[str, tuple[float, float, float]]

OWN = "outsole_sneaker"
OWN_SHAPES, SHAPES_A_MESH = 48, 6
_TEXTURE_PX = 512
_SHADE_GRAIN_MM = 7.0
_FORMS_KEPT = 80
_PLAIN_SPREAD = 12.0  # below this spread of a texture over the shoe it counts as plain


@dataclass(frozen=True, slots=True, eq=False)
class Collar:
    """Where a leg goes in: middle of the opening's rim (3,) mm in the right shoe's frame, and its half sides in mm."""

    at_mm: Array
    half_length_mm: float
    half_width_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class ShoeForm:
    """One shape of the library: a right shoe in the shoe frame, mm, with uv; its colours come with each picture.

    shade: a coarse stand-in that casts shadows. source: the file's stem, or OWN.
    """

    key: str
    source: str
    mesh: Mesh
    shade: Mesh
    landmarks: Landmarks
    collar: Collar
    coats: Coats

    def sided(self, mesh: Mesh, side: Side) -> Mesh:
        """A mesh of this form for that foot."""
        return mesh.mirrored() if side is Side.LEFT else mesh


class ShoeLibrary:
    """Shapes by number, made when first asked for; shape n depends on the seed and n alone."""

    def __init__(self, models: Sequence[Path], *, seed: int, own_share: float) -> None:
        """own_share: how often our own sneaker is drawn, 0..1; with no models always."""
        self._models = tuple(models)
        self._seed = seed
        self._own_share = own_share if models else 1.0
        self._imported: dict[Path, Mesh] = {}
        self._forms: OrderedDict[tuple[int, int], ShoeForm] = OrderedDict()

    def draw(self, rng: np.random.Generator) -> ShoeForm:
        """A random shape."""
        if rng.random() < self._own_share:
            return self.form(-1, int(rng.integers(OWN_SHAPES)))
        return self.form(int(rng.integers(len(self._models))), int(rng.integers(SHAPES_A_MESH)))

    def form(self, model: int, variant: int) -> ShoeForm:
        """The variant of a model, by its place in the list; -1 for our own sneaker."""
        key = (model, variant)
        if key not in self._forms:
            rng = np.random.default_rng([self._seed, 7, model + 1, variant])
            self._forms[key] = _own_form(variant, rng) if model < 0 else self._bent_form(model, variant, rng)
            while len(self._forms) > _FORMS_KEPT:
                self._forms.popitem(last=False)
        self._forms.move_to_end(key)
        return self._forms[key]

    def _bent_form(self, model: int, variant: int, rng: np.random.Generator) -> ShoeForm:
        file = self._models[model]
        if file not in self._imported:
            # trimesh and scipy are loaded only where a mesh is imported.
            from core.meshes.shoe_import import propose_import

            self._imported[file] = propose_import(file).mesh
        original = self._imported[file]
        mesh, coats = _with_swatches(original) if _wants_swatches(original, rng) else _with_picture(original)
        scale = rng.uniform((0.95, 0.92, 0.9), (1.05, 1.1, 1.12))
        bend = _Bend.drawn(rng, strength=0.45)
        points = bend.applied(mesh.vertices_mm * scale, mesh.bounds_mm[0] * scale, mesh.bounds_mm[1] * scale)
        return _form(f"{file.stem}-{variant}", file.stem, mesh.with_vertices(points).centred(), {}, coats)


@dataclass(frozen=True, slots=True)
class _Bend:
    """A smooth change of a shoe: how much higher the ankle, how much narrower and lower the toe (shares)."""

    higher_ankle: float
    narrower_toe: float
    lower_toe: float
    wider_heel: float

    @staticmethod
    def drawn(rng: np.random.Generator, *, strength: float) -> _Bend:
        higher = rng.uniform(-0.12, 0.15) * strength
        toe, low, heel = rng.uniform((-0.14, -0.15, -0.08), (0.22, 0.22, 0.10)) * strength
        return _Bend(float(higher), float(toe), float(low), float(heel))

    def applied(self, points: Array, low: Array, high: Array) -> Array:
        """(N, 3) points of a shoe whose box is low..high."""
        along = (points[:, 0] - low[0]) / (high[0] - low[0])
        up = (points[:, 2] - low[2]) / (high[2] - low[2])
        rise = 1 + self.higher_ankle * smoothstep(along, 0.66, 0.30) * smoothstep(up, 0.25, 0.7)
        rise = rise * (1 - self.lower_toe * smoothstep(along, 0.5, 0.95) * smoothstep(up, 0.05, 0.3))
        side = 1 - self.narrower_toe * smoothstep(along, 0.6, 1.0) + self.wider_heel * smoothstep(along, 0.4, 0.0)
        return np.stack([points[:, 0], points[:, 1] * side, low[2] + (points[:, 2] - low[2]) * rise], axis=1)


def _own_form(variant: int, rng: np.random.Generator) -> ShoeForm:
    high_top = bool(rng.random() < 0.3)
    shape = SneakerShape(
        length_mm=float(rng.uniform(265, 305)),
        width_mm=float(rng.uniform(88, 117)),
        collar_height_mm=float(rng.uniform(132, 172) if high_top else rng.uniform(80, 114)),
        sole_thickness_mm=float(rng.choice((rng.uniform(16, 28), rng.uniform(24, 46)))),
        toe_spring_mm=float(rng.uniform(3, 22)),
        lining_mm=float(rng.uniform(3, 12)),
        heel_drop_mm=float(rng.uniform(0, 9)),
        toe_box_mm=float(rng.uniform(22, 36)),
        toe_roundness=float(rng.random()),
        padding_mm=float(rng.uniform(0, 5)),
        eyelets=int(rng.integers(5, 9)),
    )
    mesh = bare_sneaker(shape)
    places = sneaker_landmarks(shape)
    low, high = mesh.bounds_mm
    bend = _Bend.drawn(rng, strength=1.0)
    bent = mesh.with_vertices(bend.applied(mesh.vertices_mm, low, high))
    middle = sum(bent.bounds_mm) / 2
    marks = bend.applied(np.array(list(places.values())), low, high) - middle
    landmarks = {name: (float(x), float(y), float(z)) for name, (x, y, z) in zip(places, marks, strict=True)}
    coats = WeightCoats(_weights(shape))
    return _form(f"{OWN}-{variant}", OWN, bent.with_vertices(bent.vertices_mm - middle), landmarks, coats)


def _form(key: str, source: str, mesh: Mesh, landmarks: Landmarks, coats: Coats) -> ShoeForm:
    bare = replace(mesh, texture=None)
    return ShoeForm(key, source, bare, _coarse(mesh), MappingProxyType(dict(landmarks)), _collar(mesh), coats)


def _coarse(mesh: Mesh) -> Mesh:
    """The mesh with its vertices moved together on a grid: quick to make, and good enough for a shadow."""
    cells, place = np.unique(np.round(mesh.vertices_mm / _SHADE_GRAIN_MM).astype(np.int32), axis=0, return_inverse=True)
    faces = np.unique(np.sort(place.reshape(-1)[mesh.faces], axis=1), axis=0)
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2])
    return Mesh(cells.astype(np.float64) * _SHADE_GRAIN_MM, faces[whole].astype(np.int32))


def _weights(shape: SneakerShape) -> NDArray[np.uint8]:
    """(H, W, 9) how much of each colour is in each texel, FULL_WEIGHT being all."""
    shares = texture_shares(shape, side_px=_TEXTURE_PX)[..., [COLOURS.index(name) for name in WEIGHTED_COLOURS]]
    return np.clip(np.round(shares * FULL_WEIGHT), 0, 255).astype(np.uint8)


def _collar(mesh: Mesh) -> Collar:
    """The opening, judged from the highest part of the shoe's rear half."""
    low, high = mesh.bounds_mm
    length, _, height = high - low
    rear = mesh.vertices_mm[mesh.vertices_mm[:, 0] < low[0] + 0.42 * length]
    top = float(rear[:, 2].max())
    rim = rear[rear[:, 2] > top - 0.2 * height]
    half_width = float(np.clip(np.ptp(rim[:, 1]) / 2 - 6.0, 22.0, 40.0))
    x = float(rim[:, 0].min()) + 8.0 + 1.2 * half_width
    y = float(rim[:, 1].min() + rim[:, 1].max()) / 2
    return Collar(np.array([x, y, top]), 1.2 * half_width, half_width)


def _wants_swatches(mesh: Mesh, rng: np.random.Generator) -> bool:
    by_chance = rng.random() < 0.25
    if mesh.texture is None or mesh.uv is None:
        return True
    height, width = mesh.texture.shape[:2]
    rows = np.clip(((1 - mesh.uv[:, 1] % 1.0) * height).astype(int), 0, height - 1)
    columns = np.clip(((mesh.uv[:, 0] % 1.0) * width).astype(int), 0, width - 1)
    texels = mesh.texture[rows, columns].astype(float)
    plain = np.median(np.abs(texels - np.median(texels, axis=0)).max(axis=1)) < _PLAIN_SPREAD
    return bool(plain and texels.std() < 3 * _PLAIN_SPREAD) or by_chance


def _with_picture(mesh: Mesh) -> tuple[Mesh, Coats]:
    import cv2

    assert mesh.texture is not None
    side = max(mesh.texture.shape[:2])
    share = min(1.0, 2 * _TEXTURE_PX / side)
    size = (max(1, round(mesh.texture.shape[1] * share)), max(1, round(mesh.texture.shape[0] * share)))
    return mesh, PictureCoats(np.asarray(cv2.resize(np.array(mesh.texture), size, interpolation=cv2.INTER_AREA)))


def _with_swatches(mesh: Mesh) -> tuple[Mesh, Coats]:
    """The mesh with every connected surface looking up one swatch of a strip."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    from core.render.normals import welded_vertices

    _, place = welded_vertices(mesh.vertices_mm)
    faces = place[mesh.faces]
    edges = np.concatenate([faces[:, :2], faces[:, 1:]])
    size = int(place.max()) + 1
    graph = coo_matrix((np.ones(len(edges), np.int8), (edges[:, 0], edges[:, 1])), shape=(size, size))
    count, labels = connected_components(graph, directed=False)
    shells = labels[place]
    corners = mesh.vertices_mm[mesh.faces]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    shares = np.bincount(labels[faces[:, 0]], areas, minlength=count) / areas.sum()
    uv = np.stack([(shells + 0.5) / count, np.full(len(shells), 0.5)], axis=1)
    assert SWATCH_PX > 1
    return Mesh(mesh.vertices_mm, mesh.faces, uv), SwatchCoats(int(count), tuple(float(share) for share in shares))
