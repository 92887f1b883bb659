"""A shoe that is partly behind another one: the other's pose alone keeps the fit from being led astray."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from job_builders import lofted_shoe, true_pose

from core.geometry.pose import Pose
from core.jobs.messages import FitRequest, FitResult
from core.jobs.requests import fit_request
from core.jobs.tasks import run_task
from core.labels.instance import Instance, PoseEstimate, Side
from core.labels.photo import Photo, guessed_camera
from core.labels.project import Project
from core.labels.shoe_model import ShoeModel
from core.metrics.pose_error import rotation_error_deg
from core.render.raster import mesh_depth, region_from_mask
from core.storage.mesh_cache import cached_mesh_file


def fitted_pose(request: FitRequest) -> Pose:
    answer = run_task(request, lambda step: True)
    assert isinstance(answer, FitResult)
    return answer.pose


def test_a_nearer_shoe_without_an_outline_is_left_out_of_the_fit() -> None:
    mesh, camera, true = lofted_shoe(), guessed_camera(1280, 880), true_pose()
    length, width, height = (float(side) for side in mesh.extent_mm)
    model = ShoeModel("m", "lofted", mesh.sha256, (length, width, height), mesh.diameter_mm())
    before = true.with_translation(true.translation_mm * 0.75 + [80.0, 10.0, 0.0]).moved([0.0, 0.5, 0.2, 0, 0, 0])
    depth, nearer = mesh_depth(mesh, true, camera), mesh_depth(mesh, before, camera)
    seen = np.isfinite(depth) & (depth <= nearer)
    assert 0.4 < seen.sum() / np.isfinite(depth).sum() < 0.9
    start = PoseEstimate(true.moved([0.05, -0.04, 0.05, 6.0, -5.0, 30.0]))
    shoe = Instance("s", "sneaker", Side.RIGHT, region_from_mask(seen), (), "m", model.size, start)
    other = Instance("o", "sneaker", Side.RIGHT, model_id="m", size=model.size, pose_estimate=PoseEstimate(before))
    photo = Photo("p", "p.jpg", (1280, 880), camera, instances=(shoe, other))
    file = str(cached_mesh_file(mesh, mesh.sha256))
    request = fit_request(photo, shoe, project=Project().with_models({"m": model}), mesh_file=file)
    assert len(request.evidence.shoes) == 1
    alone = replace(request, evidence=replace(request.evidence, shoes=()))
    assert rotation_error_deg(fitted_pose(request), true) < 2.0 < 5.0 < rotation_error_deg(fitted_pose(alone), true)
