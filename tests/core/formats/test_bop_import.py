"""BOP datasets read into projects: our own come back as they went, others' keep their poses, bad files are named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bop_builders import (
    CAMERA,
    LANDMARKS,
    POSE,
    SIZE_PX,
    WEDGE,
    add_posed_photo,
    exported,
    imported,
    photos_of,
    posed,
    posed_points,
    read_json,
    read_mask,
    wedge_project,
    write_foreign_set,
)
from format_builders import new_document, sneaker
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from core.document.document import Document
from core.formats.bop_folder import find_bop, is_bop
from core.formats.bop_import import LEAST_MASK_IOU, region_of_mask
from core.formats.json_file import FormatError
from core.geometry.camera import CameraSource
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Keypoint, PoseEstimate, Provenance, ShoeSize, Side, Source
from core.labels.photo import Status
from core.render.region_raster import mask_iou, region_mask
from core.sneaker.shipped import shipped_sneaker

SCENE = "train/000000"


def pose_difference(a: Pose, b: Pose) -> float:
    return float(np.abs(a.matrix - b.matrix).max())


class TestOwnExport:
    """What Outsole wrote, read into an empty project."""

    def test_models_poses_sides_sizes_and_what_bop_has_no_word_for(self, tmp_path: Path) -> None:
        document, model = wedge_project(tmp_path / "a")
        made = Provenance(Source.FIT, "x")
        estimate = PoseEstimate(POSE, np.eye(6), camera_source=CameraSource.CALIBRATION, provenance=made)
        shoes = [
            posed(pose_estimate=estimate),
            posed(POSE.with_translation([10, 80, 900]), Side.LEFT, size=ShoeSize(250.0, 1.05, 0.95)),
            posed(POSE.with_translation([10, -80, 900]), Side.UNKNOWN),
        ]
        add_posed_photo(document, tmp_path / "a" / "a.jpg", *shoes)
        exported(document, tmp_path / "a", tmp_path / "bop")
        other = new_document(tmp_path / "b")
        outcome = imported(tmp_path / "bop", other, tmp_path / "b")
        assert not outcome.report.refused and not outcome.report.changed
        (photo,) = photos_of(other)
        assert photo.camera == CAMERA and photo.file == "../bop/train/000000/rgb/000000.jpg"
        assert [one.side for one in photo.instances] == [Side.RIGHT, Side.LEFT, Side.UNKNOWN]
        assert [one.size for one in photo.instances] == [None, ShoeSize(250.0, 1.05, 0.95), None]
        assert photo.instances[0].pose_estimate == estimate and photo.status is Status.LABELLED
        (restored,) = other.project.models.values()
        assert restored.id == model.id and restored.extent_mm == model.extent_mm
        assert restored.landmarks.keys() == LANDMARKS.keys() and restored.name == "Wedge"
        assert all(restored.landmarks[name] == pytest.approx(at_mm) for name, at_mm in LANDMARKS.items())
        ours = WEDGE.vertices_mm
        assert cKDTree(other.store.mesh(restored.mesh_sha256).vertices_mm).query(ours)[0].max() < 1e-4

    def test_clicks_and_the_source_of_the_camera_come_along(self, tmp_path: Path) -> None:
        document, _ = wedge_project(tmp_path / "a")
        lens = replace(CAMERA, distortion=np.array([-0.2, 0.05, 0, 0, 0]), source_name="lens.json")
        clicked = (Keypoint("toe tip", (101.5, 150.25), sigma_px=1.5), Keypoint("instep", (150.0, 90.0)))
        add_posed_photo(document, tmp_path / "a" / "a.jpg", posed(keypoints=clicked), camera=lens)
        exported(document, tmp_path / "a", tmp_path / "bop")
        other = new_document(tmp_path / "b")
        imported(tmp_path / "bop", other, tmp_path / "b")
        (photo,) = photos_of(other)
        assert (photo.camera.source_name, photo.camera.is_distorted) == ("lens.json", False)
        for before, after in zip(clicked, photo.instances[0].keypoints, strict=True):
            assert after.at_px == pytest.approx(lens.undistorted_pixels(before.at_px)) and after.name == before.name
            assert after.sigma_px == before.sigma_px

    def test_model_of_a_left_shoe_is_mirrored_and_sized_back(self, tmp_path: Path) -> None:
        document, _ = wedge_project(tmp_path / "a")
        add_posed_photo(document, tmp_path / "a" / "a.jpg", posed(side=Side.LEFT, size=ShoeSize(310.0, 1.1, 0.9)))
        exported(document, tmp_path / "a", tmp_path / "bop")
        other = new_document(tmp_path / "b")
        imported(tmp_path / "bop", other, tmp_path / "b")
        (restored,) = other.project.models.values()
        mesh = other.store.mesh(restored.mesh_sha256)
        assert cKDTree(mesh.vertices_mm).query(WEDGE.vertices_mm)[0].max() < 1e-4
        assert restored.landmarks["heel top"] == pytest.approx(LANDMARKS["heel top"])
        # The outside is still outside.
        corners = mesh.vertices_mm[mesh.faces]
        assert np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) > 0

    def test_the_project_it_came_from_gets_no_second_model(self, tmp_path: Path) -> None:
        document, model = wedge_project(tmp_path / "a")
        add_posed_photo(document, tmp_path / "a" / "a.jpg", posed())
        exported(document, tmp_path / "a", tmp_path / "bop")
        imported(tmp_path / "bop", document, tmp_path / "a")
        assert list(document.project.models) == [model.id] and len(document.project.entries) == 2
        again = imported(tmp_path / "bop", document, tmp_path / "a")
        assert len(document.project.entries) == 2 and "not added twice" in again.report.refused[0].reason
        assert sum(len(photo.instances) for photo in photos_of(document)) == 2

    def test_a_pose_changed_in_the_file_counts(self, tmp_path: Path) -> None:
        document, _ = wedge_project(tmp_path / "a")
        add_posed_photo(document, tmp_path / "a" / "a.jpg", posed())
        exported(document, tmp_path / "a", tmp_path / "bop")
        file = tmp_path / "bop" / SCENE / "scene_gt.json"
        content = read_json(file)
        content["0"][0]["cam_t_m2c"] = [1.0, 2.0, 850.0]
        file.write_text(json.dumps(content))
        other = new_document(tmp_path / "b")
        outcome = imported(tmp_path / "bop", other, tmp_path / "b")
        (photo,) = photos_of(other)
        assert photo.instances[0].pose.translation_mm.tolist() == [1, 2, 850]
        assert "another than when it was exported" in outcome.report.changed[0].reason

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        tangents=st.lists(
            st.tuples(*[st.floats(-3, 3)] * 3, st.floats(-150, 150), st.floats(-150, 150), st.floats(-300, 900)),
            min_size=1,
            max_size=3,
            unique=True,
        ),
        sides=st.lists(st.sampled_from(Side), min_size=3, max_size=3),
        lengths=st.lists(st.none() | st.floats(200, 340), min_size=3, max_size=3),
        bend=st.sampled_from([0.0, -0.15, 0.1]),
        leg=st.tuples(st.integers(0, 300), st.integers(0, 220)),
    )
    def test_poses_to_a_millionth_and_masks(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        tangents: list[tuple[float, ...]],
        sides: list[Side],
        lengths: list[float | None],
        bend: float,
        leg: tuple[int, int],
    ) -> None:
        folder = tmp_path_factory.mktemp("bop")
        document, _ = wedge_project(folder / "a")
        camera = replace(CAMERA, distortion=np.array([bend, 0, 0, 0, 0]))
        shoes = [
            posed(POSE.moved(tangent), side, size=length and ShoeSize(length))
            for tangent, side, length in zip(tangents, sides, lengths, strict=False)
        ]
        hiding = sneaker(Region.from_box(*leg, x1_px=leg[0] + 30, y1_px=leg[1] + 50), category="leg")
        add_posed_photo(document, folder / "a" / "a.png", *shoes, hiding, camera=camera)
        exported(document, folder / "a", folder / "bop")
        if not (folder / "bop").exists():
            return  # all of them lie outside of the photo
        other = new_document(folder / "b")
        imported(folder / "bop", other, folder / "b")
        (photo,) = photos_of(other)
        assert photo.camera == camera.without_distortion()
        shoe_of = {shoe.id: shoe for shoe in shoes}
        (own,) = read_json(folder / "bop" / SCENE / "outsole_scene.json")["images"].values()
        masks = sorted((folder / "bop" / SCENE / "mask_visib").iterdir())
        for file, instance, kept in zip(masks, photo.instances, own["instances"], strict=True):
            before = shoe_of[kept["instance"]]
            assert pose_difference(before.pose, instance.pose) <= 1e-6
            assert (before.side, before.size) == (instance.side, instance.size)
            assert mask_iou(region_mask(instance.region, *SIZE_PX), read_mask(file)) >= 0.995


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.02, 0.98), grain=st.integers(4, 24))
def test_any_mask_comes_back(seed: int, share: float, grain: int) -> None:
    rng = np.random.default_rng(seed)
    coarse = rng.random((96 // grain + 1, 128 // grain + 1)) < share
    mask = np.kron(coarse, np.ones((grain, grain), dtype=bool))[:96, :128]
    region = region_of_mask(mask)
    assert mask_iou(region_mask(region, 128, 96), mask) >= LEAST_MASK_IOU


def test_sample_project_comes_back(tmp_path: Path) -> None:
    """The shipped photos with their true poses: every mask and every pose."""
    from core.labels.instance import Instance, new_id
    from core.sneaker.sample_project import create_sample_project
    from core.sneaker.sample_scenes import TRUTH_FOLDER
    from core.storage.database import open_project

    create_sample_project(tmp_path / "a" / "sample.outsole")
    document = Document(open_project(tmp_path / "a" / "sample.outsole"))
    from core.document.edit import Edit

    for photo in photos_of(document):
        truth = read_json(TRUTH_FOLDER / f"{Path(photo.file).stem}.json")
        shoes = tuple(
            Instance(
                new_id(),
                "sneaker",
                side=Side(shoe["side"]),
                model_id=shoe["model"],
                size=ShoeSize(shoe["length_mm"], shoe["width_ratio"], shoe["height_ratio"]),
                pose_estimate=PoseEstimate(Pose(shoe["rotation_wxyz"], shoe["translation_mm"])),
            )
            for shoe in truth["shoes"]
        )
        document.commit(Edit.of("Truth", photo, photo.with_instances(shoes)))
    exported(document, tmp_path / "a", tmp_path / "bop")
    other = new_document(tmp_path / "b")
    imported(tmp_path / "bop", other, tmp_path / "b")
    before = {photo.file: photo for photo in photos_of(document)}
    count = 0
    for name, kept in read_json(tmp_path / "bop" / SCENE / "outsole_scene.json")["images"].items():
        photo = next(one for one in photos_of(other) if one.file.endswith(f"{int(name):06d}.jpg"))
        for number, (a, b) in enumerate(zip(before[kept["photo"]["file"]].instances, photo.instances, strict=True)):
            assert pose_difference(a.pose, b.pose) <= 1e-6 and (a.side, a.size) == (b.side, b.size)
            mask = read_mask(tmp_path / "bop" / SCENE / "mask_visib" / f"{int(name):06d}_{number:06d}.png")
            assert mask_iou(region_mask(b.region, *photo.size_px), mask) >= 0.995
            count += 1
    assert count == 10


class TestForeignSets:
    """Sets of other programs: axes, origins and folders of their own."""

    @pytest.mark.parametrize("turn", ["Y up, toe along -Z", "askew"])
    @pytest.mark.parametrize("is_left", [False, True])
    def test_poses_stay_right_whatever_the_models_axes_are(self, tmp_path: Path, turn: str, is_left: bool) -> None:
        _, shoe = shipped_sneaker()
        rotation = np.array([[0, 1.0, 0], [0, 0, 1.0], [1.0, 0, 0]]).T
        if turn == "askew":
            rotation = Pose.exp([0, 0, np.radians(25), 0, 0, 0]).rotation
        shoe = shoe.mirrored() if is_left else shoe
        mesh = shoe.with_vertices(shoe.vertices_mm @ rotation.T + [30.0, -20.0, 55.0])
        mesh = Mesh(mesh.vertices_mm.round(6), mesh.faces)
        away = Pose.exp([0.4, 2.1, -0.3, 0, 0, 0])
        poses = [away.with_translation([15, -20, 800]), away.with_translation([-60, 40, 1200])]
        write_foreign_set(tmp_path / "lm", mesh, poses)
        document = new_document(tmp_path / "p")
        outcome = imported(tmp_path / "lm", document, tmp_path / "p")
        photos = photos_of(document)
        assert [Path(photo.file).name for photo in photos] == ["000003.png", "000004.png"]
        for photo, pose in zip(photos, poses, strict=True):
            expected = CAMERA.project(pose.apply(mesh.vertices_mm))
            assert cKDTree(posed_points(document, photo)).query(expected)[0].max() < 1e-3
            assert photo.camera == CAMERA
        (model,) = document.project.models.values()
        assert model.name == "lm object 5" and model.extent_mm[0] == pytest.approx(290, abs=2)
        assert {photo.instances[0].side for photo in photos} == {Side.LEFT if is_left else Side.RIGHT}
        assert "brought to the shoe frame" in outcome.report.changed[0].reason

    def test_a_thing_that_is_no_shoe_keeps_its_size_and_pose(self, tmp_path: Path) -> None:
        """No length fits a shoe in any unit, and still the format says millimetres."""
        small = WEDGE.with_vertices(WEDGE.vertices_mm * 0.11 + [3, 4, 5])
        write_foreign_set(tmp_path / "tless", small, [POSE.with_translation([0, 0, 200.0])], gray=True)
        document = new_document(tmp_path / "p")
        imported(tmp_path / "tless", document, tmp_path / "p")
        (photo,) = photos_of(document)
        expected = CAMERA.project(POSE.with_translation([0, 0, 200.0]).apply(small.vertices_mm))
        assert cKDTree(posed_points(document, photo)).query(expected)[0].max() < 1e-3
        assert photo.file.endswith("gray/000003.tif")
        mask = read_mask(tmp_path / "tless" / "test" / "000002" / "mask_visib" / "000003_000000.png")
        assert mask_iou(region_mask(photo.instances[0].region, *SIZE_PX), mask) >= 0.995

    def test_dataset_set_and_scene_can_be_named(self, tmp_path: Path) -> None:
        scene = write_foreign_set(tmp_path / "lm", WEDGE, [POSE])
        for path in (tmp_path / "lm", scene.parent, scene):
            bop = find_bop(path)
            assert is_bop(path) and bop.scenes == (scene,) and list(bop.models) == [5]
        assert not is_bop(tmp_path / "lm" / "models") and not is_bop(tmp_path / "nothing")
        with pytest.raises(FormatError, match="holds no BOP scene"):
            find_bop(tmp_path / "lm" / "models")

    def test_imported_twice_it_gives_one_model(self, tmp_path: Path) -> None:
        write_foreign_set(tmp_path / "lm", WEDGE, [POSE])
        document = new_document(tmp_path / "p")
        imported(tmp_path / "lm", document, tmp_path / "p")
        imported(tmp_path / "lm", document, tmp_path / "p")
        assert len(document.project.models) == 1
        assert [len(photo.instances) for photo in photos_of(document)] == [1]

    def test_without_masks_there_are_poses_alone(self, tmp_path: Path) -> None:
        write_foreign_set(tmp_path / "lm", WEDGE, [POSE], masks=False)
        document = new_document(tmp_path / "p")
        imported(tmp_path / "lm", document, tmp_path / "p")
        (photo,) = photos_of(document)
        assert photo.instances[0].region.is_empty and photo.instances[0].pose is not None

    def test_whole_masks_serve_where_there_are_no_visible_ones(self, tmp_path: Path) -> None:
        scene = write_foreign_set(tmp_path / "lm", WEDGE, [POSE])
        (scene / "mask_visib").rename(scene / "mask")
        document = new_document(tmp_path / "p")
        imported(tmp_path / "lm", document, tmp_path / "p")
        assert not photos_of(document)[0].instances[0].region.is_empty

    def test_a_photo_of_the_project_keeps_its_camera_and_says_so(self, tmp_path: Path) -> None:
        scene = write_foreign_set(tmp_path / "lm", WEDGE, [POSE])
        document = new_document(tmp_path / "p")
        add_posed_photo(
            document, scene / "rgb" / "000003.png", camera=replace(CAMERA, fx_px=500.0), folder=tmp_path / "p"
        )
        outcome = imported(tmp_path / "lm", document, tmp_path / "p")
        assert photos_of(document)[0].camera.fx_px == 500
        assert any("keeps its camera" in line.reason for line in outcome.report.changed)
