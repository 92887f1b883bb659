from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.bench.gesture_scenes import PROJECT_FILE, SIZE_PX, TRUTH_FILE, main, model_of
from core.geometry.pose import Pose
from core.labels.instance import Side
from core.labels.shoe_model import LANDMARK_NAMES
from core.render.raster import mesh_mask
from core.render.region_raster import region_mask
from core.sneaker.shipped import MODELS_FOLDER, shipped_sneaker
from core.storage.database import open_project


def test_a_scene_is_a_photo_with_an_outline_of_the_shoe_where_the_truth_says(tmp_path: Path) -> None:
    assert main([str(tmp_path), "--scenes", "1", "--copies", "2", "--side-unknown", "--lengths", "2", "3"]) == 0
    content = json.loads((tmp_path / TRUTH_FILE).read_text(encoding="utf-8"))
    (told,) = content["scenes"]
    store = open_project(tmp_path / PROJECT_FILE)
    try:
        photos = [store.load_photo(photo_id) for photo_id in told["photos"]]
    finally:
        store.close()
    assert len(photos) == 2 and photos[0].file == photos[1].file and photos[0].size_px == SIZE_PX
    (shoe,) = photos[0].instances
    assert shoe.side is Side.UNKNOWN and shoe.pose is None and sum(len(ring) for ring in shoe.region.rings) <= 40
    model, mesh = shipped_sneaker()
    sized = model.sized_mesh(mesh, size=model.size, side=Side(told["side"]))
    pose = Pose(np.array(told["rotation_wxyz"]), np.array(told["translation_mm"]))
    true, drawn = mesh_mask(sized, pose, photos[0].camera), region_mask(shoe.region, *SIZE_PX)
    assert (true & drawn).sum() / (true | drawn).sum() > 0.94
    assert 3 <= len(told["landmarks"]) <= 8
    assert len(content["shoe"]["points_mm"][0]) == 3 and set(told["landmarks"]) <= set(content["shoe"]["landmarks"])


def test_a_mesh_file_becomes_a_model_with_landmarks_where_its_shape_stands_out(tmp_path: Path) -> None:
    model, mesh = model_of(MODELS_FOLDER / "outsole_sneaker.glb")
    assert set(model.landmarks) == set(LANDMARK_NAMES) and model.mesh_sha256 == mesh.sha256
    own, _ = shipped_sneaker()
    for name in ("toe tip", "heel bottom", "heel top"):
        apart = np.linalg.norm(np.array(model.landmarks[name]) - np.array(own.landmarks[name]))
        assert apart < 0.1 * own.length_mm, name


def test_a_file_that_is_no_shoe_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "shoe.glb").write_bytes(b"no mesh")
    assert main([str(tmp_path), "--model", str(tmp_path / "shoe.glb")]) == 2
    assert "shoe.glb" in capsys.readouterr().err
