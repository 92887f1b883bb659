"""`outsole synth`: sets that do not depend on the number of workers, one sentence for what is wrong, stops kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from composite_builders import shoe_cutout, write_alpha, write_background, write_labelled

from core.cli import main
from core.training.coco_folder import read_coco_folder
from core.training.composite_set import Order, composite_set
from core.training.ingredients import store

Say = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    def run(*words: Any) -> tuple[int, dict[str, Any]]:
        code = main(["synth", *(str(word) for word in words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_a_set_is_made_and_can_be_read(tmp_path: Path, say: Say) -> None:
    labelled = write_labelled(tmp_path / "labelled")
    write_alpha(tmp_path / "alpha" / "1_right.png")
    write_background(tmp_path / "grounds" / "g.jpg")
    out = tmp_path / "out"
    words = ("--cutouts", labelled, tmp_path / "alpha", "--scenes", labelled.parent)
    sizes = ("--count", 10, "--size", 96, "--workers", 1, "--seed", 3)
    code, answer = say(out, *words, "--backgrounds", tmp_path / "grounds", *sizes)
    assert code == 0 and answer["ok"] and answer["complete"]
    images = read_coco_folder(out / "annotations.coco.json")
    assert len(images) == answer["images"] == 10
    assert sum(len(image.sneakers) for image in images) == answer["sneakers"] > 0
    recipe = json.loads((out / "recipe.json").read_text())
    assert recipe["seed"] == 3 and recipe["complete"]
    assert recipe["sources"] == {"cutouts": 3, "backgrounds": 1, "scenes": 2}


@pytest.mark.timeout(120)
def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    stored = store(tmp_path / "ingredients", cutouts=[shoe_cutout()])
    made = [
        composite_set(stored, Order(tmp_path / str(workers), 9, (72, 72), 11), recipe={}, workers=workers)
        for workers in (1, 2)
    ]
    files = [sorted((tmp_path / name / "images").iterdir()) for name in "12"]
    assert [file.name for file in files[0]] == [file.name for file in files[1]]
    assert all(one.read_bytes() == other.read_bytes() for one, other in zip(*files, strict=True))
    assert made[0].annotations.read_bytes() == made[1].annotations.read_bytes()


def test_ctrl_c_leaves_what_is_done(tmp_path: Path) -> None:
    stored = store(tmp_path / "ingredients", cutouts=[shoe_cutout()])

    def stop(count: int) -> None:
        if count == 3:
            raise KeyboardInterrupt

    made = composite_set(stored, Order(tmp_path / "out", 50, (64, 64)), recipe={}, workers=1, done=stop)
    assert not made.is_complete and made.images == 3
    assert len(read_coco_folder(made.annotations)) == 3
    assert len(list((tmp_path / "out" / "images").iterdir())) == 3
    assert json.loads((tmp_path / "out" / "recipe.json").read_text())["complete"] is False


def test_file_names_choose(tmp_path: Path, say: Say) -> None:
    labelled = write_labelled(tmp_path / "labelled", count=3)
    sizes = ("--count", 1, "--size", 64, "--workers", 1)
    code, _ = say(tmp_path / "a", "--cutouts", labelled, "--only", "photo_[12]*", "--exclude", "*_2.jpg", *sizes)
    assert code == 0
    assert json.loads((tmp_path / "a" / "recipe.json").read_text())["sources"]["cutouts"] == 1
    code, answer = say(tmp_path / "b", "--cutouts", labelled, "--only", "other_*", *sizes)
    assert code == 2 and "no cut-out" in answer["error"] and not (tmp_path / "b").exists()


def broken_background(folder: Path) -> None:
    write_background(folder / "grounds" / "good.jpg")
    (folder / "grounds" / "bad.jpg").write_bytes(b"nothing of a picture")


def occupied(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "mine.txt").write_text("x")


WRONG = [
    ((), None, "Composites need sneakers"),
    (("--cutouts", "{0}/nowhere"), None, "no folder, file or pattern"),
    (("--cutouts", "{0}/nowhere.json"), None, "nowhere.json is not there"),
    (("--cutouts", "{0}/alpha", "--backgrounds", "{0}/empty"), None, "no folder, file or pattern"),
    (("--cutouts", "{0}/alpha", "--backgrounds", "{0}/grounds"), broken_background, "bad.jpg"),
    (("--cutouts", "{0}/alpha"), occupied, "out is not empty"),
    (("--cutouts", "{0}/alpha", "--count", "0"), None, "at least one picture"),
    (("--cutouts", "{0}/alpha", "--size", "20"), None, "64 to 2048"),
    (("--cutouts", "{0}/alpha", "--seed", "-1"), None, "0 or more"),
    (("--kind", "renders", "--models", "{0}/none.glb"), None, "none.glb"),
    (("--kind", "renders", "--own-share", "1.5"), None, "--own-share is 1.5; it is the share of the built-in"),
    (("--kind", "cutouts", "--own-share", "nan"), None, "--own-share is nan"),
    (("--kind", "renders", "--own-share", "0.2"), None, "name their mesh files by --models"),
    (("--cutouts", "{0}/alpha", "--own-share", "0.2"), None, "--own-share is for rendered shoes"),
]


@pytest.mark.parametrize(("words", "prepare", "sentence"), WRONG, ids=[sentence for _, _, sentence in WRONG])
def test_bad_input_gets_a_sentence(
    tmp_path: Path, say: Say, words: tuple[str, ...], prepare: Callable[[Path], None] | None, sentence: str
) -> None:
    (tmp_path / "empty").mkdir()
    write_alpha(tmp_path / "alpha" / "a.png")
    if prepare is not None:
        prepare(tmp_path)
    small = ("--count", 1, "--workers", 1)
    code, answer = say(tmp_path / "out", *small, *(word.format(tmp_path) for word in words))
    assert code == 2 and not answer["ok"]
    assert sentence in answer["error"]


@pytest.mark.parametrize("kind", ["renders", "cutouts"])
def test_the_share_of_the_built_in_sneaker_is_handed_on(
    tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    asked: list[float] = []

    def made(out: Path, *, own_share: float, **_: Any) -> Iterator[Any]:
        asked.append(own_share)
        out.mkdir()
        (out / "recipe.json").write_text('{"counts": {"images": 1, "sneakers": 1, "ignored": 0}}')
        return iter([None])

    monkeypatch.setattr("core.training.renders.render_set", made)
    monkeypatch.setattr("core.training.renders.render_cutouts", made)
    words = ("--kind", kind, "--count", 1, "--models", tmp_path / "shoe.obj")
    assert say(tmp_path / "usual", *words)[0] == 0
    assert say(tmp_path / "none", *words, "--own-share", 0)[0] == 0
    assert say(tmp_path / "some", *words, "--own-share", 0.25)[0] == 0
    assert asked == [0.5, 0.0, 0.25]


def test_real_photos_give_cutouts(shared_data: Path, tmp_path: Path, say: Say) -> None:
    words = ("--cutouts", shared_data / "photos", "--only", "rm_bottom_*", "--count", 2, "--size", 128, "--workers", 1)
    code, answer = say(tmp_path / "out", *words)
    assert code == 0 and answer["images"] == 2
    pixels = read_coco_folder(tmp_path / "out" / "annotations.coco.json")[0]
    assert pixels.size_px == (128, 128) and np.isfinite(answer["sneakers"])
