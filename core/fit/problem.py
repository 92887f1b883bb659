"""One fit's question: which shoe, at which size and side, explains which outline in which camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.fit.contour import Contour, contour_of
from core.fit.errors import FitError
from core.fit.proxy import ShoeProxies, proxies_of
from core.fit.silhouette import focal_centre
from core.fit.solver import Scene
from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.region import Region
from core.labels.instance import ShoeSize, Side


@dataclass(frozen=True, slots=True, eq=False)
class FitProblem:
    """A shoe and an outline. proxies: sized and sided; camera: the pinhole, lens undone; contour: the evidence.

    region and ignored are as they were drawn, in the photo's (distorted) px. right: the proxies of the right shoe at
    its own size, where they are not these; factors: what they were scaled by, the second negative for a left shoe.
    """

    proxies: ShoeProxies
    camera: Camera
    contour: Contour
    region: Region
    ignored: tuple[Region, ...] = ()
    right: ShoeProxies | None = None
    factors: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def side(self) -> Side:
        """The foot that the proxies are for."""
        return Side.LEFT if self.factors[1] < 0 else Side.RIGHT

    @property
    def scene(self) -> Scene:
        """The lens and the evidence, as the solver reads them."""
        return Scene(focal_centre(self.camera), self.contour)


def fit_problem(
    mesh: Mesh,
    *,
    model_length_mm: float,
    side: Side,
    size: ShoeSize,
    camera: Camera,
    region: Region,
    ignored: Sequence[Region] = (),
) -> FitProblem:
    """The problem of a ShoeModel's full mesh (right shoe, own size, `model_length_mm` long).

    The proxies of a mesh are made once and kept on disk. Raises FitError when the region is empty, outside the photo
    or too small, or when a number is not finite.
    """
    if not np.isfinite(model_length_mm) or model_length_mm <= 0:
        raise FitError(f"The shoe model's length is {model_length_mm} mm; set a length above zero in the library.")
    along, across, up = (float(factor) for factor in size.factors(model_length_mm))
    factors = (along, -across if side is Side.LEFT else across, up)
    found = problem_of(_sized(mesh, factors), camera=camera, region=region, ignored=ignored)
    return replace(found, right=proxies_of(mesh), factors=factors)


def problem_of(proxies: ShoeProxies, *, camera: Camera, region: Region, ignored: Sequence[Region] = ()) -> FitProblem:
    """The problem of proxies that have their size and side already."""
    hidden = tuple(ignored)
    return FitProblem(proxies, camera.without_distortion(), _contour(region, camera, hidden), region, hidden)


@lru_cache(maxsize=8)
def _sized(mesh: Mesh, factors: tuple[float, float, float]) -> ShoeProxies:
    return proxies_of(mesh).scaled(factors)


@lru_cache(maxsize=8)
def _contour(region: Region, camera: Camera, ignored: tuple[Region, ...]) -> Contour:
    """Kept for the live overlap, which asks for the same outline at every move of the mouse."""
    return contour_of(region, camera, ignored)
