from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.bench import gesture_scenes
from core.geometry.camera import Camera
from core.geometry.pose import Pose, rotation_angle_deg
from core.jobs.inline import InlineCore
from core.labels.instance import Side
from gui.bench import gestures_bench
from gui.bench.gestures_bench import Posed, measure, run, summary
from gui.bench.gestures_eye import KINDS, Eye, Grip, most_helpful, turning_drag
from gui.bench.gestures_judge import Decision, Shown, Verdict, decide, flips
from gui.bench.gestures_scenes import Scene, SceneError, read_scenes
from gui.inference import Inference

GOOD, POOR = Shown(0.985, 0.6, 1.2), Shown(0.88, 4.0, 1.5)
AMBIGUOUS, DOUBTED = replace(GOOD, badge="ambiguous"), replace(GOOD, badge="doubt")
VAGUE = replace(GOOD, sigma_deg=30.0)
QUICK = Posed(0, "auto", 2, {"find": 1, "accept": 1}, True, True, 0.01, 0.5, 0.98, 0.6, 0.3, 0.5)
CAMERA = Camera.from_vertical_fov(50.0, 1280, height_px=960)
POSE = Pose.exp([1.2, 0.4, -0.3, 40.0, -20.0, 900.0])
PLACES = {"toe": (140.0, 0.0, -20.0), "heel": (-140.0, 0.0, -30.0), "top": (-100.0, 10.0, 50.0), "side": (60, 45, -40)}


def test_what_stands_on_a_card_is_read() -> None:
    assert Shown.read("0.985", "0.7 px", "± 1.2°", "doubt") == Shown(0.985, 0.7, 1.2, "doubt")
    assert Shown.read(".98") == Shown(0.98) and Shown.read("–", "", "± ?") == Shown(0.0)
    assert GOOD.is_better_than(POOR) and not GOOD.is_better_than(replace(GOOD, contour_px=0.63))


@pytest.mark.parametrize(
    ("cards", "may_click", "decision"),
    [
        ([GOOD, POOR], True, Decision(Verdict.TAKE, 0)),
        ([POOR, GOOD], True, Decision(Verdict.TAKE, 1)),
        ([DOUBTED, GOOD], True, Decision(Verdict.TAKE, 1)),
        ([AMBIGUOUS, AMBIGUOUS], True, Decision(Verdict.CLICK, 0)),
        ([AMBIGUOUS, AMBIGUOUS], False, Decision(Verdict.TAKE, 0)),
        ([VAGUE], True, Decision(Verdict.CLICK, 0)),
        ([POOR], True, Decision(Verdict.CLICK, 0)),
        ([POOR], False, Decision(Verdict.REFUSE, 0)),
        ([DOUBTED], False, Decision(Verdict.REFUSE, 0)),
        ([], True, Decision(Verdict.REFUSE, 0)),
    ],
)
def test_an_annotator_decides_by_what_is_shown(cards: list[Shown], may_click: bool, decision: Decision) -> None:
    assert decide(cards, at=0, length_px=200.0, may_click=may_click) == decision


def test_a_pose_is_reached_the_shorter_way_round() -> None:
    assert flips(5, at=0, to=2) == ("Tab", 2)
    assert flips(5, at=0, to=4) == ("Shift+Tab", 1)
    assert flips(3, at=1, to=1) == ("Tab", 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_drag_of_each_kind_finds_the_way_back(kind: str) -> None:
    grip = Grip(CAMERA, 150.0)
    off = grip.dragged(kind, POSE, np.array([0.0, 0.3])).pose
    eye = Eye(_seen(POSE), {name: np.array(at) for name, at in PLACES.items()}, CAMERA)
    assert eye.mismatch_px(POSE) == pytest.approx(0.0) and eye.mismatch_px(off) > 5
    plan = most_helpful(grip, off, eye)
    assert eye.mismatch_px(plan.pose) < 0.5 * eye.mismatch_px(off)


def test_two_drags_turn_a_shoe_as_it_looks() -> None:
    grip, goal = Grip(CAMERA, 150.0), POSE.moved(np.array([0.9, 0.6, 0.4, 0, 0, 0]))
    once = turning_drag(grip, POSE, goal).pose
    twice = turning_drag(grip, once, goal).pose
    assert rotation_angle_deg(POSE, goal) > 60 and rotation_angle_deg(twice, goal) < 6


def test_the_figures_count_what_was_accepted_and_goals_are_missed_in_words() -> None:
    slow = replace(QUICK, gestures=9, right=False, add_share=0.3)
    none = replace(QUICK, gestures=30, accepted=False, right=False, add_share=float("nan"), note="nothing")
    whole = summary([QUICK, QUICK, slow, none, replace(QUICK, way="manual", gestures=16)], "auto")
    assert (whole.scenes, whole.accepted, whole.gestures_median, whole.gestures_most) == (4, 0.75, 2.0, 9)
    assert whole.right == pytest.approx(2 / 3) and whole.by_purpose == {"find": 4, "accept": 4}
    assert len(whole.misses()) == 1 and "66.7% right" in whole.misses()[0]
    assert summary([replace(QUICK, way="manual", gestures=16)], "manual").misses()
    assert not summary([QUICK], "auto").misses()
    assert len(summary([none], "auto").misses()) == 2


def test_a_pose_of_the_other_foot_is_wrong_however_near() -> None:
    points = np.array(list(PLACES.values()))
    scene = Scene(("a",), Side.LEFT, POSE, {}, (), points, 300.0)
    assert scene.error(POSE, Side.LEFT).is_right and not scene.error(POSE, Side.RIGHT).is_right
    away = scene.error(POSE.with_translation(POSE.translation_mm + np.array([0, 0, 45.0])), Side.LEFT)
    assert away.add_share == pytest.approx(0.15) and not away.is_right


@pytest.mark.parametrize(("posed", "code"), [(QUICK, 0), (replace(QUICK, gestures=3), 1)])
def test_the_command_answers_whether_the_goals_are_met(
    posed: Posed, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], qtbot: QtBot
) -> None:
    monkeypatch.setattr(gestures_bench, "make_scenes", lambda folder, ordered: (folder, ()))
    monkeypatch.setattr(gestures_bench, "measure", lambda *_, **__: iter([posed]))
    assert run(["--ways", "auto", "--json"]) == code
    assert json.loads(capsys.readouterr().out)["summary"]["auto"]["gestures_median"] == posed.gestures
    assert run(["--ways", "auto"]) == code
    assert gestures_bench._told(replace(posed, add_share=float("nan")))["add_share"] is None
    assert ("goals met" in capsys.readouterr().out) is (code == 0)


def test_the_command_says_why_there_are_no_scenes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], qtbot: QtBot
) -> None:
    def fails(folder: Path, ordered: object) -> None:
        raise SceneError("no such shoe")

    monkeypatch.setattr(gestures_bench, "make_scenes", fails)
    assert run([]) == 2 and "no such shoe" in capsys.readouterr().err


def test_a_script_poses_shoes_in_the_real_window(qtbot: QtBot, tmp_path: Path) -> None:
    assert gesture_scenes.main([str(tmp_path), "--scenes", "2", "--copies", "2", "--lengths", "2", "3"]) == 0
    scenes = read_scenes(tmp_path / gesture_scenes.TRUTH_FILE)
    assert len(scenes) == 2 and all(len(scene.photo_ids) == 2 and scene.seen_px for scene in scenes)
    project, inference = tmp_path / gesture_scenes.PROJECT_FILE, Inference(InlineCore())
    posed = list(measure(project, scenes, ways=["auto", "clicks"], inference=inference))
    assert [one.way for one in posed] == ["auto", "clicks"] * 2
    assert all(one.accepted and one.right and one.iou > 0.93 for one in posed)
    assert posed[0].by_purpose == {"find": 1, "accept": 1}
    assert 8 <= posed[1].gestures <= 16 and posed[1].by_purpose["landmarks clicked"] >= 4


def _seen(pose: Pose) -> dict[str, tuple[float, float]]:
    drawn = CAMERA.project(pose.apply(np.array(list(PLACES.values()), dtype=float)))
    return {name: (float(x), float(y)) for name, (x, y) in zip(PLACES, drawn, strict=True)}
