"""`outsole fit --free-shape`: width and height of the shoe are found with its pose, and another model is doubted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli import main
from core.document.document import Document
from core.document.edit import Edit
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.tracing import region_from_mask
from core.labels.instance import Instance, PoseEstimate, Side, new_id
from core.render.raster import mesh_mask
from core.storage.database import open_project

RATIOS = (1.0, 1.12, 0.9)


def wider_and_lower(mesh: Mesh) -> Mesh:
    return mesh.scaled(RATIOS)


def of_another_model(mesh: Mesh) -> Mesh:
    """Its toe curled up, its heel cut down."""
    x, y, z = mesh.vertices_mm.T
    half, low = float(x.max()), float(z.min())
    curled = z + 0.5 * half * np.maximum(x / half, 0.0) ** 2
    return Mesh(np.stack([x, y, np.where(x < 0, low + 0.6 * (curled - low), curled)], axis=1), mesh.faces).centred()


def project(folder: Path, shape: Callable[[Mesh], Mesh]) -> Path:
    """A project with one photo of a shoe of the model's shape, changed, and a pose near the true one."""
    Image.fromarray(np.full((400, 640, 3), 210, dtype=np.uint8)).save(folder / "a.png")
    assert main(["new", str(folder / "shoes")]) == 0
    assert main(["add-photos", str(folder / "shoes"), str(folder)]) == 0
    file = folder / "shoes.outsole"
    store = open_project(file)
    document = Document(store)
    (key,) = document.project.entries
    (model,) = document.project.models.values()
    photo = document.photo(key)
    pose = Pose.from_matrix(_seen_from(40.0, 30.0), [0, 0, 620])
    region = region_from_mask(mesh_mask(shape(store.mesh(model.mesh_sha256)), pose, photo.camera))
    near = PoseEstimate(pose.moved([0.05, -0.05, 0.02, 4.0, -3.0, 10.0]))
    shoe = Instance(new_id(), "sneaker", Side.RIGHT, region=region, model_id=model.id, pose_estimate=near)
    document.commit(Edit.of("Label", photo, replace(photo, instances=(shoe,))))
    store.close()
    return file


def _seen_from(azimuth_deg: float, elevation_deg: float) -> np.ndarray:
    azimuth, elevation = np.radians([azimuth_deg, elevation_deg])
    across = np.cos(elevation)
    forward = -np.array([across * np.cos(azimuth), across * np.sin(azimuth), np.sin(elevation)])
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward])


@pytest.mark.parametrize("more", [[], ["--anew"]])
def test_fit_finds_the_proportions_with_the_pose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    file = project(tmp_path, wider_and_lower)
    capsys.readouterr()
    assert main(["fit", str(file), "--free-shape", *more, "--json"]) == 0
    (fit,) = json.loads(capsys.readouterr().out)["fits"]
    assert (fit["width_ratio"], fit["height_ratio"]) == pytest.approx(RATIOS[1:], abs=0.05)
    assert fit["iou"] > 0.97 and "doubt" not in fit
    store = open_project(file)
    (shoe,) = store.load_photo(next(iter(store.load_project().entries))).instances
    store.close()
    assert shoe.size is not None and shoe.size.width_ratio == pytest.approx(fit["width_ratio"])


def test_fit_says_that_the_model_is_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project(tmp_path, of_another_model)
    capsys.readouterr()
    assert main(["fit", str(file), "--anew"]) == 0
    assert "differs from this shoe model by" in capsys.readouterr().out
