"""`outsole silhouette`: what Unity's seven numbers show, the numbers of a pose, and one sentence for what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from silhouette_builders import BESIDE, SAMPLE, expected, picture

from core.cli import main
from core.commands.silhouette_picture import size_from_text
from core.sneaker.shipped import shipped_sneaker

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Runs the command in an empty folder; exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*words: Any) -> tuple[int, str, str]:
        code = main(["silhouette", *(str(word) for word in words)])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return run


def test_a_silhouette_is_drawn_where_the_shoes_points_fall(say: Say, tmp_path: Path) -> None:
    code, out, _ = say("--unity", BESIDE, "--out", "deep/one.png", "--size", "640x480")
    assert code == 0 and "640 x 480 px" in out
    pixels = picture((tmp_path / "deep" / "one.png").read_bytes())
    np.testing.assert_array_equal(pixels, expected(BESIDE, 640, 480))
    # Unity's own arithmetic, without ours: the camera stands at x = -6 and looks to +x; toe +z, top +y, 100 mm a unit.
    points = shipped_sneaker()[1].vertices_mm[:, [1, 2, 0]] * [-0.01, 0.01, 0.01] - [-6, 1, 0.2]
    tilt = np.radians(9)
    forward = points[:, 0] * np.cos(tilt) - points[:, 1] * np.sin(tilt)
    above = points[:, 0] * np.sin(tilt) + points[:, 1] * np.cos(tilt)
    focal = 240 / np.tan(np.radians(25))
    u, v = 320 - focal * points[:, 2] / forward, 240 - focal * above / forward
    rows, columns = np.nonzero(pixels)
    ends = [columns.min(), columns.max() + 1, rows.min(), rows.max() + 1]
    np.testing.assert_allclose(ends, [u.min(), u.max(), v.min(), v.max()], atol=1.0)
    high = columns[rows < rows.min() + 0.3 * np.ptp(rows)]
    assert high.mean() > columns.mean() + 20  # the collar is high, and behind: on the right


def test_numbers_may_be_given_in_one_word_or_seven(say: Say, tmp_path: Path) -> None:
    assert say("--unity", SAMPLE)[0] == 0
    drawn = (tmp_path / "silhouette.png").read_bytes()
    np.testing.assert_array_equal(picture(drawn), expected(SAMPLE, 800, 600))
    assert say("--unity", *SAMPLE.split(), "--out", "b.png")[0] == 0
    assert say(f"--unity={SAMPLE.replace(' ', ',')}", "--out", "c.png")[0] == 0
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "c.png").read_bytes() == drawn


def test_the_answers_pose_and_camera_turn_back_into_the_numbers(say: Say, tmp_path: Path) -> None:
    _, out, _ = say("--unity", BESIDE, "--json")
    answer = json.loads(out)
    assert answer["ok"] and answer["covered_px"] == (picture(Path(answer["file"]).read_bytes()) > 0).sum()
    (tmp_path / "pose.json").write_text(out)
    code, out, _ = say("--inverse", "pose.json")
    assert code == 0 and [float(word) for word in out.split()] == pytest.approx([*map(float, BESIDE.split())], abs=1e-9)
    code, out, _ = say("--inverse", "pose.json", "--unit", 1000, "--json")
    assert code == 0 and json.loads(out)["unity"]["Tx"] == pytest.approx(-0.6)


def test_a_pose_without_a_camera_takes_the_field_of_view_that_is_given(say: Say, tmp_path: Path) -> None:
    pose = {"rotation_wxyz": [0.5, 0.5, -0.5, 0.5], "translation_mm": [0, 0, 500]}
    (tmp_path / "pose.json").write_text(json.dumps(pose))
    code, out, _ = say("--inverse", "pose.json", "--fov", 35)
    assert code == 0 and [float(word) for word in out.split()] == pytest.approx([0, 0, -5, 0, 0, 0, 35], abs=1e-9)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", "holds no pose"),
        ('{"pose": 3}', "holds no pose"),
        ('{"pose": {"rotation_wxyz": [0, 0, 0, 0], "translation_mm": [0, 0, 1]}}', "holds no pose"),
        ('{"rotation_wxyz": [1, 0, 0, 0], "translation_mm": [0, 0, 1], "camera": {}}', "holds no pose"),
        ("[]", "no JSON object"),
        ("{", "no valid JSON"),
    ],
)
def test_a_file_without_a_pose_is_a_sentence(say: Say, tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "pose.json").write_text(content)
    code, _, err = say("--inverse", "pose.json")
    assert code == 2 and words in err and err.count("\n") == 1


def test_a_left_shoe_and_another_length(say: Say, tmp_path: Path) -> None:
    _, mesh = shipped_sneaker()
    assert say("--unity", BESIDE, "--side", "left", "--length", 145)[0] == 0
    smaller = mesh.scaled([0.5] * 3).mirrored()
    drawn = picture((tmp_path / "silhouette.png").read_bytes())
    np.testing.assert_array_equal(drawn, expected(BESIDE, 800, 600, smaller))


def test_a_mesh_file_stands_in_unity_as_unity_imports_it(say: Say, tmp_path: Path) -> None:
    _, mesh = shipped_sneaker()
    in_file = mesh.vertices_mm[:, [1, 2, 0]]  # toe +z, up +y, the wearer's left +x: right-handed, as OBJ is
    trimesh.Trimesh(in_file, mesh.faces, process=False).export(tmp_path / "shoe.obj")
    code, out, _ = say("--unity", BESIDE, "--model", "shoe.obj", "--axes", "+Z+Y")
    assert code == 0 and "toe is taken to point to +Z and its top to +Y" in out
    same = picture((tmp_path / "silhouette.png").read_bytes())
    assert (same != expected(BESIDE, 800, 600)).sum() < 20  # the file has fewer digits
    # With the toe along the file's x, it points the other way in Unity.
    trimesh.Trimesh(mesh.vertices_mm, mesh.faces, process=False).export(tmp_path / "flat.obj")
    code, out, _ = say("--unity", BESIDE, "--model", "flat.obj", "--axes", "+X+Z")
    assert code == 0 and "toe is taken to point to -X and its top to +Z" in out
    assert say("--unity", BESIDE, "--model", "flat.obj", "--axes", "+X+Z", "--unity-axes", "+z+y")[0] == 0
    assert (picture((tmp_path / "silhouette.png").read_bytes()) != same).sum() < 20


def test_a_shoe_out_of_view_is_said(say: Say, tmp_path: Path) -> None:
    code, out, _ = say("--unity", "0 0 -5 0 180 0 60")
    assert code == 0 and "Nothing of the shoe is in view" in out
    assert not picture((tmp_path / "silhouette.png").read_bytes()).any()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--unity", "1 2 3"], "seven numbers"),
        (["--unity", "1 2 3 4 5 6 nan"], "finite"),
        (["--unity", SAMPLE, "--size", "800"], "WIDTHxHEIGHT"),
        (["--unity", SAMPLE, "--size", "0x600"], "1 to 8192"),
        (["--unity", SAMPLE, "--size", "99999x600"], "1 to 8192"),
        (["--unity", SAMPLE, "--unit", "0"], "unit"),
        (["--unity", SAMPLE, "--unity-axes", "+Z"], "toe and up"),
        (["--unity", SAMPLE, "--axes", "+X+Z"], "--model"),
        (["--unity", SAMPLE, "--length", "-3"], "above zero"),
        (["--unity", SAMPLE, "--model", "none.obj"], "none.obj"),
        (["--unity", SAMPLE, "--out", "one.jpg"], ".png"),
        (["--serve", "--port", "70000"], "65535"),
        (["--inverse", "none.json"], "none.json"),
        (["--unity", SAMPLE, "--serve"], "not allowed"),
        ([], "required"),
    ],
)
def test_what_is_wrong_is_a_sentence(say: Say, words: list[str], sentence: str) -> None:
    code, out, err = say(*words)
    assert (code, out) == (2, "") and sentence in err


@pytest.mark.parametrize("text", ["800x600", "800X600", "800×600"])
def test_sizes_as_people_write_them(text: str) -> None:
    assert size_from_text(text) == (800, 600)
