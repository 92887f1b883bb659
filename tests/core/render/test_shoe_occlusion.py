"""Posed shoes hide one another by depth: their silhouettes in a fit's evidence, their surfaces before landmarks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.formats.coco_keypoints import keypoints_of
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.jobs.requests import evidence_of
from core.jobs.task_occlusion import ignored_by
from core.labels.instance import Instance, PoseEstimate, ShoeSize, Side, Visibility
from core.labels.occlusion import less
from core.labels.photo import Photo, guessed_camera
from core.labels.project import Project
from core.labels.shoe_model import ShoeModel
from core.render.raster import mesh_mask, region_mask
from core.render.shoe_occlusion import silhouette
from core.storage.mesh_cache import cached_mesh_file, load_mesh_file

CORNERS = np.array([[x, y, z] for x in (-140, 140) for y in (-50, 50) for z in (-60, 60)], dtype=float)
QUADS = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
BOX = Mesh(CORNERS, np.array([face for a, b, c, d in QUADS for face in ((a, b, c), (a, c, d))]))
LANDMARKS = {"toe tip": (140.0, 0.0, 0.0), "instep": (0.0, -50.0, 30.0)}
MODEL = ShoeModel("m", "box", BOX.sha256, (280.0, 100.0, 120.0), BOX.diameter_mm(), landmarks=LANDMARKS)
PROJECT = Project().with_models({"m": MODEL})
SIDE_ON = Pose.from_matrix([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]], [0.0, 0.0, 900.0])
CAMERA = guessed_camera(640, 480)


def posed(name: str, at_mm: tuple[float, float, float], region: Region | None = None) -> Instance:
    estimate = PoseEstimate(SIDE_ON.with_translation(at_mm))
    made = Instance(name, "sneaker", Side.RIGHT, model_id="m", size=MODEL.size, pose_estimate=estimate)
    return made if region is None else made.with_region(region)


def photo_of(*instances: Instance) -> Photo:
    return Photo("p", "p.jpg", (640, 480), CAMERA, instances=instances)


def seen(photo: Photo) -> dict[str, Visibility]:
    found, projected = keypoints_of(photo.instances[0], photo, project=PROJECT, mesh_of=lambda _: BOX)
    assert projected
    return {name: keypoint.visibility for name, keypoint in found.items()}


def test_a_silhouette_is_the_mask_it_was_drawn_from() -> None:
    large = guessed_camera(4000, 3000)
    for camera in (CAMERA, large):
        mask = mesh_mask(BOX, SIDE_ON, camera)
        drawn = region_mask(silhouette(BOX, SIDE_ON, camera), camera.width_px, camera.height_px)
        assert (mask & drawn).sum() / (mask | drawn).sum() > 0.99


def test_a_nearer_shoe_hides_landmarks_and_a_farther_one_does_not() -> None:
    own = posed("own", (0.0, 0.0, 900.0))
    assert seen(photo_of(own))["instep"] is Visibility.VISIBLE
    before, behind = posed("a", (60.0, 10.0, 700.0)), posed("b", (60.0, 10.0, 1100.0))
    assert seen(photo_of(own, before))["instep"] is Visibility.HIDDEN
    assert seen(photo_of(own, behind))["instep"] is Visibility.VISIBLE
    aside = posed("c", (400.0, 0.0, 700.0))
    assert seen(photo_of(own, aside))["instep"] is Visibility.VISIBLE


def test_what_the_annotator_outlined_is_seen_whatever_poses_say() -> None:
    x, y = CAMERA.project(SIDE_ON.apply(LANDMARKS["instep"]))
    own = posed("own", (0.0, 0.0, 900.0), Region.from_box(x - 9, y - 9, x1_px=x + 9, y1_px=y + 9))
    assert seen(photo_of(own, posed("a", (60.0, 10.0, 700.0))))["instep"] is Visibility.VISIBLE


@pytest.mark.parametrize("category", ["leg", "hand", "ignore"])
def test_drawn_things_hide_landmarks(category: str) -> None:
    own = posed("own", (0.0, 0.0, 900.0))
    x, y = CAMERA.project(SIDE_ON.apply(LANDMARKS["instep"]))
    cover = Instance("c", category, region=Region.from_box(x - 5, y - 5, x1_px=x + 5, y1_px=y + 5))
    assert seen(photo_of(own, cover))["instep"] is Visibility.HIDDEN


def test_the_silhouette_of_a_nearer_shoe_is_ignored_evidence() -> None:
    own = posed("own", (0.0, 0.0, 900.0), Region.from_box(225, 190, x1_px=330, y1_px=290))
    before = replace(posed("a", (120.0, 0.0, 700.0)), side=Side.LEFT, size=ShoeSize(308.0))
    photo = photo_of(own, before)
    mesh_file = str(cached_mesh_file(BOX, BOX.sha256))
    evidence = evidence_of(photo, own, project=PROJECT, mesh_file=mesh_file)
    assert evidence.ignored == () and len(evidence.shoes) == 1

    def mesh_of(ref: object) -> Mesh:
        return load_mesh_file(Path(mesh_file))

    (hidden,) = ignored_by(evidence, mesh_of)
    mesh = MODEL.sized_mesh(BOX, size=before.size, side=before.side)
    assert before.pose is not None
    assert hidden == less(silhouette(mesh, before.pose, photo.camera), own.region)
    u, v = CAMERA.project([120.0, 0.0, 650.0])
    assert hidden.contains((u, v)) and not hidden.contains((300.0, 240.0))
    assert ignored_by(evidence, mesh_of)[0] is hidden  # kept: the fit keeps what it derives by the region
    assert (
        evidence_of(photo_of(own, posed("b", (120.0, 0.0, 1200.0))), own, project=PROJECT, mesh_file=mesh_file).shoes
        == ()
    )


def test_a_mesh_that_is_not_in_the_cache_hides_nothing(tmp_path: Path) -> None:
    own = posed("own", (0.0, 0.0, 900.0), Region.from_box(225, 190, x1_px=330, y1_px=290))
    photo = photo_of(own, posed("a", (120.0, 0.0, 700.0)))
    evidence = evidence_of(photo, own, project=PROJECT, mesh_file=str(tmp_path / "own.npz"))
    assert ignored_by(evidence, lambda _: BOX) == ()
