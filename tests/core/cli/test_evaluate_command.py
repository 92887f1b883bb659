"""`outsole evaluate` as a script runs it: one object, a table, and a sentence for everything that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.cli import main
from core.vision.unet import EncoderKind, NetSpec, build_net
from core.vision.weights import save_weights

Say = Callable[..., tuple[int, str, str]]
KEYS = {
    "images",
    "iou_median",
    "dice_mean",
    "boundary_px_median",
    "recall_05",
    "false_positives_per_image",
}


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
def net(tmp_path: Path) -> Path:
    file = tmp_path / "small.safetensors"
    save_weights(file, build_net(NetSpec(encoder=EncoderKind.SMALL, widths=(16, 12, 8, 8, 8))), card={})
    return file


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """A COCO file beside the folder of its photos, one with a sneaker and one without."""
    (tmp_path / "photos").mkdir()
    for name in ("street_1.png", "bg_1.png"):
        Image.new("RGB", (90, 70), (120, 130, 140)).save(tmp_path / "photos" / name)
    images = [
        {"id": 1, "file_name": "street_1.png", "width": 90, "height": 70},
        {"id": 2, "file_name": "bg_1.png", "width": 90, "height": 70},
    ]
    square = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[20, 20, 60, 20, 60, 50, 20, 50]]}
    file = tmp_path / "labels.json"
    categories = [{"id": 1, "name": "sneaker"}]
    file.write_text(json.dumps({"images": images, "categories": categories, "annotations": [square]}), "utf-8")
    return file


def test_one_object_with_the_figures_of_every_prefix(say: Say, labels: Path, net: Path) -> None:
    words = ("evaluate", "--coco", labels, "--images", labels.parent / "photos", "--net", net, "--size", 64)
    code, out, _ = say(*words, "--json", "--worst", labels.parent / "worst")
    content = json.loads(out)
    assert code == 0 and content["ok"] is True
    assert set(content) >= KEYS and content["images"] == 2
    assert list(content["by_prefix"]) == ["bg", "street"]
    assert all(set(figures) >= KEYS for figures in content["by_prefix"].values())
    assert (content["net"], content["size_px"], content["refine"]) == ("small", 64, True)
    assert sorted(file.stem.partition("_")[0] for file in (labels.parent / "worst").iterdir()) == ["01", "02"]


def test_a_table_and_a_choice_of_photos(say: Say, labels: Path, net: Path) -> None:
    words = ("evaluate", "--coco", labels, "--images", labels.parent / "photos", "--net", net, "--size", 64)
    code, out, _ = say(*words, "--only", "bg_*", "--no-refine")
    assert code == 0
    head, titles, row, *_ = out.splitlines()
    assert head == "small, 64 px"
    assert titles.split()[:3] == ["subset", "photos", "shoes"]
    assert row.split()[:4] == ["bg", "1", "0", "-"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--net", "nobody"), "no net called 'nobody'"),
        (("--only", "nothing_*"), "--only takes a glob"),
        (("--size", "9"), "--size 9 is out of range"),
        (("--threads", "0"), "--threads 0 is too few"),
        (("--images", "elsewhere"), "images[0].file_name names street_1.png"),
        (("--coco", "gone.json"), "gone.json cannot be read"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    say: Say, labels: Path, words: tuple[str, str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = say("evaluate", "--coco", labels, "--images", labels.parent / "photos", *words, "--json")
    assert code == 2
    assert sentence in err and len(err.splitlines()) == 1
    assert sentence in json.loads(out)["error"]


def test_the_help_says_how_each_figure_is_made(say: Say) -> None:
    code, out, _ = say("evaluate", "--help")
    assert code == 0
    assert "a sneaker that was not found counts 0" in out and "iscrowd" in out
