"""Training sets written: what is read back is what was handed in, also after a stop."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from core.labels.instance import Side
from core.training.coco_folder import read_coco_folder
from core.training.coco_writer import CocoFolderError, CocoFolderWriter, WrittenInstance, write_image

GREY = np.full((40, 60, 3), 120, dtype=np.uint8)


def mask_of(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((40, 60), dtype=bool)
    mask[rows, columns] = True
    return mask


def test_masks_sides_and_ignore_regions_come_back(tmp_path: Path) -> None:
    shoe, crowd = mask_of(slice(4, 20), slice(5, 30)), mask_of(slice(30, 40), slice(50, 60))
    with CocoFolderWriter(tmp_path / "set", recipe={"seed": 3}) as writer:
        writer.add(GREY, [WrittenInstance(shoe, Side.LEFT), WrittenInstance(crowd, crowd=True)], name="a")
        writer.add(GREY, [], name="empty.jpg")
    first, second = read_coco_folder(tmp_path / "set" / "annotations.coco.json")
    assert first.name == "images/a.jpg" and first.size_px == (60, 40)
    assert first.sneakers[0].side is Side.LEFT
    assert np.array_equal(first.sneakers[0].mask(), shoe)
    assert first.sneakers[0].box_px == (5, 4, 30, 20)
    assert np.array_equal(first.instance_mask() == 255, crowd)
    assert second.sneakers == ()
    recipe = json.loads((tmp_path / "set" / "recipe.json").read_text())
    assert recipe == {"seed": 3, "counts": {"images": 2, "sneakers": 1, "ignored": 1}, "complete": True}


def test_further_keys_stand_in_the_annotation(tmp_path: Path) -> None:
    more = {"keypoints": [1, 2, 2], "attributes": {"model": "x"}}
    with CocoFolderWriter(tmp_path / "set", recipe={}) as writer:
        writer.add(GREY, [WrittenInstance(mask_of(slice(3), slice(3)), Side.RIGHT, more)], name="a")
    annotation = json.loads((tmp_path / "set" / "annotations.coco.json").read_text())["annotations"][0]
    assert annotation["keypoints"] == [1, 2, 2]
    assert annotation["attributes"] == {"side": "right", "model": "x"}
    assert annotation["area"] == 9 and annotation["bbox"] == [0, 0, 3, 3]


def test_what_workers_wrote_is_merged_with_ids_of_its_own(tmp_path: Path) -> None:
    instance = WrittenInstance(mask_of(slice(3), slice(3)))
    with CocoFolderWriter(tmp_path / "set", recipe={}) as writer:
        writer.merge(write_image(tmp_path / "set", GREY, [instance, instance], name=name) for name in "ab")
    content = json.loads((tmp_path / "set" / "annotations.coco.json").read_text())
    assert [image["id"] for image in content["images"]] == [1, 2]
    assert [(one["id"], one["image_id"]) for one in content["annotations"]] == [(1, 1), (2, 1), (3, 2), (4, 2)]


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(CocoFolderError, match="not empty"):
        CocoFolderWriter(tmp_path, recipe={})


def test_an_error_leaves_a_readable_set(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), CocoFolderWriter(tmp_path / "set", recipe={}) as writer:
        writer.add(GREY, [], name="a")
        raise RuntimeError
    assert len(read_coco_folder(tmp_path / "set" / "annotations.coco.json")) == 1
    assert json.loads((tmp_path / "set" / "recipe.json").read_text())["complete"] is False


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=20)), st.sampled_from(Side))
def test_any_mask_comes_back(tmp_path_factory: pytest.TempPathFactory, mask: np.ndarray, side: Side) -> None:
    folder = tmp_path_factory.mktemp("any") / "set"
    with CocoFolderWriter(folder, recipe={}) as writer:
        writer.add(np.zeros((*mask.shape, 3), dtype=np.uint8), [WrittenInstance(mask, side)], name="a")
    (image,) = read_coco_folder(folder / "annotations.coco.json")
    if not mask.any():
        assert image.sneakers == ()
    else:
        assert np.array_equal(image.sneakers[0].mask(), mask) and image.sneakers[0].side is side
