"""The bench of two passes over a project: the same pose from another start and another outline, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.bench.agreement_bench import relative_turns, run
from core.cli import main
from core.document.document import Document
from core.document.edit import Edit
from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.tracing import region_from_mask
from core.labels.instance import Instance, PoseEstimate, Side, new_id
from core.labels.photo import Photo
from core.render.raster import mesh_mask
from core.storage.database import open_project

FROM_THE_RIGHT = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def seen(azimuth: float, elevation: float, distance_mm: float) -> Pose:
    turns = Pose.exp([elevation, 0, 0, 0, 0, 0]) @ Pose.exp([0, azimuth, 0, 0, 0, 0])
    return Pose.from_matrix(turns.rotation @ FROM_THE_RIGHT, [5.0, -8.0, distance_mm])


@pytest.fixture(scope="module")
def posed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one photo of a left shoe of its own model, its exact outline and its pose."""
    folder = tmp_path_factory.mktemp("agreement")
    Image.fromarray(np.full((480, 640, 3), 210, dtype=np.uint8)).save(folder / "a.png")
    assert main(["new", str(folder / "shoes")]) == 0
    assert main(["add-photos", str(folder / "shoes"), str(folder)]) == 0
    store = open_project(folder / "shoes.outsole")
    try:
        document = Document(store)
        (key,) = document.project.entries
        (model,) = document.project.models.values()
        photo, pose = document.photo(key), seen(0.5, 0.5, 700.0)
        shape = model.sized_mesh(store.mesh(model.mesh_sha256), size=model.size, side=Side.LEFT)
        region = region_from_mask(mesh_mask(shape, pose, photo.camera))
        shoe = Instance(new_id(), "sneaker", Side.LEFT, region=region, model_id=model.id)
        shoe = replace(shoe, size=model.size, pose_estimate=PoseEstimate(pose))
        document.commit(Edit.of("Label", photo, replace(photo, instances=(shoe,))))
    finally:
        store.close()
    return folder / "shoes.outsole"


def test_two_passes_over_an_exact_model_end_at_one_pose(
    posed_project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet, page = tmp_path / "sheet.png", tmp_path / "page.md"
    page.write_text("# Mine\n\nKept.\n", encoding="utf-8")
    assert run([str(posed_project), "--json", "--sheet", str(sheet), "--page", str(page)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["shoes"], told["offered"], told["doubted"], told["pairs"]) == (1, 1, 0, None)
    starts, fine, drawn = (content["measures"] for content in told["ways"].values())
    assert starts["rotation_deg"]["median"] < 0.3
    assert 0.01 < fine["rotation_deg"]["median"] < 6 and 0.01 < drawn["rotation_deg"]["median"] < 8
    assert drawn["contour_permille"]["median"] < 3 and drawn["outline_permille"]["median"] < 3
    assert drawn["rotation_deg"]["interval"] is None
    with Image.open(sheet) as picture:
        assert min(picture.size) > 100
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Mine\n\nKept.") and "(sheet.png)" in text and "| 1 of 1 |" in text
    assert run([str(posed_project), "--page", str(page)]) == 0
    assert page.read_text(encoding="utf-8").count("| second pass |") == 1


def test_the_same_seed_gives_the_same_figures(posed_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = [(run([str(posed_project), "--seed", seed]), capsys.readouterr().out) for seed in ("3", "3", "4")]
    assert said[0] == said[1] and said[0] != said[2]
    assert "1 shoe, seed 3" in said[0][1]


def test_a_project_without_poses_is_told_so(posed_project: Path) -> None:
    with pytest.raises(ValueError, match="pose some and accept them first"):
        run([str(posed_project), "--only", "b*.png"])


def test_a_pair_that_stands_turns_as_one() -> None:
    camera = Camera.from_vertical_fov(50.0, 640, height_px=480)

    def pair(name: str, by: float, askew: float = 0.0) -> Photo:
        left = seen(by, 0.4, 700.0)
        right = left @ Pose.exp([0, 0, 0.2 + askew, 0, -120.0, 0])
        shoes = [
            Instance(new_id(), "sneaker", side, pose_estimate=PoseEstimate(pose))
            for side, pose in ((Side.LEFT, left), (Side.RIGHT, right))
        ]
        return Photo(name, f"{name}.png", (640, 480), camera, instances=tuple(shoes))

    still = [pair(name, by) for name, by in (("a", 0.0), ("b", 0.7), ("c", 2.0))]
    assert relative_turns(still[:2]) is None
    constant = relative_turns(still)
    assert constant is not None and constant["photos"] == 3 and constant["p90_deg"] < 1e-6
    off = relative_turns([*still, pair("d", 1.0, askew=0.1)])
    assert off is not None and off["median_deg"] < 1e-6 < off["p90_deg"] < np.degrees(0.1)
