"""What cannot be fitted is refused by a typed error whose sentence says what, why and what to do."""

from __future__ import annotations

import numpy as np
import pytest
from fit_builders import CAMERA, LENGTH_MM, lofted_shoe, problem, rendered, view

from core.fit.errors import FitError
from core.fit.knowledge import Click
from core.fit.problem import fit_problem
from core.fit.refine import refine_pose
from core.fit.search import search_pose
from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import rotation_angle_deg
from core.geometry.region import EMPTY_REGION, Region
from core.labels.instance import ShoeSize, Side
from core.render.contours import region_from_mask

TRUE = view(30, 25)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSOLE_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "fit-cache"))


def three_pixels() -> Region:
    mask = np.zeros((480, 640), dtype=np.bool_)
    mask[100, 200:203] = True
    return region_from_mask(mask, tolerance_px=0.0)


@pytest.mark.parametrize(
    ("region", "word"),
    [
        (EMPTY_REGION, "no outline yet"),
        (three_pixels(), "so few pixels"),
        (Region.from_box(0, 0, x1_px=640, y1_px=480), "border"),
        (Region.from_box(-50, -50, x1_px=900, y1_px=900), "border"),
        (Region.from_box(700, 500, x1_px=1200, y1_px=900), "outside the photo"),
        (Region.from_box(-300, 100, x1_px=-1, y1_px=200), "outside the photo"),
    ],
)
def test_a_region_that_says_nothing(region: Region, word: str) -> None:
    with pytest.raises(FitError, match=word) as refused:
        problem(region)
    assert str(refused.value).endswith(".")


def test_a_region_drawn_on_a_larger_photo_counts_as_far_as_it_is_seen() -> None:
    region = Region.from_box(500, 300, x1_px=1900, y1_px=1400)
    x0, y0, x1, y1 = problem(region).contour.pixels.frame
    assert (x0, y0, x1, y1) == (0, 0, 640, 480)


@pytest.mark.parametrize("focal", [0.0, -500.0, np.nan, np.inf])
def test_a_camera_without_a_focal_length(focal: float) -> None:
    with pytest.raises(ValueError, match="focal length"):
        Camera(focal, 600.0, 320.0, 240.0, 640, 480, np.zeros(5))
    with pytest.raises(ValueError, match="focal length"):
        Camera(600.0, focal, 320.0, 240.0, 640, 480, np.zeros(5))


def test_a_mesh_with_places_that_are_no_numbers() -> None:
    vertices = lofted_shoe().vertices_mm.copy()
    vertices[7, 1] = np.nan
    with pytest.raises(ValueError, match="NaN or infinity"):
        Mesh(vertices, lofted_shoe().faces)


@pytest.mark.parametrize("word", ["flat", "point"])
def test_a_mesh_without_an_inside(word: str) -> None:
    vertices = lofted_shoe().vertices_mm * ([1.0, 1.0, 0.0] if word == "flat" else [0.0, 0.0, 0.0])
    with pytest.raises(FitError, match="no thickness"):
        fit_problem(
            Mesh(vertices, lofted_shoe().faces),
            model_length_mm=LENGTH_MM,
            side=Side.RIGHT,
            size=ShoeSize(LENGTH_MM),
            camera=CAMERA,
            region=rendered(TRUE),
        )


def test_a_mesh_that_is_no_manifold_is_fitted_all_the_same() -> None:
    whole = lofted_shoe()
    rng = np.random.default_rng(3)
    kept = whole.faces[rng.random(len(whole.faces)) > 0.02]  # holes
    fins = np.concatenate([whole.faces[:40], whole.faces[:40, ::-1]])  # sides with three and more faces
    mesh = Mesh(whole.vertices_mm, np.concatenate([kept, fins]))
    given = {"model_length_mm": LENGTH_MM, "side": Side.RIGHT, "size": ShoeSize(LENGTH_MM), "camera": CAMERA}
    found = search_pose(fit_problem(mesh, region=rendered(TRUE), **given)).hypotheses[0]  # type: ignore[arg-type]
    assert rotation_angle_deg(TRUE, found.pose) < 3.0


@pytest.mark.parametrize("length", [0.0, -3.0, np.nan, np.inf])
def test_a_shoe_model_without_a_length(length: float) -> None:
    given = {"side": Side.RIGHT, "size": ShoeSize(LENGTH_MM), "camera": CAMERA, "region": rendered(TRUE)}
    with pytest.raises(FitError, match="length above zero"):
        fit_problem(lofted_shoe(), model_length_mm=length, **given)  # type: ignore[arg-type]


def test_an_unknown_foot() -> None:
    with pytest.raises(FitError, match="which foot"):
        problem(rendered(TRUE), side=Side.UNKNOWN)


@pytest.mark.parametrize(
    ("click", "word"),
    [
        (Click((0.0, 0.0, 0.0), (-30.0, 100.0), name="toe tip"), "toe tip lies at .* outside the photo"),
        (Click((0.0, 0.0, 0.0), (100.0, 480.5)), "outside the photo"),
        (Click((0.0, np.nan, 0.0), (100.0, 100.0)), "no place"),
        (Click((0.0, 0.0, 0.0), (np.inf, 100.0)), "no place"),
        (Click((0.0, 0.0, 0.0), (100.0, 100.0), 0.0), "not above 0 px"),
    ],
)
def test_a_click_that_says_nothing(click: Click, word: str) -> None:
    with pytest.raises(FitError, match=word) as refused:
        problem(rendered(TRUE), clicks=[click])
    assert str(refused.value).endswith(".")


def test_a_click_on_what_lies_behind_the_camera() -> None:
    clicks = [Click((0.0, 0.0, 4000.0), (300.0, 200.0), name="instep")]
    with pytest.raises(FitError, match="instep lies behind the camera"):
        refine_pose(problem(rendered(TRUE), clicks=clicks), TRUE)
    found = search_pose(problem(rendered(TRUE), clicks=clicks)).hypotheses[0]
    assert rotation_angle_deg(TRUE, found.pose) < 1.0


@pytest.mark.parametrize("sigma", [-0.1, np.nan, 7.0])
def test_a_spread_of_the_focal_length_that_is_none(sigma: float) -> None:
    with pytest.raises(FitError, match="from 0 to 1"):
        problem(rendered(TRUE), focal_sigma=sigma)
