"""One fit's question: which shoe, at which size and side, explains which outline in which camera.

With it goes what else is known: clicked landmarks, the floor, and how sure the camera's focal length is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.fit.contour import Contour, contour_of
from core.fit.errors import FitError
from core.fit.knowledge import Click, Knowledge, knowledge_of
from core.fit.proxy import ShoeProxies, proxies_of
from core.fit.silhouette import focal_centre
from core.fit.solver import Scene
from core.geometry.camera import Camera
from core.geometry.floor import Floor
from core.geometry.mesh import Mesh
from core.geometry.region import Region
from core.labels.instance import ShoeSize, Side

FOCAL_SIGMA = 0.12  # of ln f, where the focal length is a guess


@dataclass(frozen=True, slots=True, eq=False)
class FitProblem:
    """A shoe and an outline. proxies: sized and sided; camera: the pinhole, lens undone; contour: the evidence.

    region and ignored are as they were drawn, in the photo's (distorted) px. right: the proxies of the right shoe at
    its own size, where they are not these; factors: what they were scaled by, the second negative for a left shoe.
    clicks: landmarks in the frame of the proxies and in px with the lens undone. floor: what the shoe stands on.
    focal_sigma: standard deviation of the logarithm of the focal length about the camera's, which is then found with
    the pose; 0: the camera is known.
    """

    proxies: ShoeProxies
    camera: Camera
    contour: Contour
    region: Region
    ignored: tuple[Region, ...] = ()
    right: ShoeProxies | None = None
    factors: tuple[float, float, float] = (1.0, 1.0, 1.0)
    clicks: tuple[Click, ...] = ()
    floor: Floor | None = None
    focal_sigma: float = 0.0

    @property
    def side(self) -> Side:
        """The foot that the proxies are for."""
        return Side.LEFT if self.factors[1] < 0 else Side.RIGHT

    @property
    def scene(self) -> Scene:
        """The lens and the evidence, as the solver reads them."""
        return Scene(focal_centre(self.camera), self.contour)

    @property
    def knowledge(self) -> Knowledge:
        """Clicks and floor, as the kernels read them."""
        return knowledge_of(self.clicks, self.floor, float(self.proxies.corners_mm[:, 2].min()))


def fit_problem(
    mesh: Mesh,
    *,
    model_length_mm: float,
    side: Side,
    size: ShoeSize,
    camera: Camera,
    region: Region,
    ignored: Sequence[Region] = (),
    clicks: Sequence[Click] = (),
    floor: Floor | None = None,
    focal_sigma: float = 0.0,
) -> FitProblem:
    """The problem of a ShoeModel's full mesh (right shoe, own size, `model_length_mm` long).

    clicks: at_px in the photo, behind its lens. The proxies of a mesh are made once and kept on disk. Raises FitError
    when the region is empty, outside the photo or too small, the side is unknown, a click lies outside the photo, or a
    number is not finite.
    """
    if not np.isfinite(model_length_mm) or model_length_mm <= 0:
        raise FitError(f"The shoe model's length is {model_length_mm} mm; set a length above zero in the library.")
    if side is Side.UNKNOWN:
        raise FitError(
            "It is not known which foot the shoe is for, and a left shoe is the mirror image of a right one. "
            "Set its side, or look for the pose of both."
        )
    if not np.isfinite(focal_sigma) or not 0.0 <= focal_sigma <= 1.0:
        raise FitError(f"The focal length's standard deviation is a share from 0 to 1, not {focal_sigma}.")
    along, across, up = (float(factor) for factor in size.factors(model_length_mm))
    factors = (along, -across if side is Side.LEFT else across, up)
    found = problem_of(_sized(mesh, factors), camera=camera, region=region, ignored=ignored)
    known = tuple(_unbent_click(click, camera) for click in clicks)
    more = {"clicks": known, "floor": floor, "focal_sigma": focal_sigma}
    return replace(found, right=proxies_of(mesh), factors=factors, **more)  # type: ignore[arg-type]


def problem_of(proxies: ShoeProxies, *, camera: Camera, region: Region, ignored: Sequence[Region] = ()) -> FitProblem:
    """The problem of proxies that have their size and side already."""
    hidden = tuple(ignored)
    return FitProblem(proxies, camera.without_distortion(), _contour(region, camera, hidden), region, hidden)


def _unbent_click(click: Click, camera: Camera) -> Click:
    """With the lens undone; FitError when it says nothing of the shoe in this photo."""
    name = f"The click on the {click.name}" if click.name else "A click"
    if not np.isfinite([*click.at_mm, *click.at_px, click.sigma_px]).all() or click.sigma_px <= 0:
        raise FitError(f"{name} has no place, or its deviation is not above 0 px. Take it away and click anew.")
    u, v = click.at_px
    if not (0 <= u <= camera.width_px and 0 <= v <= camera.height_px):
        raise FitError(
            f"{name} lies at ({u:.0f}, {v:.0f}) px, outside the photo of {camera.width_px} x {camera.height_px} px. "
            "Take it away, or click where the landmark is seen."
        )
    x, y = camera.undistorted_pixels(np.array(click.at_px))
    return replace(click, at_px=(float(x), float(y)))


@lru_cache(maxsize=8)
def _sized(mesh: Mesh, factors: tuple[float, float, float]) -> ShoeProxies:
    extent = mesh.extent_mm
    if float(extent.min()) <= 1e-6 * float(extent.max()):
        raise FitError("The shoe model has no thickness, so that it has no outline from the side. Import a whole mesh.")
    return proxies_of(mesh).scaled(factors)


@lru_cache(maxsize=8)
def _contour(region: Region, camera: Camera, ignored: tuple[Region, ...]) -> Contour:
    """Kept for the live overlap, which asks for the same outline at every move of the mouse."""
    return contour_of(region, camera, ignored)
