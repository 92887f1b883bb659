"""The house's sneaker: clean closed shoes of their measures, their landmarks, and the files shipped of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.geometry.mesh import Mesh
from core.labels.shoe_model import LANDMARK_NAMES
from core.sneaker.build import SHIPPED, ShippedShoe, build_models
from core.sneaker.form import Form
from core.sneaker.paint import COLOURWAYS, EMBER, sneaker_texture
from core.sneaker.parts import sole, upper
from core.sneaker.patches import volume
from core.sneaker.shape import HIGH_TOP, LOW_TOP, RANGES, SneakerShape
from core.sneaker.shipped import MODELS_FOLDER, shipped_high_top, shipped_sneaker
from core.sneaker.sneaker import bare_sneaker, sneaker_landmarks, sneaker_mesh
from core.sneaker.tongue import tongue

SHAPES = {"low-top": LOW_TOP, "high-top": HIGH_TOP}


@pytest.fixture(scope="module")
def sneakers() -> dict[str, Mesh]:
    return {name: bare_sneaker(shape) for name, shape in SHAPES.items()}


@pytest.fixture(params=list(SHAPES))
def sneaker(request: pytest.FixtureRequest, sneakers: dict[str, Mesh]) -> Mesh:
    return sneakers[request.param]


def solid_of(mesh: Mesh) -> trimesh.Trimesh:
    solid = trimesh.Trimesh(mesh.vertices_mm, mesh.faces, process=False)
    solid.merge_vertices(merge_tex=True, merge_norm=True)
    return solid


def distance_mm(point: tuple[float, float, float], mesh: Mesh) -> float:
    """From a point to the nearest of the mesh's triangles, by projection, clamped to each edge."""
    a, b, c = np.moveaxis(mesh.vertices_mm[mesh.faces], 1, 0)
    best = np.inf
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    height = ((np.asarray(point) - a) * normal).sum(axis=1)
    foot = np.asarray(point) - height[:, None] * normal
    inside = np.ones(len(a), bool)
    for start, end in ((a, b), (b, c), (c, a)):
        edge = end - start
        inside &= (np.cross(edge, foot - start) * normal).sum(axis=1) >= 0
        share = np.clip(((np.asarray(point) - start) * edge).sum(axis=1) / (edge**2).sum(axis=1), 0, 1)
        best = min(best, float(np.linalg.norm(start + share[:, None] * edge - point, axis=1).min()))
    return min(best, float(np.abs(height[inside]).min())) if inside.any() else best


@pytest.mark.parametrize(("name", "height"), [("low-top", 126), ("high-top", 176)])
def test_its_size_and_frame(sneakers: dict[str, Mesh], name: str, height: float) -> None:
    mesh = sneakers[name]
    low, high = mesh.bounds_mm
    assert np.allclose(low + high, 0, atol=2e-4)
    assert mesh.extent_mm == pytest.approx([290, 104, height], abs=3)
    assert mesh.extent_mm[0] == pytest.approx(LOW_TOP.length_mm, abs=1e-3)
    assert 10_000 <= len(mesh.faces) <= 20_000
    toe = mesh.vertices_mm[:, 0] > 120
    heel = mesh.vertices_mm[:, 0] < -120
    assert mesh.vertices_mm[toe, 2].max() < mesh.vertices_mm[heel, 2].max() - 30


def test_every_part_is_closed_with_its_outside_outside(sneaker: Mesh) -> None:
    parts = solid_of(sneaker).split(only_watertight=False)
    assert len(parts) >= 60  # sole, upper, tongue, sheets, laces, eyelets, lugs
    for part in parts:
        assert part.is_watertight
        assert part.is_winding_consistent
        assert part.volume > 0


def test_one_can_look_into_it(sneaker: Mesh) -> None:
    corners = sneaker.vertices_mm[sneaker.faces]
    edges = np.roll(corners, -1, axis=1) - corners
    away = np.array([-80.0, 0.0]) - corners[..., :2]
    turns = edges[..., 0] * away[..., 1] - edges[..., 1] * away[..., 0]
    over = (turns > 0).all(axis=1) | (turns < 0).all(axis=1)  # triangles above and below a point of the heel
    assert over.sum() >= 2
    assert corners[over][..., 2].max() < sneaker.bounds_mm[0][2] + 40  # the insole, not a lid


def test_it_is_a_right_shoe(sneaker: Mesh) -> None:
    low = sneaker.vertices_mm[sneaker.vertices_mm[:, 2] < sneaker.bounds_mm[0][2] + 20]
    toe = low[low[:, 0] > low[:, 0].max() - 0.5]
    assert toe[:, 1].mean() > 3  # the big toe's side is the longer one
    waist = low[np.abs(low[:, 0]) < 15]
    assert waist[:, 1].max() < -waist[:, 1].min() - 4  # the waist is cut in on the medial side


def test_it_stands_on_its_tread(sneaker: Mesh) -> None:
    ground = sneaker.bounds_mm[0][2]
    lowest = sneaker.vertices_mm[sneaker.vertices_mm[:, 2] < ground + 0.05]
    assert np.ptp(lowest[:, 0]) > 130 and np.ptp(lowest[:, 1]) > 80
    x, y = sneaker.vertices_mm[:, 0], sneaker.vertices_mm[:, 1]
    under_ball = (np.abs(x - 40) < 25) & (np.abs(y) < 20) & (sneaker.vertices_mm[:, 2] < ground + 10)
    heights = sneaker.vertices_mm[under_ball, 2] - ground
    assert (heights < 0.1).sum() > 30 and (heights > 2.0).sum() > 30  # lugs, and the grooves between them


def test_its_places_in_the_texture_fill_it(sneaker: Mesh) -> None:
    assert sneaker.uv is not None
    assert sneaker.uv.min() >= 0 and sneaker.uv.max() <= 1
    assert np.ptp(sneaker.uv[:, 0]) > 0.95 and np.ptp(sneaker.uv[:, 1]) > 0.95


@pytest.mark.parametrize("name", list(SHAPES))
def test_landmarks_lie_on_the_surface(sneakers: dict[str, Mesh], name: str) -> None:
    landmarks = sneaker_landmarks(SHAPES[name])
    assert tuple(landmarks) == LANDMARK_NAMES
    assert max(distance_mm(point, sneakers[name]) for point in landmarks.values()) < 0.5
    for place in ("forefoot", "rearfoot"):
        assert landmarks[f"{place} lateral"][1] < 0 < landmarks[f"{place} medial"][1]
    assert landmarks["toe tip"][0] > 144
    assert landmarks["heel bottom"][0] < -140
    assert landmarks["heel bottom"][2] < landmarks["heel top"][2] - 80


def test_landmarks_follow_the_measures() -> None:
    low, high = sneaker_landmarks(LOW_TOP), sneaker_landmarks(HIGH_TOP)
    rise = {name: high[name][2] - high["heel bottom"][2] - low[name][2] + low["heel bottom"][2] for name in low}
    assert rise["heel top"] == pytest.approx(HIGH_TOP.collar_height_mm - LOW_TOP.collar_height_mm, abs=3)
    assert rise["instep"] > 15
    assert abs(rise["toe tip"]) < 3
    wide = sneaker_landmarks(replace(LOW_TOP, width_mm=115, length_mm=300))
    assert wide["forefoot medial"][1] - wide["forefoot lateral"][1] == pytest.approx(113.3, abs=1)
    assert wide["toe tip"][0] == pytest.approx(150, abs=0.5)
    sprung = sneaker_landmarks(replace(LOW_TOP, toe_spring_mm=25))
    assert sprung["toe tip"][2] - sprung["heel bottom"][2] > low["toe tip"][2] - low["heel bottom"][2] + 10


@pytest.mark.parametrize(
    "shape",
    [
        SneakerShape(length_mm=240, width_mm=90, collar_height_mm=90),
        SneakerShape(length_mm=320, width_mm=118, sole_thickness_mm=38, toe_spring_mm=20),
        SneakerShape(toe_spring_mm=0, lining_mm=5, padding_mm=0, eyelets=4),
        SneakerShape(collar_height_mm=128, toe_box_mm=38, toe_roundness=1.0, heel_drop_mm=0),
        SneakerShape(collar_height_mm=170, toe_roundness=0.0, toe_box_mm=20, heel_drop_mm=12, eyelets=10),
    ],
)
def test_other_measures_make_clean_shoes(shape: SneakerShape) -> None:
    mesh = bare_sneaker(shape)
    assert mesh.extent_mm[0] == pytest.approx(shape.length_mm, rel=0.01)
    assert mesh.extent_mm[1] == pytest.approx(shape.width_mm, rel=0.06)
    assert all(part.is_watertight and part.volume > 0 for part in solid_of(mesh).split(only_watertight=False))
    assert max(distance_mm(point, mesh) for point in sneaker_landmarks(shape).values()) < 0.5


def _measure(name: str) -> st.SearchStrategy[float]:
    low, high = RANGES[name]
    return st.integers(int(low), int(high)) if name == "eyelets" else st.floats(low, high)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(measures=st.fixed_dictionaries({name: _measure(name) for name in RANGES}))
def test_all_measures_within_their_ranges_make_a_shoe(measures: dict[str, float]) -> None:
    assume(measures["collar_height_mm"] >= measures["sole_thickness_mm"] + 28)
    assume(measures["heel_drop_mm"] <= measures["sole_thickness_mm"] - 6)
    shape = SneakerShape(**measures)  # type: ignore[arg-type]
    mesh = bare_sneaker(shape)  # Mesh refuses what is not finite
    form = Form.of(shape)
    for body in (sole(form), upper(form), tongue(form)):
        assert volume(body) > 0
    assert mesh.extent_mm[0] == pytest.approx(shape.length_mm, rel=0.02)
    assert np.isfinite(list(sneaker_landmarks(shape).values())).all()


@pytest.mark.parametrize("name", list(RANGES))
@pytest.mark.parametrize("end", [0, 1])
def test_measures_out_of_range_are_refused_by_name(name: str, end: int) -> None:
    low, high = RANGES[name]
    wrong = (low - 1, high + 1)[end]
    with pytest.raises(ValueError, match=rf"a sneaker's {name} lies between {low:g} and {high:g}, not {wrong:g}"):
        replace(LOW_TOP, **{name: wrong})


def test_measures_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(ValueError, match="collar_height_mm is 83 or more, not 80"):
        replace(LOW_TOP, collar_height_mm=80, sole_thickness_mm=55)
    with pytest.raises(ValueError, match="heel_drop_mm is at most 8, not 10"):
        replace(LOW_TOP, sole_thickness_mm=14, heel_drop_mm=10)
    with pytest.raises(ValueError, match="lining_mm lies between"):
        replace(LOW_TOP, lining_mm=float("nan"))
    with pytest.raises(ValueError, match="whole number"):
        replace(LOW_TOP, eyelets=5.5)  # type: ignore[arg-type]


def test_colourways_change_the_paint_alone() -> None:
    plain = sneaker_mesh()
    other = sneaker_texture(LOW_TOP, EMBER, side_px=512)
    assert other.shape == (512, 512, 3)
    assert plain.texture is not None
    assert np.abs(other[::2, ::2].astype(int) - plain.texture[::4, ::4]).mean() > 15
    assert len(COLOURWAYS) >= 4


def test_the_same_measures_make_the_same_shoe(sneakers: dict[str, Mesh]) -> None:
    assert bare_sneaker(HIGH_TOP).sha256 == sneakers["high-top"].sha256
    once, again = (sneaker_texture(HIGH_TOP, EMBER, side_px=256) for _ in range(2))
    assert np.array_equal(once, again)


@pytest.mark.parametrize(("name", "shipped"), [("low-top", shipped_sneaker), ("high-top", shipped_high_top)])
def test_the_shipped_files_are_what_the_generator_makes(sneakers: dict[str, Mesh], name: str, shipped) -> None:  # type: ignore[no-untyped-def]
    model, mesh = shipped()
    made = sneakers[name]
    assert mesh.vertices_mm == pytest.approx(made.vertices_mm, abs=2e-4)
    assert np.array_equal(mesh.faces, made.faces)
    assert made.uv is not None and mesh.uv == pytest.approx(made.uv, abs=2e-5)
    assert mesh.texture is not None and mesh.texture.shape == (2048, 2048, 3)
    assert model.mesh_sha256 == mesh.sha256
    assert model.diameter_mm == pytest.approx(made.diameter_mm(), abs=1e-3)
    assert dict(model.landmarks) == {
        mark: pytest.approx(point, abs=1e-3) for mark, point in sneaker_landmarks(SHAPES[name]).items()
    }
    colourway = next(shoe.colourway for shoe in SHIPPED if shoe.shape == SHAPES[name])
    flat = sneaker_texture(SHAPES[name], colourway, side_px=512).astype(int)
    baked = mesh.texture.reshape(512, 4, 512, 4, 3).mean(axis=(1, 3))
    assert np.percentile(baked - flat, 98) < 25  # the shade of its folds darkens, and no more
    assert (baked - flat).mean() < -5


def test_the_shipped_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in MODELS_FOLDER.iterdir()) < 6_000_000


def test_the_command_writes_three_files_a_shoe(tmp_path: Path) -> None:
    build_models(tmp_path, (ShippedShoe(HIGH_TOP, EMBER),), texture_px=128)
    assert {path.name for path in tmp_path.iterdir()} == {f"outsole_high_top.{end}" for end in ("npz", "json", "glb")}
    assert trimesh.load_scene(tmp_path / "outsole_high_top.glb").extents[2] == pytest.approx(0.290, abs=0.001)
