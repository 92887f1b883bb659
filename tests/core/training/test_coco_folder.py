"""A COCO folder read as training data: every kind of outline, and a sentence for every kind of damage."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from core.labels.instance import Side
from core.training.coco_folder import (
    IGNORED,
    TrainingDataError,
    mask_of_runs,
    read_coco_folder,
    runs_of_mask,
)

WIDTH, HEIGHT = 40, 30
SQUARE = [4, 6, 14, 6, 14, 16, 4, 16]
Json = dict[str, Any]


def square_mask(x0: int, y0: int, *, x1: int, y1: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[y0:y1, x0:x1] = True
    return mask


def annotation(segmentation: Any, **more: Any) -> Json:
    return {"id": 1, "image_id": 7, "category_id": 1, "segmentation": segmentation, "iscrowd": 0, **more}


def content(*annotations: Json) -> Json:
    return {
        "images": [{"id": 7, "file_name": "images/a.jpg", "width": WIDTH, "height": HEIGHT}],
        "categories": [{"id": 1, "name": "sneaker"}, {"id": 2, "name": "leg"}],
        "annotations": list(annotations),
    }


def written(folder: Path, labels: Json | str) -> Path:
    (folder / "images").mkdir(exist_ok=True)
    Image.new("RGB", (WIDTH, HEIGHT), (90, 120, 40)).save(folder / "images" / "a.jpg")
    file = folder / "annotations.coco.json"
    file.write_text(labels if isinstance(labels, str) else json.dumps(labels), encoding="utf-8")
    return file


def uncompressed(mask: np.ndarray) -> Json:
    flat = mask.ravel(order="F").astype(int)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flat])))
    counts = np.diff(np.concatenate([[0], edges, [len(flat)]])).tolist()
    return {"size": list(mask.shape), "counts": counts}


@pytest.mark.parametrize("kind", ["polygon", "bare polygon", "compressed", "uncompressed"])
def test_every_kind_of_outline_is_the_same_mask(tmp_path: Path, kind: str) -> None:
    truth = square_mask(4, 6, x1=14, y1=16)
    segmentation: Any = {
        "polygon": [SQUARE],
        "bare polygon": SQUARE,
        "compressed": runs_of_mask(truth),
        "uncompressed": uncompressed(truth),
    }[kind]
    (image,) = read_coco_folder(written(tmp_path, content(annotation(segmentation))))
    (sneaker,) = image.sneakers
    assert image.name == "images/a.jpg"
    assert image.size_px == (WIDTH, HEIGHT)
    assert np.array_equal(sneaker.mask(), truth)
    assert sneaker.box_px == (4, 6, 14, 16)


def test_several_polygons_are_a_union_and_specks_without_area_are_nothing(tmp_path: Path) -> None:
    labels = content(annotation([SQUARE, [20, 20, 30, 20, 30, 25, 20, 25], [1, 1, 2, 2]]), annotation([[1, 1]]))
    (image,) = read_coco_folder(written(tmp_path, labels))
    assert [int(sneaker.mask().sum()) for sneaker in image.sneakers] == [150]


def test_instances_in_order_and_ignored_on_top(tmp_path: Path) -> None:
    labels = content(
        annotation(runs_of_mask(square_mask(0, 0, x1=10, y1=10)), attributes={"side": "left"}),
        annotation(runs_of_mask(square_mask(10, 0, x1=20, y1=10)), outsole={"side": "right"}),
        annotation(uncompressed(square_mask(18, 0, x1=25, y1=10)), iscrowd=1),
        annotation(runs_of_mask(square_mask(0, 20, x1=40, y1=30)), category_id=2),
    )
    (image,) = read_coco_folder(written(tmp_path, labels))
    assert [sneaker.side for sneaker in image.sneakers] == [Side.LEFT, Side.RIGHT]
    labels_px = image.instance_mask()
    assert labels_px.shape == (HEIGHT, WIDTH)
    assert [labels_px[5, x] for x in (5, 15, 18, 24, 30)] == [1, 2, IGNORED, IGNORED, 0]
    assert not labels_px[20:].any()


def test_the_images_may_lie_elsewhere(tmp_path: Path) -> None:
    written(tmp_path, content())
    moved = tmp_path / "labels" / "moved.json"
    moved.parent.mkdir()
    (tmp_path / "annotations.coco.json").rename(moved)
    (image,) = read_coco_folder(moved, tmp_path)
    assert image.file == tmp_path / "images" / "a.jpg"
    with pytest.raises(TrainingDataError, match="images are"):
        read_coco_folder(moved)


def test_the_only_category_is_meant_whatever_its_name(tmp_path: Path) -> None:
    labels = content(annotation([SQUARE]))
    labels["categories"] = [{"id": 1, "name": "Schuh"}]
    (image,) = read_coco_folder(written(tmp_path, labels))
    assert len(image.sneakers) == 1


def _with(key: str, value: Any) -> Callable[[Json], None]:
    return lambda labels: labels["annotations"][0].__setitem__(key, value)


def _image_with(key: str, value: Any) -> Callable[[Json], None]:
    return lambda labels: labels["images"][0].__setitem__(key, value)


BAD: dict[str, tuple[Callable[[Json], Any], str]] = {
    "no images": (lambda labels: labels["images"].clear(), "lists no photo under 'images'"),
    "no list": (lambda labels: labels.pop("annotations"), "'annotations'"),
    "no sneaker": (
        lambda labels: labels.__setitem__("categories", [{"id": 1, "name": "leg"}, {"id": 2, "name": "hat"}]),
        "categories has none called 'sneaker'",
    ),
    "id twice": (lambda labels: labels["images"].append(labels["images"][0]), r"images\[1\].id 7 is used twice"),
    "id missing": (lambda labels: labels["images"][0].pop("id"), r"images\[0\].id is missing"),
    "orphan": (_with("image_id", 8), r"annotations\[0\].image_id 8 is not among the images"),
    "orphan list": (_with("image_id", [7]), r"annotations\[0\].image_id \[7\]"),
    "missing photo": (_image_with("file_name", "b.jpg"), r"images\[0\].file_name names b.jpg"),
    "no name": (_image_with("file_name", ""), r"images\[0\].file_name is missing"),
    "wrong size": (_image_with("width", 41), r"images\[0\].width and height say 41 x 30 px.* 40 x 30 px upright"),
    "no size": (_image_with("height", "30"), r"images\[0\].width and height are not whole"),
    "no outline": (_with("segmentation", []), r"annotations\[0\].segmentation cannot be read"),
    "null outline": (_with("segmentation", None), r"annotations\[0\].segmentation cannot be read"),
    "odd polygon": (_with("segmentation", [[1, 2, 3, 4, 5, 6, 7]]), r"annotations\[0\].segmentation.*flat list"),
    "words": (_with("segmentation", [["a", "b"]]), r"annotations\[0\].segmentation cannot be read"),
    "nan": (_with("segmentation", [[1, 2, 3, None, 5, 6]]), r"annotations\[0\].segmentation"),
    "other size": (_with("segmentation", {"size": [40, 30], "counts": "0"}), r"its size is \[40, 30\]"),
    "short runs": (_with("segmentation", {"size": [30, 40], "counts": [3, 5]}), "do not add up"),
    "negative runs": (_with("segmentation", {"size": [30, 40], "counts": [-8, 1208]}), "do not add up"),
    "short text": (_with("segmentation", {"size": [30, 40], "counts": "52"}), "do not add up"),
    "cut text": (_with("segmentation", {"size": [30, 40], "counts": "`"}), "cut off or damaged"),
    "odd letters": (_with("segmentation", {"size": [30, 40], "counts": "~~é"}), r"annotations\[0\].segmentation"),
    "no counts": (_with("segmentation", {"size": [30, 40]}), "run lengths need counts"),
}


@pytest.mark.parametrize("name", BAD)
def test_damage_is_a_sentence_with_file_and_key(tmp_path: Path, name: str) -> None:
    damage, sentence = BAD[name]
    labels = content(annotation([SQUARE]))
    damage(labels)
    file = written(tmp_path, labels)
    with pytest.raises(TrainingDataError, match=sentence) as caught:
        read_coco_folder(file)
    assert str(file) in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(("text", "sentence"), [("{", "no valid JSON"), ("[]", "no JSON object")])
def test_broken_json(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(TrainingDataError, match=sentence):
        read_coco_folder(written(tmp_path, text))


def test_no_file_and_a_photo_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"gone\.json"):
        read_coco_folder(tmp_path / "gone.json")
    file = written(tmp_path, content())
    (tmp_path / "images" / "a.jpg").write_bytes(b"no photo at all")
    with pytest.raises(TrainingDataError, match=r"images\[0\].file_name cannot be used"):
        read_coco_folder(file)


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.booleans()))
def test_runs_give_the_mask_back(mask: np.ndarray) -> None:
    assert np.array_equal(mask_of_runs(runs_of_mask(mask)), mask)


def test_every_labelled_sample_photo_is_read(shared_data: Path) -> None:
    file = shared_data / "photos" / "annotations.coco.json"
    images = read_coco_folder(file)
    assert len(images) == 87
    assert all(image.sneakers for image in images)
