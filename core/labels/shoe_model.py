"""The 3-D shoe: mesh, landmarks and their links, and how a size changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.labels.instance import ShoeSize, Side

Array = NDArray[np.float64]

LANDMARK_NAMES = (
    "heel bottom",
    "toe tip",
    "heel top",
    "forefoot lateral",
    "forefoot medial",
    "rearfoot lateral",
    "rearfoot medial",
    "instep",
)
LANDMARK_LINKS = ((1, 3), (1, 4), (1, 7), (7, 2), (7, 5), (7, 6), (2, 0))


@dataclass(frozen=True, slots=True)
class ShoeModel:
    """A shoe in the shoe frame (+X toe, +Y wearer's left, +Z up, origin at the box's centre), stored as a right one.

    mesh_sha256 names the mesh in the project file; mesh_file is where it was imported from, for the record.
    landmarks: name to (x, y, z) mm on this model at its own size. links: pairs of indices into landmark_names.
    extent_mm: length, width, height. outline_rms_px: deviation of the fit's decimated mesh, when known.
    """

    id: str
    name: str
    mesh_sha256: str
    extent_mm: tuple[float, float, float]
    diameter_mm: float
    mesh_file: str = ""
    landmarks: Mapping[str, tuple[float, float, float]] = field(default_factory=lambda: MappingProxyType({}))
    landmark_names: tuple[str, ...] = LANDMARK_NAMES
    links: tuple[tuple[int, int], ...] = LANDMARK_LINKS
    licence: str = ""

    @property
    def length_mm(self) -> float:
        """Length of the model's own size."""
        return self.extent_mm[0]

    @property
    def size(self) -> ShoeSize:
        """The model's own size."""
        return ShoeSize(self.length_mm)

    def factors(self, size: ShoeSize | None, side: Side) -> Array:
        """(3,) scale from the stored right shoe to one of that size and side; y is negative for a left shoe."""
        factors = (size or self.size).factors(self.length_mm)
        return factors * [1.0, -1.0, 1.0] if side is Side.LEFT else factors

    def sized_mesh(self, mesh: Mesh, *, size: ShoeSize | None, side: Side) -> Mesh:
        """`mesh` (this model's, or a proxy of it) at that size; mirrored for a left shoe."""
        sized = mesh.scaled((size or self.size).factors(self.length_mm))
        return sized.mirrored() if side is Side.LEFT else sized

    def sized_landmarks(self, size: ShoeSize | None, side: Side) -> dict[str, Array]:
        """Landmark name to (3,) mm for a shoe of that size and side, in the model's order."""
        factors = self.factors(size, side)
        placed = (name for name in self.landmark_names if name in self.landmarks)
        return {name: np.asarray(self.landmarks[name]) * factors for name in placed}

    def with_landmark(self, name: str, at_mm: tuple[float, float, float] | None) -> ShoeModel:
        """The model with a landmark placed, or taken away when `at_mm` is None."""
        landmarks = {key: value for key, value in self.landmarks.items() if key != name}
        if at_mm is not None:
            landmarks[name] = at_mm
        return replace(self, landmarks=MappingProxyType(landmarks))

    def with_name(self, name: str) -> ShoeModel:
        """The model under another name."""
        return replace(self, name=name)
