"""One fit's question: which shoe, at which size and side, explains which outline in which camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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

    region and ignored are as they were drawn, in the photo's (distorted) px.
    """

    proxies: ShoeProxies
    camera: Camera
    contour: Contour
    region: Region
    ignored: tuple[Region, ...] = ()

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
    factors = size.factors(model_length_mm) * ([1.0, -1.0, 1.0] if side is Side.LEFT else [1.0, 1.0, 1.0])
    proxies = _sized(mesh, (float(factors[0]), float(factors[1]), float(factors[2])))
    return problem_of(proxies, camera=camera, region=region, ignored=ignored)


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
