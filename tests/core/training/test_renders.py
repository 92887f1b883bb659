"""Renders: the truth that is written agrees with the geometry and with the pixels, and a seed says all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from core.formats.outsole_key import pose_from_json
from core.geometry.camera import Camera
from core.labels.instance import Side
from core.render.raster import mesh_depth, mesh_mask
from core.training.cutout import cutout_from_alpha_file
from core.training.random_shoes import ShoeLibrary
from core.training.render_scene import (
    RenderedPicture,
    rendered_cutout,
    rendered_picture,
    written_instances,
)
from core.training.render_stage import RenderStage
from core.training.renders import RenderSetError, render_cutouts, render_set
from core.training.scene_plan import plan_single

SIZE_PX = 96
PICTURES = 5
MODELS = Path(__file__).resolve().parents[4] / "shared" / "data" / "models"


@pytest.fixture(scope="module")
def stage() -> Iterator[RenderStage]:
    stage = RenderStage()
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def library() -> ShoeLibrary:
    return ShoeLibrary([], seed=5, own_share=1.0)


@pytest.fixture(scope="module")
def pictures(library: ShoeLibrary, stage: RenderStage) -> list[RenderedPicture]:
    return [drawn(library, stage, number) for number in range(PICTURES)]


def drawn(library: ShoeLibrary, stage: RenderStage, number: int) -> RenderedPicture:
    rng = np.random.default_rng([5, number])
    return rendered_picture(library, stage, rng, size_px=SIZE_PX, backgrounds=[])


def seen_of(picture: RenderedPicture, index: int) -> np.ndarray:
    """The mask of one shoe minus everything that stands before it, from the meshes alone."""
    shoe = picture.shoes[index]
    depth = mesh_depth(shoe.mesh, shoe.camera_from_shoe, picture.camera)
    seen = mesh_mask(shoe.mesh, shoe.camera_from_shoe, picture.camera)
    for garment in picture.occluders:
        seen &= depth <= mesh_depth(garment, picture.plan.camera_from_world, picture.camera)
    for other in picture.shoes:
        seen &= depth <= mesh_depth(other.mesh, other.camera_from_shoe, picture.camera)
    return np.asarray(seen)


def test_the_mask_is_the_posed_mesh_without_what_hides_it(pictures: list[RenderedPicture]) -> None:
    assert any(picture.occluders for picture in pictures) and any(len(picture.shoes) > 1 for picture in pictures)
    for picture in pictures:
        for index, shoe in enumerate(picture.shoes):
            assert np.array_equal(shoe.visible, seen_of(picture, index))


def test_no_pixel_belongs_to_two_shoes(pictures: list[RenderedPicture]) -> None:
    for picture in pictures:
        assert np.stack([shoe.visible for shoe in picture.shoes]).sum(axis=0).max() <= 1


def test_what_is_written_says_the_same(pictures: list[RenderedPicture]) -> None:
    picture = next(picture for picture in pictures if len(picture.shoes) > 1)
    seen = [shoe for shoe in picture.shoes if shoe.visible.any()]
    for shoe, written in zip(seen, written_instances(picture), strict=True):
        content = json.loads(json.dumps(dict(written.more)))["outsole"]
        numbers = content["camera"]
        camera = Camera(**numbers, distortion=np.zeros(5))
        mask = mesh_mask(shoe.mesh, pose_from_json(content["pose"]), camera)
        assert not (written.mask & ~mask).any()
        assert written.side is shoe.side and content["side"] == shoe.side.value
        assert content["size"]["length_mm"] == pytest.approx(shoe.mesh.extent_mm[0], abs=1e-6)
        assert content["visible_fraction"] == pytest.approx(written.mask.sum() / mask.sum(), abs=1e-3)


def test_a_picture_is_the_same_alone_and_after_others(
    library: ShoeLibrary, stage: RenderStage, pictures: list[RenderedPicture]
) -> None:
    again = drawn(ShoeLibrary([], seed=5, own_share=1.0), stage, 2)
    assert np.array_equal(again.pixels, pictures[2].pixels)
    assert not np.array_equal(again.pixels, pictures[3].pixels)


def test_visible_keypoints_lie_on_the_shoe(pictures: list[RenderedPicture]) -> None:
    checked = 0
    for picture in pictures:
        for written in written_instances(picture):
            marks = np.array(written.more["keypoints"]).reshape(-1, 3)
            assert written.more["num_keypoints"] == (marks[:, 2] > 0).sum()
            for x, y, visibility in marks:
                assert visibility == 0 or (0 <= x <= SIZE_PX and 0 <= y <= SIZE_PX)
                if visibility == 2:
                    rows = slice(max(int(y) - 2, 0), int(y) + 3)
                    columns = slice(max(int(x) - 2, 0), int(x) + 3)
                    assert written.mask[rows, columns].any()
                    checked += 1
    assert checked > 5


def test_what_is_drawn_is_where_the_truth_is(library: ShoeLibrary, stage: RenderStage) -> None:
    for number in range(3):
        rgba, shoe = rendered_cutout(library, stage, np.random.default_rng(number), size_px=160)
        plan = plan_single(library, np.random.default_rng(number), size_px=160)
        mesh = shoe.form.sided(shoe.form.mesh.scaled([shoe.scale] * 3), shoe.side)
        mask = mesh_mask(mesh, plan.camera_from_world @ shoe.world_from_shoe, plan.camera)
        opaque = rgba[..., 3] >= 128
        assert (opaque & mask).sum() / (opaque | mask).sum() > 0.985
        assert np.array_equal(rgba[..., 3] == 0, ~(rgba[..., :3].any(axis=2) | (rgba[..., 3] > 0)))


def test_forms_differ_and_their_landmarks_lie_on_them(library: ShoeLibrary) -> None:
    forms = [library.form(-1, variant) for variant in range(3)]
    assert len({round(float(form.mesh.extent_mm[2] / form.mesh.extent_mm[0]), 4) for form in forms}) == 3
    for form in forms:
        assert np.allclose(form.mesh.bounds_mm[0], -form.mesh.bounds_mm[1])
        for at_mm in form.landmarks.values():
            assert np.linalg.norm(form.mesh.vertices_mm - np.array(at_mm), axis=1).min() < 6.0
        assert form.collar.at_mm[0] < 0 < form.collar.at_mm[2]


def test_a_set_can_be_read_and_stopped(tmp_path: Path) -> None:
    def stop_after_two(done: int, count: int) -> bool:
        return done < 2

    file = render_set(tmp_path / "set", models=[], count=4, size_px=48, seed=1, progress=stop_after_two)
    content = json.loads(file.read_text())
    assert len(content["images"]) == 2
    assert content["categories"][0]["keypoints"][1] == "toe tip"
    assert all((tmp_path / "set" / image["file_name"]).is_file() for image in content["images"])
    for annotation in content["annotations"]:
        assert annotation["area"] == coco_mask.area(annotation["segmentation"]) > 0
    recipe = json.loads((tmp_path / "set" / "recipe.json").read_text())
    assert recipe["complete"] is False and recipe["seed"] == 1


def test_cutouts_are_named_by_source_and_side(tmp_path: Path) -> None:
    made = list(render_cutouts(tmp_path / "cut", models=[], count=2, size_px=64, seed=1))
    files = sorted((tmp_path / "cut").glob("*.png"))
    assert len(made) == len(files) == 2
    for cutout, file in zip(made, files, strict=True):
        assert cutout.side in (Side.LEFT, Side.RIGHT) and cutout.side.value in file.stem
        assert file.stem.split("_", 1)[1].startswith("outsole_sneaker")
        assert np.array_equal(cutout.alpha, cutout_from_alpha_file(file).alpha)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"count": 0}, "at least one"),
        ({"size_px": 7}, "outside"),
        ({"own_share": 1.5}, "0 to 1"),
        ({"models": [Path("gone.glb")]}, "gone.glb"),
    ],
)
def test_what_cannot_be_made_is_told(tmp_path: Path, changes: dict[str, object], sentence: str) -> None:
    wishes: dict[str, object] = {"models": [], "count": 1, "size_px": 64, "seed": 0} | changes
    with pytest.raises(RenderSetError, match=sentence):
        render_set(tmp_path / "set", **wishes)  # type: ignore[arg-type]
    assert not (tmp_path / "set").exists()


@pytest.mark.skipif(not MODELS.is_dir(), reason="the meshes of the shared data are not here")
def test_imported_meshes_are_dyed_or_painted_by_surface(stage: RenderStage) -> None:
    file = MODELS / "sweethome3d_sneakers" / "sneakers.obj"
    library = ShoeLibrary([file], seed=1, own_share=0.0)
    rng = np.random.default_rng(3)
    picture = rendered_picture(library, stage, rng, size_px=SIZE_PX, backgrounds=[])
    assert {shoe.placed.form.source for shoe in picture.shoes} == {"sneakers"}
    assert "keypoints" not in written_instances(picture)[0].more
    for index, shoe in enumerate(picture.shoes):
        assert np.array_equal(shoe.visible, seen_of(picture, index))
