"""What labels say of a shoe becomes evidence, and what a fit found becomes labels."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from job_builders import fit_request, lofted_shoe, overlap_request, search_request, true_pose

from core.geometry.camera import CameraSource
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.tracing import region_from_mask
from core.jobs import requests, tasks
from core.jobs.messages import ClickedPoint, FitResult, PoseHypothesis, SearchResult
from core.labels.instance import DOUBTED, Instance, Keypoint, PoseEstimate, ShoeSize, Side, Visibility
from core.labels.photo import Photo
from core.labels.project import Project
from core.labels.shoe_model import ShoeModel
from core.render.raster import mesh_mask

TOE_MM, HEEL_MM = (138.0, 10.0, -20.0), (-138.0, 10.0, -10.0)


def model() -> ShoeModel:
    mesh = lofted_shoe()
    length, width, height = (float(side) for side in mesh.extent_mm)
    places = MappingProxyType({"toe tip": TOE_MM, "heel bottom": HEEL_MM})
    return ShoeModel("loft", "Loft", mesh.sha256, (length, width, height), 320.0, landmarks=places)


def posed(folder: Path, *, side: Side = Side.RIGHT, pose: Pose | None = None) -> tuple[Photo, Instance, Project]:
    evidence = overlap_request(folder).evidence
    clicks = (
        Keypoint("toe tip", (300.0, 200.0), sigma_px=1.5),
        Keypoint("heel bottom", (350.0, 210.0), Visibility.HIDDEN),
        Keypoint("instep", (320.0, 190.0)),
    )
    estimate = PoseEstimate(pose or true_pose(), iou=0.9)
    shoe = Instance("shoe", "sneaker", side, evidence.region, clicks, "loft", pose_estimate=estimate)
    camera = replace(evidence.camera, distortion=np.array([0.01, 0, 0, 0, 0]), source_name="made up")
    photo = Photo("photo", "photo.png", (640, 480), camera, instances=(shoe,))
    project = Project(models={"loft": model()})
    return photo, shoe, project


def test_clicks_that_are_seen_and_whose_landmark_is_known_are_evidence(tmp_path: Path) -> None:
    photo, shoe, project = posed(tmp_path, side=Side.LEFT)
    given = {"project": project, "mesh_file": "loft.npz"}
    evidence = requests.evidence_of(photo, shoe, **given)  # type: ignore[arg-type]
    x, y, z = TOE_MM
    assert evidence.clicks == (ClickedPoint("toe tip", (x, -y, z), (300.0, 200.0), 1.5),)
    half = shoe.with_size(ShoeSize(model().length_mm / 2))
    (click,) = requests.evidence_of(photo, half, **given).clicks  # type: ignore[arg-type]
    assert click.at_mm == pytest.approx((x / 2, -y / 2, z / 2))


def test_the_floor_is_the_other_shoes_when_it_is_asked_for(tmp_path: Path) -> None:
    photo, shoe, project = posed(tmp_path)
    size = ShoeSize(260.0)
    other = replace(shoe, id="other", size=size)
    both = photo.with_instances((shoe, other))
    given = {"project": project, "mesh_file": "loft.npz"}
    assert requests.evidence_of(both, shoe, **given).floor is None  # type: ignore[arg-type]
    assert requests.evidence_of(photo, shoe, with_floor=True, **given).floor is None  # type: ignore[arg-type]
    floor = requests.search_request(both, shoe, with_floor=True, **given).evidence.floor  # type: ignore[arg-type]
    assert floor is not None
    assert np.allclose(floor.normal, true_pose().rotation[:, 2])
    sole = -0.5 * model().extent_mm[2] * 260.0 / model().length_mm
    assert floor.height_of(true_pose().apply([0, 0, sole])) == pytest.approx(0.0, abs=1e-9)
    assert requests.paired(both, shoe, project=project).size == size
    assert requests.paired(both, replace(shoe, model_id=None), project=project).size is None
    assert requests.paired(photo, shoe, project=project) is shoe


def test_a_focal_length_that_was_found_is_another_camera(tmp_path: Path) -> None:
    photo, shoe, _ = posed(tmp_path)
    camera = requests.refocused(photo, 900.0)
    assert (camera.fx_px, camera.source, camera.source_name) == (900.0, CameraSource.FIT, "")
    assert camera.fy_px / camera.fx_px == pytest.approx(photo.camera.fy_px / photo.camera.fx_px)
    assert np.array_equal(camera.distortion, photo.camera.distortion)
    answer = FitResult(true_pose(), None, 0.97, 0.5, 0.8, 10.0, 900.0, 12.0)
    estimate = requests.fitted(shoe, photo, answer).pose_estimate
    assert estimate is not None and estimate.camera_source is CameraSource.FIT
    assert estimate.provenance.residuals["focal_px"] == 900.0 and estimate.provenance.residuals["focal_sigma_px"] == 12
    known = requests.fitted(shoe, photo, replace(answer, focal_px=None, focal_sigma_px=None)).pose_estimate
    assert known is not None and known.camera_source is photo.camera.source
    assert "focal_px" not in known.provenance.residuals
    found = PoseHypothesis(true_pose(), Side.RIGHT, 0.9, 0.5, None, focal_px=900.0, focal_sigma_px=1.0)
    of_search = requests.posed(shoe, photo, found).pose_estimate
    assert of_search is not None and of_search.camera_source is CameraSource.FIT


def test_a_free_focal_length_goes_through_the_core(tmp_path: Path) -> None:
    request = search_request(tmp_path)
    true_px = request.evidence.camera.fx_px
    guess = request.evidence.camera.with_vertical_fov(46.0)
    asked = replace(request, evidence=replace(request.evidence, camera=guess), focal_free=True)
    answer = tasks.run_task(asked, lambda step: True)
    assert isinstance(answer, SearchResult)
    first = answer.hypotheses[0]
    assert first.focal_px is not None and first.focal_sigma_px is not None and first.focal_sigma_px > 0
    assert abs(np.log(first.focal_px / true_px)) < abs(np.log(guess.fx_px / true_px))
    fit = fit_request(tmp_path)
    plain = tasks.run_task(fit, lambda step: True)
    free = tasks.run_task(replace(fit, focal_free=True), lambda step: True)
    assert isinstance(plain, FitResult) and isinstance(free, FitResult)
    assert plain.focal_px is None and free.focal_px == pytest.approx(true_px, rel=0.2)


def test_a_size_that_was_found_comes_with_the_pose(tmp_path: Path) -> None:
    photo, shoe, _ = posed(tmp_path)
    size = ShoeSize(320.0, 1.1, 0.9)
    answer = FitResult(true_pose(), None, 0.97, 0.5, 0.8, 10.0, size=size, size_sigmas=(0.02, 0.03))
    found = PoseHypothesis(true_pose(), Side.LEFT, 0.9, 0.5, None, size=size, size_sigmas=(0.02, 0.03))
    for made in (requests.fitted(shoe, photo, answer), requests.posed(shoe, photo, found)):
        assert made.size == size and made.pose == true_pose()
        assert made.pose_estimate is not None
        assert made.pose_estimate.provenance.residuals["height_ratio_sigma"] == 0.03
    kept = requests.fitted(shoe.with_size(size), photo, replace(answer, size=None, size_sigmas=None))
    assert kept.size == size and kept.pose_estimate is not None
    assert "width_ratio_sigma" not in kept.pose_estimate.provenance.residuals


def test_a_free_shape_goes_through_the_core(tmp_path: Path) -> None:
    request = search_request(tmp_path)
    given = request.evidence.size
    wider = replace(request.evidence, size=replace(given, width_ratio=1.1 * given.width_ratio))
    answer = tasks.run_task(replace(request, evidence=wider, shape_free=True), lambda step: True)
    assert isinstance(answer, SearchResult)
    first = answer.hypotheses[0]
    assert first.size is not None and first.size_sigmas is not None and first.doubt == ""
    assert first.size.length_mm == given.length_mm
    assert first.size.width_ratio == pytest.approx(given.width_ratio, abs=0.04)
    fit = fit_request(tmp_path)
    free = tasks.run_task(replace(fit, shape_free=True), lambda step: True)
    plain = tasks.run_task(fit, lambda step: True)
    assert isinstance(free, FitResult) and isinstance(plain, FitResult)
    assert free.size is not None and free.size.height_ratio == pytest.approx(given.height_ratio, abs=0.04)
    assert plain.size is None and plain.doubt == ""


def test_another_model_is_doubted(tmp_path: Path) -> None:
    request = search_request(tmp_path)
    x, y, z = lofted_shoe().vertices_mm.T
    curled = Mesh(np.stack([x, y, z + 0.004 * np.maximum(x, 0.0) ** 2], axis=1), lofted_shoe().faces)
    region = region_from_mask(mesh_mask(curled, true_pose(), request.evidence.camera))
    answer = tasks.run_task(replace(request, evidence=replace(request.evidence, region=region)), lambda step: True)
    assert isinstance(answer, SearchResult) and "another model" in answer.hypotheses[0].doubt
    first = answer.hypotheses[0]
    photo = Photo("photo", "a.jpg", (640, 480), request.evidence.camera)
    for found in (first, replace(first, doubt="")):
        estimate = requests.posed(Instance("shoe", "sneaker"), photo, found).pose_estimate
        assert estimate is not None and (DOUBTED in estimate.provenance.residuals) is bool(found.doubt)


def test_clicks_count_in_a_search_for_either_foot(tmp_path: Path) -> None:
    request = search_request(tmp_path)
    camera = request.evidence.camera
    clicks = []
    for name, at_mm in (("toe tip", TOE_MM), ("heel bottom", HEEL_MM)):
        u, v = camera.project(true_pose().apply(at_mm))
        clicks.append(ClickedPoint(name, at_mm, (float(u), float(v)), 1.0))
    both = replace(request, evidence=replace(request.evidence, side=Side.UNKNOWN, clicks=tuple(clicks)))
    answer = tasks.run_task(both, lambda step: True)
    assert isinstance(answer, SearchResult)
    first = answer.hypotheses[0]
    assert first.side is Side.RIGHT and rotation_angle_deg(first.pose, true_pose()) < 3.0


def test_nothing_of_a_network_is_loaded_by_a_search(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from job_builders import search_request
from core.jobs import tasks
tasks.warm_up()
tasks.run_task(search_request(Path(sys.argv[1])), lambda step: True)
heavy = {"torch", "torchvision", "safetensors", "trimesh", "vtkmodules", "matplotlib", "PySide6"}
print(sorted(heavy & set(sys.modules)))
"""
    command = (sys.executable, "-c", program, str(tmp_path))
    paths = [str(Path(__file__).resolve().parents[3]), str(Path(__file__).resolve().parents[2])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert found.stdout.strip() == "[]"
