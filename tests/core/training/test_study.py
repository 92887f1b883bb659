from __future__ import annotations

import json
from pathlib import Path

import pytest
from composite_builders import write_background, write_labelled

from core.cli import main
from core.training.coco_folder import TrainingDataError, read_coco_folder
from core.training.lesson import TrainingError
from core.training.plan import TrainingPlan
from core.training.study_busyness import busyness_of
from core.training.study_sets import labelled_photos, parted, some_of, write_photo_set

TINY = ["--encoder", "small", "--size", "64", "--steps", "2", "--batch", "2", "--seeds", "1", "--composites", "2"]
TINY += ["--precision", "32-true", "--threads", "1"]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    return write_labelled(tmp_path / "labelled", count=4)


def study(name: str, labelled: Path, folder: Path, *more: str) -> list[str]:
    words = [
        "study",
        name,
        "--coco",
        str(labelled),
        "--val-only",
        "photo_[01]*",
        "--precision",
        "32-true",
        "--threads",
        "1",
    ]
    return [*words, *TINY, "--out", str(folder / "docs"), "--runs", str(folder / "runs"), "--json", *more]


def test_photos_are_learnt_from_or_measured_on(labelled: Path) -> None:
    photos = labelled_photos([labelled], None)
    parts = parted(photos, only=(), exclude=("photo_3*",), validation=("photo_[01]*",))
    assert [photo.name for photo in parts.training] == ["images/photo_2.jpg"]
    assert [photo.name for photo in parts.validation] == ["images/photo_0.jpg", "images/photo_1.jpg"]
    with pytest.raises(TrainingDataError, match="--val-only"):
        parted(photos, only=(), exclude=(), validation=("street_*",))


def test_fewer_photos_are_among_more(labelled: Path) -> None:
    photos = labelled_photos([labelled], None)
    one, two = ({photo.name for photo in some_of(photos, count, seed=3)} for count in (1, 2))
    assert len(one) == 1 and one < two
    assert some_of(photos, 0, seed=3) == photos


def test_a_written_photo_set_names_the_photos_where_they_lie(labelled: Path, tmp_path: Path) -> None:
    photos = labelled_photos([labelled.parent], None)
    again = read_coco_folder(write_photo_set(tmp_path / "set" / "some.json", photos[1:3]))
    assert [photo.sneakers for photo in again] == [photo.sneakers for photo in photos[1:3]]
    assert [photo.file for photo in again] == [photo.file.resolve() for photo in photos[1:3]]


def test_edges_around_the_sneakers_make_a_photo_busy(labelled: Path) -> None:
    write_striped(labelled.parent / "images" / "photo_1.jpg")
    busyness = busyness_of(labelled_photos([labelled], None))
    assert busyness.busy == ["images/photo_1.jpg"]
    assert busyness.density["images/photo_1.jpg"] > 0.1
    assert len(busyness.plain) == 3


def write_striped(file: Path) -> None:
    import numpy as np
    from PIL import Image

    pixels = np.zeros((160, 240, 3), dtype=np.uint8)
    pixels[::8] = pixels[1::8] = pixels[2::8] = pixels[3::8] = 255
    Image.fromarray(pixels).save(file)


def test_the_study_of_composites_is_gone_on_with(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    background = write_background(tmp_path / "behind" / "wall.jpg")
    words = study("compositing", labelled, tmp_path, "--backgrounds", str(background))
    assert main([*words, "--minutes", "0.0001"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["done"], first["total"], first["complete"]) == (0, 3, False)
    assert "no answer yet" in first["answer"]
    assert main(words) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["done"], done["complete"]) == (3, True)
    assert set(done["groups"]["plain"]["arms"]) == {"photos-all", "composites-all", "both-all"}
    assert all(Path(picture).is_file() for picture in done["pictures"])
    page = Path(done["page"]).read_text(encoding="utf-8")
    assert done["answer"] in page and "edge density" in page and "outsole study compositing" in page
    records = {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").glob("*/run.json")}
    assert main(words) == 0
    assert {file: file.stat().st_mtime_ns for file in records} == records
    capsys.readouterr()
    assert main([*words, "--steps", "3"]) == 2
    assert "another steps (2, now 3)" in json.loads(capsys.readouterr().out)["error"]


def test_the_study_of_the_net_compares_every_choice(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(study("unet", labelled, tmp_path, "--sizes", "96", "--composites", "0")) == 0
    done = json.loads(capsys.readouterr().out)
    questions = {row["question"] for row in done["rows"]}
    assert questions == {
        "base", "architecture", "size", "rate", "optimiser", "augmentation", "stages", "instances"
    }  # fmt: skip
    assert all(row["seeds"] == 1 for row in done["rows"])
    plain, base = (next(row for row in done["rows"] if row["arm"] == arm) for arm in ("plain", "base"))
    assert plain["parameters"] < base["parameters"]
    assert len(done["answers"]) == sum("against" in row for row in done["rows"])
    assert all(Path(picture).is_file() for picture in done["pictures"])


def test_a_training_that_fails_is_said_and_the_others_go_on(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise TrainingError("The loss is no number any more at step 1.")

    monkeypatch.setattr("core.training.study.train", fails)
    assert main(study("unet", labelled, tmp_path, "--composites", "0")) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["complete"] and all(row["seeds"] == 0 for row in done["rows"])
    assert "base, seed 0 has no net: The loss is no number" in Path(done["page"]).read_text(encoding="utf-8")


def test_ctrl_c_leaves_what_is_finished(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def stopped(plan: TrainingPlan, **_: object) -> None:
        calls.append(plan.out.name)
        if len(calls) == 2:
            raise KeyboardInterrupt
        raise TrainingError("No net.")

    monkeypatch.setattr("core.training.study.train", stopped)
    words = study("unet", labelled, tmp_path, "--composites", "0")
    assert main(words) == 130
    assert json.loads(capsys.readouterr().out)["done"] == 1
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["complete"]
    assert calls[:3] == ["base-0", "plain-0", "plain-0"]


def test_sizes_and_counts_that_make_no_sense_are_refused(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(study("unet", labelled, tmp_path, "--size", "100")) == 2
    assert "multiple of 32" in json.loads(capsys.readouterr().out)["error"]
    assert main(study("compositing", labelled, tmp_path, "--seeds", "0")) == 2
    assert "--seeds 0" in json.loads(capsys.readouterr().out)["error"]
