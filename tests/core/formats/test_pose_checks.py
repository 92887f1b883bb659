"""What an export tells of the poses it carries, and which of them it can leave out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bop_builders import CAMERA, add_posed_photo, posed, read_json, wedge_project

from core.document.document import Document
from core.document.edit import Edit
from core.formats.exports import ExportPlan, export_project
from core.formats.pose_checks import PoseTally, pose_tally
from core.geometry.camera import CameraSource
from core.labels.instance import DOUBTED, LAID_DOWN, Instance
from core.labels.photo import Status
from core.labels.words import counted


def three_shoes(folder: Path) -> Document:
    """A sure pose, one taken against the fit's doubt, and one that explains its outline badly; cameras guessed."""
    document, _ = wedge_project(folder)
    sure = with_figures(posed(), iou=0.99)
    poor = replace(with_figures(posed(), iou=0.8), id="poor")
    doubted = replace(with_figures(posed(), iou=0.98, doubted=True), id="doubted")
    guessed = replace(CAMERA, source=CameraSource.GUESS)
    photo = add_posed_photo(document, folder / "a.jpg", sure, poor, doubted, camera=guessed)
    assert photo.instances
    return document


def with_figures(instance: Instance, *, iou: float, doubted: bool = False) -> Instance:
    estimate = instance.pose_estimate
    assert estimate is not None
    residuals = {**estimate.provenance.residuals, **({DOUBTED: 1.0} if doubted else {})}
    provenance = replace(estimate.provenance, residuals=residuals)
    return instance.with_pose_estimate(replace(estimate, iou=iou, provenance=provenance))


def test_the_tally_counts_guessed_cameras_and_doubts(tmp_path: Path) -> None:
    store = three_shoes(tmp_path).store
    tally = pose_tally(store, checked_only=False)
    assert tally == PoseTally(posed=3, guessed=3, doubtful=2)
    assert tally.words == "3 shoes are posed with a guessed camera, 2 poses are in doubt."
    assert pose_tally(store, checked_only=True) == PoseTally()


def test_an_export_repeats_what_a_check_finds(tmp_path: Path) -> None:
    document = three_shoes(tmp_path)
    (report,) = export_project(ExportPlan(("coco",), tmp_path / "out"), document.store, project_folder=tmp_path)
    told = [line.reason for line in report.noted]
    assert len(told) == 3 and "guessed camera" in told[-1] and "3 to look at" in report.summary
    assert any("spoke against" in words for words in told) and any("IoU 0.800" in words for words in told)


def test_poses_in_doubt_can_be_left_out(tmp_path: Path) -> None:
    document = three_shoes(tmp_path)
    plan = ExportPlan(("bop",), tmp_path / "out", sure_only=True)
    (report,) = export_project(plan, document.store, project_folder=tmp_path)
    scene = read_json(next((tmp_path / "out").rglob("scene_gt.json")))
    assert sum(map(len, scene.values())) == 1
    assert sum("left out" in line.reason for line in report.changed) == 2
    assert [line.reason for line in report.noted] == [
        "1 shoe is posed with a guessed camera: every distance is a guess too"
    ]


def test_rejected_photos_do_not_count(tmp_path: Path) -> None:
    document = three_shoes(tmp_path)
    photo = document.photo(next(iter(document.project.entries)))
    document.commit(Edit.of("Reject", photo, photo.with_status(Status.REJECTED)))
    assert pose_tally(document.store, checked_only=False) == PoseTally()


def test_things_are_counted_in_words() -> None:
    assert [counted(n, "photo") for n in (0, 1, 2, 1204)] == ["0 photos", "1 photo", "2 photos", "1,204 photos"]
    assert counted(1, "box", "boxes") == "1 box" and counted(2, "box", "boxes") == "2 boxes"


def test_a_shoe_that_was_only_laid_down_has_no_pose_to_tell_of(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    laid = posed()
    assert laid.pose_estimate is not None
    laid = laid.with_pose_estimate(replace(laid.pose_estimate, provenance=LAID_DOWN))
    add_posed_photo(document, tmp_path / "a.jpg", laid, camera=replace(CAMERA, source=CameraSource.GUESS))
    assert pose_tally(document.store, checked_only=False) == PoseTally()
    (report,) = export_project(ExportPlan(("coco",), tmp_path / "out"), document.store, project_folder=tmp_path)
    assert not report.noted
