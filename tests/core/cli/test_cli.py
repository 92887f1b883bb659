"""The command `outsole`, run as a person or a script would: exit codes, one sentence a failure, one JSON object."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fake_net import FakeNet, FakeSneaker, ellipse, use_net
from PIL import Image

from core.cli import main
from core.commands import window_child, window_commands
from core.document.document import Document
from core.document.edit import Edit
from core.geometry.camera import CameraSource
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import Region
from core.geometry.tracing import region_from_mask
from core.labels.instance import Instance, PoseEstimate, Side, Source, new_id
from core.labels.photo import Photo, Status
from core.render.raster import mesh_mask
from core.storage.database import open_project

MODEL = "outsole-sneaker"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command; exit code, stdout and stderr."""

    def run(*words: Any) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return run


@pytest.fixture
def project(tmp_path: Path, say: Say) -> Path:
    """A project with the built-in sneaker and two photos, each with one dark block on a light ground."""
    for name, box in (("a", (40, 50, 200, 130)), ("b", (90, 40, 250, 150))):
        pixels = np.full((200, 320, 3), 210, dtype=np.uint8)
        pixels += np.random.default_rng(0).integers(0, 12, pixels.shape, dtype=np.uint8)
        cv2.rectangle(pixels, box[:2], box[2:], (40, 30, 90), -1)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    assert say("new", tmp_path / "shoes")[0] == 0
    assert say("add-photos", tmp_path / "shoes", tmp_path)[0] == 0
    return tmp_path / "shoes.outsole"


def changed_project(file: Path, change: Callable[[Document], None]) -> None:
    store = open_project(file)
    change(Document(store))
    store.close()


def photos_in(file: Path) -> list[Photo]:
    store = open_project(file)
    photos = [store.load_photo(key) for key in store.load_project().entries]
    store.close()
    return photos


def with_instances(file: Path, name: str, *instances: Instance, camera: CameraSource = CameraSource.HAND) -> None:
    def change(document: Document) -> None:
        photo = next(p for p in map(document.photo, document.project.entries) if p.file == name)
        changed = replace(photo, instances=instances, camera=replace(photo.camera, source=camera))
        document.commit(Edit.of("Label", photo, changed))

    changed_project(file, change)


def posed_sneaker(file: Path, off_by: Pose | None = None) -> Instance:
    """A sneaker whose outline is its own silhouette, with a pose that is off by a little."""
    store = open_project(file)
    model = store.load_project().models[MODEL]
    photo = store.load_photo(next(iter(store.load_project().entries)))
    mesh = store.mesh(model.mesh_sha256)
    store.close()
    facing = Pose.from_matrix([[-1.0, 0, 0], [0, 0, -1.0], [0, -1.0, 0]], [0, 0, 420.0])
    truth = Pose.exp([0.3, 0.4, 0.1, 0, 0, 0]) @ facing
    region = region_from_mask(mesh_mask(mesh, truth, photo.camera))
    pose = truth if off_by is None else Pose(off_by.rotation_wxyz, np.zeros(3)) @ truth
    if off_by is not None:
        pose = pose.with_translation(truth.translation_mm + off_by.translation_mm)
    return Instance(new_id(), "sneaker", region=region, model_id=MODEL, pose_estimate=PoseEstimate(pose))


def test_new_project_holds_the_sneaker_and_is_not_overwritten(tmp_path: Path, say: Say) -> None:
    assert say("new", tmp_path / "p")[0] == 0
    code, out, err = say("new", tmp_path / "p.outsole")
    assert (code, out) == (2, "") and err.startswith("outsole: ") and err.count("\n") == 1
    code, out, _ = say("info", tmp_path / "p", "--json")
    assert code == 0 and [one["id"] for one in json.loads(out)["models"]] == [MODEL]
    assert say("new", tmp_path / "empty", "--empty")[0] == 0
    assert json.loads(say("info", tmp_path / "empty", "--json")[1])["models"] == []


def test_adding_photos_again_adds_none_and_broken_ones_are_told(project: Path, say: Say) -> None:
    code, out, _ = say("add-photos", project, project.parent, "--json")
    assert code == 0 and json.loads(out)["already_there"] == 2
    (project.parent / "broken.jpg").write_bytes(b"no picture")
    code, out, _ = say("add-photos", project, project.parent)
    assert code == 1 and "broken.jpg" in out
    code, out, _ = say("add-photos", project, project.parent / "none")
    assert code == 1 and "is not there" in out


def test_info_lists_photos(project: Path, say: Say) -> None:
    code, out, _ = say("info", project, "--photos")
    assert code == 0 and "2 photos" in out and out.splitlines()[-2:] == ["a.png", "b.png"]


def test_segmenting_a_box_makes_one_undoable_instance(project: Path, say: Say) -> None:
    code, out, _ = say("segment", project, "--photo", "a", "--box", "30,40,215,145", "--method", "grabcut", "--json")
    assert code == 0 and len(json.loads(out)["made"]) == 1
    (instance,) = photos_in(project)[0].instances
    assert instance.provenance.source is Source.SEGMENTER
    assert instance.region.area_px2 == pytest.approx(161 * 81, rel=0.05)
    changed_project(project, lambda document: document.undo() and None)
    assert not photos_in(project)[0].instances


def test_segmenting_a_batch_of_boxes(project: Path, say: Say, tmp_path: Path) -> None:
    boxes = tmp_path / "boxes.json"
    boxes.write_text(json.dumps({"a.png": [[30, 40, 215, 145]], "b.png": [[265, 160, 80, 30]]}))
    code, out, _ = say("segment", project, "--boxes", boxes, "--category", "leg", "--json")
    assert code == 0 and [one["photo"] for one in json.loads(out)["made"]] == ["a.png", "b.png"]
    assert [photo.instances[0].category for photo in photos_in(project)] == ["leg", "leg"]


def test_segmenting_whole_photos_keeps_what_is_there(project: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    use_net(monkeypatch, FakeNet((FakeSneaker(ellipse((120.0, 90.0), (70.0, 35.0)), 0.6, Side.LEFT, 0.9),)))
    code, out, _ = say("segment", project, "--all", "--json")
    made = json.loads(out)["made"]
    assert code == 0 and [one["photo"] for one in made] == [photo.file for photo in photos_in(project)]
    assert {(one["side"], one["method"]) for one in made} == {("left", "fake-net")}
    code, out, _ = say("segment", project, "--all")
    assert code == 0 and "Outlined 0 instances" in out
    code, out, _ = say("segment", project, "--photo", "a", "--no-keep")
    assert code == 0 and "Outlined 1 instance in 1 photo" in out and "1 are doubtful: a.png" in out
    assert len(photos_in(project)[0].instances) == 1


def test_segmenting_without_weights_is_one_sentence(project: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    use_net(monkeypatch, ValueError("There are no weights here."))
    code, out, _ = say("segment", project, "--all", "--json")
    assert code == 1 and "no weights" in json.loads(out)["problems"][0]
    assert all(not photo.instances for photo in photos_in(project))


def test_fit_moves_a_pose_and_says_who_did(project: Path, say: Say) -> None:
    with_instances(project, "a.png", posed_sneaker(project, Pose.exp([0.06, -0.05, 0.05, 6, -5, 10])))
    code, out, _ = say("fit", project, "--json")
    content = json.loads(out)
    assert code == 0, content
    (fit,) = content["fits"]
    assert fit["iou"] > max(fit["start_iou"], 0.95)
    estimate = photos_in(project)[0].instances[0].pose_estimate
    assert estimate is not None and estimate.provenance.source is Source.FIT
    assert estimate.provenance.residuals["iou"] == pytest.approx(fit["iou"])
    assert estimate.camera_source is CameraSource.HAND and estimate.covariance is not None


def test_fit_finds_a_pose_from_the_outline_alone(project: Path, say: Say) -> None:
    posed = posed_sneaker(project)
    assert posed.pose is not None
    with_instances(project, "a.png", posed.with_pose_estimate(None).with_model(None))
    code, out, _ = say("fit", project, "--anew", "--json")
    content = json.loads(out)
    assert code == 0, content
    (fit,) = content["fits"]
    assert fit["iou"] > 0.97 and {"left", "right"} == {fit["side"], *(one["side"] for one in fit["others"])}
    found = photos_in(project)[0].instances[0]
    assert found.model_id == MODEL and found.pose_estimate is not None
    assert found.pose_estimate.provenance.source is Source.FIT and found.pose_estimate.covariance is not None
    assert rotation_angle_deg(found.pose_estimate.pose, posed.pose) < 3.0 and found.side is Side.RIGHT
    assert say("fit", project, "--anew", "--model", "boot")[0] == 2
    assert say("fit", project, "--hidden")[0] == 2


def test_fit_tells_why_it_cannot(project: Path, say: Say) -> None:
    with_instances(project, "a.png", Instance(new_id(), "sneaker", pose_estimate=PoseEstimate(Pose.identity())))
    code, out, _ = say("fit", project, "--photo", "a.png", "--instance", "1")
    assert code == 1 and "no outline" in out
    assert say("fit", project, "--photo", "a.png", "--instance", "7")[0] == 2
    assert say("fit", project, "--instance", "1")[0] == 2


def test_check_finds_each_kind_of_problem(project: Path, say: Say) -> None:
    bow = Region.from_points([(10, 10), (60, 50), (60, 10), (10, 50)])
    good = posed_sneaker(project)
    bad = posed_sneaker(project, Pose.exp([0, 0, 0, 30, 0, 0]))
    with_instances(
        project,
        "a.png",
        good,
        bad,
        Instance(new_id(), "leg", region=bow),
        Instance(new_id(), "leg"),
        Instance(new_id(), "sneaker", region=Region.from_box(0, 0, x1_px=9, y1_px=9)),
        camera=CameraSource.GUESS,
    )
    (project.parent / "b.png").write_bytes((project.parent / "a.png").read_bytes())
    code, out, _ = say("check", project, "--json")
    problems = [(one["kind"], one["photo"], one["instance"]) for one in json.loads(out)["problems"]]
    assert code == 1
    assert problems == [
        ("camera", "a.png", None),
        ("pose", "a.png", 2),
        ("outline", "a.png", 3),
        ("outline", "a.png", 4),
        ("pose", "a.png", 5),
        ("changed", "b.png", None),
    ]
    (project.parent / "b.png").unlink()
    assert '"missing"' in say("check", project, "--json")[1]


def test_check_of_a_sound_project_is_quiet(project: Path, say: Say) -> None:
    with_instances(project, "a.png", posed_sneaker(project))
    assert say("check", project)[:2] == (0, "2 photos, no problems.\n")


def test_labels_go_out_and_come_in_by_every_format(project: Path, say: Say, tmp_path: Path) -> None:
    instance = posed_sneaker(project)
    with_instances(
        project, "a.png", instance, Instance(new_id(), "leg", region=Region.from_box(5, 5, x1_px=50, y1_px=9))
    )
    out = tmp_path / "out"
    code, text, _ = say("export", project, out, "--coco", "--coco-keypoints", "--labelme", "--json")
    assert code == 0, "the leg is told of: it hides what it covers, and has no keypoints of its own"
    assert [len(report["lines"]) > 0 for report in json.loads(text)["reports"]] == [True] * 3
    (back,) = json.loads((out / "instances.json").read_text())["images"][:1]
    assert back["file_name"] == "a.png"
    sources = {
        "coco": ("--coco", out / "instances.json", "--images", tmp_path),
        "labelme": ("--labelme", out / "labelme"),
    }
    for name, source in sources.items():
        again = tmp_path / f"{name}.outsole"
        say("new", again)
        code, text, _ = say("import", again, *source, "--json")
        photo = next(one for one in photos_in(again) if one.file == "a.png")
        assert photo.instances[0].region.area_px2 == instance.region.area_px2, text
        assert photo.instances[0].pose_estimate == instance.pose_estimate
        assert [one.category for one in photo.instances] == ["sneaker", "leg"]
        assert photo.status is Status.LABELLED


def test_split_export_writes_three_sets(project: Path, say: Say, tmp_path: Path) -> None:
    assert say("export", project, tmp_path / "out", "--coco", "--split", "0.5,0.5,0", "--seed", "3")[0] == 0
    assert sorted(path.stem for path in (tmp_path / "out").iterdir()) == [
        "instances_test",
        "instances_train",
        "instances_val",
    ]


def test_checked_photos_alone_are_exported_when_asked(project: Path, say: Say, tmp_path: Path) -> None:
    def check_one(document: Document) -> None:
        photo = document.photo(next(iter(document.project.entries)))
        document.commit(Edit.of("Check", photo, photo.with_status(Status.CHECKED)))

    changed_project(project, check_one)
    assert say("export", project, tmp_path / "out", "--coco", "--labelme", "--checked-only")[0] == 0
    images = json.loads((tmp_path / "out" / "instances.json").read_text())["images"]
    assert [image["file_name"] for image in images] == ["a.png"]
    assert [path.name for path in (tmp_path / "out" / "labelme").iterdir()] == ["a.json"]


def test_adding_a_model_from_a_mesh_file(project: Path, say: Say, tmp_path: Path) -> None:
    store = open_project(project)
    mesh = store.mesh(store.load_project().models[MODEL].mesh_sha256)
    store.close()
    file = tmp_path / "shoe.obj"
    rows = [f"v {x} {y} {z}" for x, y, z in mesh.vertices_mm] + [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in mesh.faces]
    file.write_text("\n".join(rows))
    landmarks = tmp_path / "landmarks.json"
    landmarks.write_text('{"toe tip": [140, 5, -40]}')
    more = ("--axes", "+X+Z", "--length", "300", "--shoe", "right", "--name", "Mine", "--landmarks", landmarks)
    code, out, err = say("add-model", project, file, *more, "--json")
    assert code == 0, err
    model = json.loads(out)["model"]
    assert (model["name"], model["landmarks"]) == ("Mine", 1) and model["length_mm"] == pytest.approx(300)
    assert say("add-model", project, file, "--axes", "up")[0] == 2
    assert say("add-model", project, tmp_path / "none.glb")[0] == 2
    assert say("add-model", project, "sneaker")[0] == 2, "it is in the project already"
    code, out, _ = say("add-model", project, "high-top")
    assert code == 0 and "Outsole high-top" in out


@pytest.mark.parametrize(
    "words",
    [
        ["exprt"],
        ["info"],
        ["info", "none.outsole"],
        ["export", "PROJECT", "out"],
        ["export", "PROJECT", "out", "--coco", "--split", "1,2"],
        ["import", "PROJECT"],
        ["import", "PROJECT", "--coco", "none.json"],
        ["segment", "PROJECT"],
        ["segment", "PROJECT", "--all", "--method", "grabcut"],
        ["segment", "PROJECT", "--all", "--photo", "a"],
        ["segment", "PROJECT", "--all", "--method", "net", "--category", "leg"],
        ["segment", "PROJECT", "--photo", "z", "--box", "1,2,3,4"],
        ["segment", "PROJECT", "--photo", "a", "--box", "1,2,3"],
        ["segment", "PROJECT", "--photo", "a", "--box", "1,2,30,40", "--category", "boat"],
        ["segment", "PROJECT", "--boxes", "none.json"],
        ["bench", "none"],
    ],
)
def test_bad_usage_is_one_sentence_and_exit_code_two(project: Path, say: Say, words: list[str]) -> None:
    code, out, err = say(*[str(project) if word == "PROJECT" else word for word in words])
    assert (code, out) == (2, "") and err.strip()


def test_failures_are_one_object_too_when_asked(project: Path, say: Say) -> None:
    code, out, err = say("info", "none.outsole", "--json")
    assert code == 2 and json.loads(out)["error"] in err


def test_help_names_every_command_and_its_options(say: Say) -> None:
    code, out, _ = say("--help")
    assert code == 0
    for name in (
        "new",
        "add-photos",
        "add-model",
        "segment",
        "fit",
        "import",
        "export",
        "check",
        "info",
        "bench",
        "tour",
    ):
        assert f"    {name}" in out
        code, own, _ = say(name, "--help")
        assert code == 0 and "usage: outsole" in own


def test_without_a_display_the_window_is_refused_with_a_hint(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    code, _, err = say()
    assert code == 2 and "outsole tour" in err


def test_windows_are_children_whose_exit_code_passes_through(
    project: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        started.append(command[1:])
        return subprocess.CompletedProcess(command, 7)

    def run_window(command: list[str], environment: object) -> window_child.Ended:
        return window_child.Ended(run(command).returncode, "", took_s=60.0)

    monkeypatch.setattr(window_commands.subprocess, "run", run)
    monkeypatch.setattr(window_commands, "run_window", run_window)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert [say()[0], say(project)[0], say("tour", "out")[0], say("bench", "ui", "--repeat", "2")[0]] == [7, 7, 7, 7]
    assert started == [
        ["-m", "gui"],
        ["-m", "gui", str(project)],
        ["-m", "gui.tour", "out"],
        ["-m", "gui.bench.ui_bench", "--repeat", "2"],
    ]


def test_asking_for_help_loads_nothing_heavy() -> None:
    heavy = "{'torch', 'scipy', 'numba', 'trimesh', 'cv2', 'sqlalchemy', 'PySide6', 'PIL', 'shapely', 'vtkmodules'}"
    code = f"import sys, core.cli; core.cli.main(['--help']); sys.stderr.write(str({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "set()"
