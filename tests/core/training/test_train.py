"""`outsole train` on a few small pictures: it learns, can be resumed exactly, and says in a sentence why it cannot."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.cli import main
from core.labels.instance import Side
from core.training import lesson as lesson_module
from core.training.coco_folder import TrainingDataError
from core.training.coco_writer import CocoFolderWriter, WrittenInstance
from core.training.dataset import NumbersOfEpoch, TrainingSamples
from core.training.journal import Journal
from core.training.plan import PhotoSet, plan_from_recipe
from core.training.train import sentence_of
from core.vision.unet import Architecture, EncoderKind
from core.vision.weights import read_weights

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def shoes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training set of eight pictures, 96 x 80 px: bright ellipses on dark noise."""
    folder = tmp_path_factory.mktemp("sets") / "shoes"
    generator = np.random.default_rng(0)
    writer = CocoFolderWriter(folder, recipe={"kind": "ellipses"})
    y, x = np.mgrid[0:80, 0:96]
    for number in range(8):
        pixels = generator.integers(0, 60, (80, 96, 3)).astype(np.uint8)
        middle_x, middle_y = generator.uniform(30, 66), generator.uniform(25, 55)
        mask = ((x - middle_x) / 22) ** 2 + ((y - middle_y) / 11) ** 2 < 1
        pixels[mask] += np.uint8(150)
        writer.add(pixels, [WrittenInstance(mask, Side.LEFT, {})], name=f"shoe_{number}")
    writer.close()
    return folder


@pytest.fixture(scope="module")
def whole(shoes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished training of two epochs, and what it said in the file answer.json."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        assert main([str(word) for word in words(shoes, folder, "--json")]) == 0
    torch.set_num_threads(before)
    (folder / "answer.json").write_text(out.getvalue(), encoding="utf-8")
    assert err.getvalue().count("epoch ") == 2
    return folder


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command; exit code, stdout and stderr."""

    def run(*words: Any) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def words(shoes: Path, out: Path, *more: Any) -> tuple[Any, ...]:
    small = ("--encoder", "small", "--size", 64, "--batch", 2, "--workers", 0, "--epochs", 2)
    return ("train", "--data", shoes, "--val", shoes, "--out", out, *small, *more)


def tensors(file: Path) -> dict[str, torch.Tensor]:
    return dict(read_weights(file).state)


def test_two_epochs_leave_weights_a_table_and_curves(whole: Path) -> None:
    answer = json.loads((whole / "answer.json").read_text(encoding="utf-8"))
    assert (answer["epochs"], answer["finished"]) == (2, True)
    assert read_weights(whole / "net.safetensors").spec.encoder is EncoderKind.SMALL
    rows = Journal(whole / "epochs.csv").rows()
    assert [row["epoch"] for row in rows] == [1, 2]
    assert rows[1]["loss"] < rows[0]["loss"]
    assert answer["best_dice"] == pytest.approx(max(row["val_dice"] for row in rows), abs=1e-6)
    assert (whole / "curves.png").stat().st_size > 5000


def test_a_resumed_training_ends_where_an_unbroken_one_does(shoes: Path, whole: Path, tmp_path: Path, say: Say) -> None:
    code, out, _ = say(*words(shoes, tmp_path, "--minutes", 1e-6))
    assert (code, "1 of 2 epochs" in out, "--resume" in out) == (0, True, True)
    assert json.loads(say(*words(shoes, tmp_path, "--resume", "--json"))[1])["epochs"] == 2
    one, other = tensors(whole / "last.safetensors"), tensors(tmp_path / "last.safetensors")
    assert all(torch.allclose(one[name], other[name], atol=1e-3) for name in one)
    rows = [Journal(folder / "epochs.csv").rows() for folder in (whole, tmp_path)]
    assert [row["loss"] for row in rows[1]] == pytest.approx([row["loss"] for row in rows[0]], rel=1e-4)
    answer = json.loads(say(*words(shoes, tmp_path, "--resume", "--json"))[1])
    assert (answer["epochs"], answer["finished"]) == (2, True)


def test_another_optimiser_rate_and_net_without_measuring(shoes: Path, tmp_path: Path, say: Say) -> None:
    other = ("--optimiser", "rmsprop", "--schedule", "cyclical", "--architecture", "plain", "--no-augment")
    small = ("--encoder", "small", "--size", 64, "--batch", 4, "--workers", 0, "--epochs", 1, "--samples", 8)
    code, out, _ = say("train", "--data", shoes, "--out", tmp_path, *small, *other, "--json")
    assert (code, json.loads(out)["best_dice"]) == (0, None)
    assert read_weights(tmp_path / "net.safetensors").spec.architecture is Architecture.PLAIN


def test_a_loss_that_is_no_number_ends_the_training_and_keeps_what_was_good(
    shoes: Path, tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert say(*words(shoes, tmp_path, "--minutes", 1e-6))[0] == 0
    before = (tmp_path / "net.safetensors").read_bytes()
    monkeypatch.setattr(lesson_module, "total_loss", lambda parts, weights: parts["dice"] * float("nan"))
    code, out, err = say(*words(shoes, tmp_path, "--resume", "--json"))
    assert code == 2
    assert "no number any more at step 4" in json.loads(out)["error"]
    assert "Traceback" not in err
    assert (tmp_path / "net.safetensors").read_bytes() == before
    monkeypatch.undo()
    assert say(*words(shoes, tmp_path, "--resume"))[0] == 0


def test_a_folder_that_holds_a_training_is_not_overwritten(shoes: Path, whole: Path, say: Say) -> None:
    code, _, err = say(*words(shoes, whole))
    assert (code, "--resume" in err) == (2, True)


def test_a_damaged_checkpoint_and_one_of_another_net(shoes: Path, whole: Path, tmp_path: Path, say: Say) -> None:
    checkpoint = tmp_path / "last.ckpt"
    checkpoint.write_bytes((whole / "last.ckpt").read_bytes())
    code, _, err = say(*words(shoes, tmp_path, "--resume", "--architecture", "plain"))
    assert (code, "is of another net" in err) == (2, True)
    checkpoint.write_bytes(checkpoint.read_bytes()[:5000])
    code, _, err = say(*words(shoes, tmp_path, "--resume"))
    assert (code, "last.ckpt is damaged" in err) == (2, True)


def test_a_photo_that_goes_missing_is_named(shoes: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(shoes, copy)
    samples = TrainingSamples([PhotoSet(copy).read()], view_px=64, count=4)
    for photo in (copy / "images").iterdir():
        photo.unlink()
    with pytest.raises(TrainingDataError, match="shoe_"):
        samples[0]


def test_an_error_of_a_loading_process_is_said_without_its_traceback() -> None:
    caught = "Caught TrainingDataError in DataLoader worker process 0.\nOriginal Traceback (most recent call last):\n"
    caught += '  File "dataset.py"\ncore.training.coco_folder.TrainingDataError: a.jpg cannot be read.\n'
    assert sentence_of(ValueError(caught)) == "a.jpg cannot be read."
    assert sentence_of(ValueError("a.jpg is gone.")) == "a.jpg is gone."


def test_missing_photos_and_empty_sets_are_named(shoes: Path, tmp_path: Path, say: Say) -> None:
    content = json.loads((shoes / "annotations.coco.json").read_text(encoding="utf-8"))
    lost = tmp_path / "lost.json"
    lost.write_text(json.dumps(content), encoding="utf-8")
    code, _, err = say(*words(lost, tmp_path / "run"))
    assert (code, "shoe_0" in err, "lost.json" in err) == (2, True, True)
    lost.write_text(json.dumps({**content, "images": [], "annotations": []}), encoding="utf-8")
    code, _, err = say(*words(lost, tmp_path / "run"))
    assert (code, "lists no photo" in err) == (2, True)
    code, _, err = say("train", "--out", tmp_path / "run")
    assert (code, "nothing to learn from" in err) == (2, True)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--size", 100), "multiple of 32"),
        (("--batch", 0), "batch is a whole number"),
        (("--rate", -1), "learning rate"),
        (("--init", "nowhere.safetensors"), "no weights at"),
        (("--strategy", "magic"), "The trainer refuses"),
    ],
)
def test_what_makes_no_sense_is_refused(
    more: tuple[Any, ...], sentence: str, shoes: Path, tmp_path: Path, say: Say
) -> None:
    code, _, err = say(*words(shoes, tmp_path / "run", *more))
    assert (code, sentence in err) == (2, True), err


def test_a_training_can_begin_with_the_weights_of_another(shoes: Path, whole: Path, tmp_path: Path, say: Say) -> None:
    start = whole / "net.safetensors"
    assert say(*words(shoes, tmp_path / "second", "--init", start, "--rate", 1e-9, "--minutes", 1e-6))[0] == 0
    first, second = tensors(start), tensors(tmp_path / "second" / "net.safetensors")
    assert torch.allclose(first["head.weight"], second["head.weight"], atol=1e-4)
    code, _, err = say(*words(shoes, tmp_path / "third", "--init", start, "--architecture", "plain"))
    assert (code, "another net" in err) == (2, True)


def test_samples_are_the_same_for_a_seed_and_differ_between_epochs(shoes: Path) -> None:
    sets = [PhotoSet(shoes).read()]
    one, other = (TrainingSamples(sets, view_px=64, count=4, seed=3, cache_mb=megabytes) for megabytes in (0, 10))
    first = [one[number] for number in (2, 6)]
    again = [other[number] for number in (6, 2)][::-1]
    assert all(torch.equal(a[name], b[name]) for a, b in zip(first, again, strict=True) for name in a)
    assert not torch.equal(first[0]["pixels"], first[1]["pixels"])


def test_processes_share_an_epoch_between_them() -> None:
    parts = [NumbersOfEpoch(6, rank=rank, world=2) for rank in (0, 1)]
    for part in parts:
        part.set_epoch(2)
    assert [list(part) for part in parts] == [[12, 14, 16], [13, 15, 17]]


def test_a_recipe_names_its_sets_by_patterns(shoes: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        '[plan]\nsize = 128\n[net]\narchitecture = "plain"\n[method]\nschedule = "cyclical"\n'
        '[[train]]\nset = "sho*"\nexclude = ["*shoe_[0-4]*"]\nweight = 2\n'
        '[[train]]\nset = "shoes/images"\nempty = true\nparts = [0, 2]\nof = 3\n',
        encoding="utf-8",
    )
    plan = plan_from_recipe(recipe, roots=[tmp_path, shoes.parent], out=tmp_path)
    assert (plan.size_px, plan.net.architecture) == (128, Architecture.PLAIN)
    labelled, empty = (one.read() for one in plan.training)
    assert [len(labelled.images), labelled.weight] == [3, 2.0]
    assert [image.file.stem for image in empty.images] == [f"shoe_{number}" for number in (0, 2, 3, 5, 6)]
    assert not any(image.sneakers for image in empty.images)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("size = ", "is no recipe"),
        ('[[train]]\nset = "nothing"\n', r"train\[0\].set names nothing"),
        ('[[train]]\nset = "."\nwieght = 1\n', "wieght"),
        ("[plan]\nsiez = 1\n", "siez"),
        ('[method]\noptimiser = "sgd"\n', "sgd"),
    ],
)
def test_a_wrong_recipe_is_named_with_its_key(text: str, sentence: str, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(text, encoding="utf-8")
    with pytest.raises(lesson_module.TrainingError, match=sentence):
        plan_from_recipe(recipe, roots=[tmp_path], out=tmp_path)


def test_a_journal_replaces_the_rows_of_what_is_taught_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "epochs.csv")
    for epoch, loss in ((1, 3.0), (2, 2.0), (3, 1.5), (2, 1.0)):
        journal.add({"epoch": epoch, "loss": loss})
    assert journal.rows() == ({"epoch": 1, "loss": 3.0}, {"epoch": 2, "loss": 1.0})
