from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from core.bench.fit_bench import run
from core.cli import main

FIGURES = ("rot_median_deg", "rot_p90_deg", "t_median_pct", "cpu_ms_median", "cpu_ms_p95")
SHARES = ("add_01", "add_005", "add_002")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[dict[str, object]]]:
    assert run([*arguments, "--json"]) == 0
    content: dict[str, list[dict[str, object]]] = json.loads(capsys.readouterr().out)
    return content


def test_one_object_with_a_line_for_each_case_and_size(capsys: pytest.CaptureFixture[str]) -> None:
    content = told(capsys, "--cases", "2", "--seed", "2", "--only", "clean", "--only", "close")
    lines = content["lines"]
    assert [(line["case"], line["size"], line["model"], line["n"]) for line in lines] == [
        ("clean", "640x480", "sneaker", 2),
        ("clean", "1280x960", "sneaker", 2),
        ("close", "1280x960", "sneaker", 2),
    ]
    for line in lines:
        assert line["add_01"] == line["add_005"] == 1.0
        assert line["rot_median_deg"] < 1.0 and line["cpu_ms_median"] > 0  # type: ignore[operator]
        assert line["seed"] == 2 and line["drawn"] == line["rejected"] + 2  # type: ignore[operator]
        assert {*FIGURES, *(f"{share}_{end}" for share in SHARES for end in ("low", "high"))} <= set(line)
        assert 0.0 <= line["coverage_95_low"] <= line["coverage_95"] <= 1.0  # type: ignore[operator]
    assert content["baselines"] == [] and content["masks"] == []


def test_noisy_cases_are_set_beside_a_start_at_the_truth(capsys: pytest.CaptureFixture[str]) -> None:
    content = told(capsys, "--cases", "2", "--only", "poly40", "--size", "1280x960")
    (line,) = content["lines"]
    assert {f"oracle_{share}" for share in SHARES} <= set(line) and line["oracle_add_01"] == 1.0


def test_both_sides_are_offered_when_the_side_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    content = told(capsys, "--cases", "2", "--seed", "3", "--only", "side_unknown", "--size", "1280x960")
    (line,) = content["lines"]
    assert line["side_first"] == 1.0 and line["both_sides"] == 1.0


def test_baselines_run_on_the_refine_cases(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--cases", "1", "--only", "refine", "--size", "640x480", "--baseline-cases", "1")
    content = told(capsys, *arguments)
    (ours,) = content["lines"]
    assert ours["add_01"] == 1.0 and ours["step_ms_median"] > 0  # type: ignore[operator]
    baselines = {str(line["case"]): line for line in content["baselines"]}
    assert list(baselines) == [
        "nelder_mead_vtk",
        "least_squares_numeric",
        "least_squares_exact_outline",
        "adam_soft_silhouette",
    ]
    for line in baselines.values():
        assert line["n"] == 1 and line["cpu_ratio"] > 1 and line["ms_per_look"] > 0  # type: ignore[operator]


def test_the_mask_is_that_of_brute_force(capsys: pytest.CaptureFixture[str]) -> None:
    content = told(capsys, "--cases", "1", "--only", "mask")
    (line,) = content["masks"]
    assert line["identical_pixels"] == 1.0 and line["size"] == "256x256" and line["cpu_ms_median"] > 0  # type: ignore[operator]


def test_another_shoes_outline_overlaps_less(capsys: pytest.CaptureFixture[str], shared_data: Path) -> None:
    other = shared_data / "models" / "pegasus36_quaz30.glb"
    arguments = ("--cases", "2", "--only", "wrong_mesh", "--other", str(other), "--size", "640x480")
    (line,) = told(capsys, *arguments)["lines"]
    assert line["model"] == "sneaker on pegasus36_quaz30"
    assert line["auc_clean"] == line["iou_auc_clean"] == 1.0 and line["rot_median_deg"] > 1.0  # type: ignore[operator]
    assert line["warned_own_clean"] == 0.0 and line["warned"] == 1.0 and 0 <= line["auc_drawn"] <= 1  # type: ignore[operator]


def test_of_another_shoe_the_pose_is_found_with_its_proportions(
    capsys: pytest.CaptureFixture[str], shared_data: Path
) -> None:
    other = shared_data / "models" / "pegasus36_quaz30.glb"
    arguments = ("--cases", "2", "--only", "wrong_mesh_shaped", "--other", str(other), "--size", "640x480")
    (line,) = told(capsys, *arguments)["lines"]
    assert line["case"] == "wrong_mesh_shaped" and 0 < line["rot_median_deg"] < 90  # type: ignore[operator]


def test_a_pair_is_split(capsys: pytest.CaptureFixture[str], shared_data: Path) -> None:
    pair = shared_data / "models" / "air_jordan_1_pair_makoto_partial_texture.glb"
    (line,) = told(capsys, "--model", str(pair), "--cases", "1", "--only", "clean", "--size", "640x480")["lines"]
    assert line["add_01"] == 1.0


def test_the_table_says_what_was_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--cases", "2", "--seed", "5", "--only", "lean", "--size", "640x480"]) == 0
    out = capsys.readouterr().out
    assert "seed 5" in out and "lean" in out and "rejected" in out and "ADD<.1 1.000 [0.342, 1.000]" in out


def test_a_free_focal_length_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--cases", "3", "--only", "fov_free", "--size", "640x480", "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)["lines"]
    assert line["rot_below_5"] == 1.0 and line["depth_per_focal_median_pct"] < 3.0
    assert 0 <= line["focal_median_pct"] <= line["focal_p90_pct"] < 20 and 0 <= line["focal_1sigma"] <= 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only", "wrong_mesh", "--cases", "1"], "give its mesh with --other"),
        (["--model", "nowhere.glb"], "nowhere.glb"),
    ],
)
def test_what_cannot_be_run_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(["bench", "fit", *arguments]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--cases", "0"], ["--only", "nothing"], ["--size", "1x1"], ["--seed", "-1"]])
def test_bad_options_are_refused(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(arguments)
    assert stop.value.code == 2


def test_without_a_word_on_threads_it_runs_apart_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def started(command: list[str], *, env: dict[str, str], check: bool) -> subprocess.CompletedProcess[str]:
        asked.append((command, env["OMP_NUM_THREADS"]))
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.delenv("OMP_NUM_THREADS")
    monkeypatch.setattr(subprocess, "run", started)
    assert run(["--cases", "1", "--json"]) == 3
    ((command, threads),) = asked
    assert command[1:] == ["-m", "core", "bench", "fit", "--cases", "1", "--json"] and threads == "1"
