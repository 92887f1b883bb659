"""YOLO data sets: each kind written and read back, what has no place in them told, and bad files refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from bop_builders import FACING, add_posed_photo, posed, wedge_project
from format_builders import HOLED, add_photo, new_document, sneaker, write_image
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from yolo_builders import exported, read_back, words

from core.document.document import Document
from core.document.edit import Edit
from core.formats.bridges import joined_ring, unbridged_region
from core.formats.coco_keypoints import keypoint_names, keypoints_of
from core.formats.json_file import FormatError
from core.formats.split import Split
from core.formats.yolo_folder import YoloKind, data_yaml, flip_index, is_yolo, label_file, read_data
from core.formats.yolo_lines import lines_of, region_of_segment, segment_values
from core.geometry.pose import Pose
from core.geometry.region import EMPTY_REGION, Part, Region, Ring
from core.labels.instance import Keypoint, Side, Visibility
from core.labels.photo import Status

BOX = Region.from_box(10.25, 12.5, x1_px=50.75, y1_px=40.0)
LOW = Part(
    Ring(np.array([(5.0, 45.0), (55.0, 45.0), (55.0, 78.0), (5.0, 78.0)])),
    (Ring(np.array([(20.0, 55.0), (40.0, 55.0), (40.0, 70.0), (20.5, 70.0)])),),
)
TWO_PARTS = Region((BOX.parts[0], Region.from_box(60, 50, x1_px=90.5, y1_px=70.25).parts[0], LOW))


def one_photo(tmp_path: Path, *instances: Any, name: str = "a.png", **more: Any) -> Document:
    document = new_document(tmp_path / "p")
    add_photo(document, write_image(tmp_path / "p" / name, **more), *instances)
    return document


# ---- segmentation


@pytest.mark.parametrize("region", [BOX, HOLED, TWO_PARTS], ids=["box", "hole", "parts"])
def test_an_outline_is_read_back_to_a_thousandth_of_a_pixel(tmp_path: Path, region: Region) -> None:
    document = one_photo(tmp_path, sneaker(region))
    report = exported(document, tmp_path / "p", tmp_path / "out")
    assert not report.refused
    _, (photo,) = read_back(tmp_path / "out", tmp_path / "q")
    (instance,) = photo.instances
    assert len(instance.region.parts) == len(region.parts)
    holes = [sorted(len(part.holes) for part in one.parts) for one in (region, instance.region)]
    assert holes[0] == holes[1]
    both, either = instance.region.intersection(region), instance.region.union(region)
    assert either.area_px2 - both.area_px2 < 0.01
    assert instance.region.bounds_px == pytest.approx(region.bounds_px, abs=1e-3)


def test_holes_and_parts_are_one_line_and_told(tmp_path: Path) -> None:
    document = one_photo(tmp_path, sneaker(TWO_PARTS))
    report = exported(document, tmp_path / "p", tmp_path / "out")
    (label,) = (tmp_path / "out" / "labels" / "train").iterdir()
    assert len(label.read_text().splitlines()) == 1
    assert "its 1 hole and 3 parts: one line" in words(report)


def test_a_reader_that_knows_no_bridges_fills_the_same_pixels() -> None:
    import cv2

    values = segment_values(TWO_PARTS, (100, 80))
    ring = np.round(np.array(values).reshape(-1, 2) * (100, 80) * 16).astype(np.int32)
    mask = np.zeros((80, 100), np.uint8)
    cv2.fillPoly(mask, [ring], 1, shift=4)
    # A filled polygon has its border too: about half a pixel more all round, and the bridges' own pixels.
    rings = [np.vstack([ring.points_px, ring.points_px[:1]]) for ring in TWO_PARTS.rings]
    border_px = sum(np.linalg.norm(np.diff(points, axis=0), axis=1).sum() for points in rings)
    assert abs(int(mask.sum()) - TWO_PARTS.area_px2) < 0.75 * border_px
    assert mask[62, 30] == 0  # in the hole
    assert mask[60, 75] == mask[48, 30] == mask[20, 20] == 1


def test_parts_that_overlap_become_one_before_they_are_joined(tmp_path: Path) -> None:
    overlapping = Region((BOX.parts[0], BOX.moved([15, 10]).parts[0]))
    exported(one_photo(tmp_path, sneaker(overlapping)), tmp_path / "p", tmp_path / "out")
    _, (photo,) = read_back(tmp_path / "out", tmp_path / "q")
    assert photo.instances[0].region.area_px2 == pytest.approx(overlapping.union().area_px2, abs=0.01)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.booleans()), min_size=1, max_size=6, unique=True))
def test_joined_rings_come_apart_again(cells: list[tuple[int, int, bool]]) -> None:
    places = {(x, y): holed for x, y, holed in cells}
    parts = []
    for (x, y), holed in places.items():
        outer = Region.from_box(10 * x, 10 * y, x1_px=10 * x + 8, y1_px=10 * y + 8).parts[0].outer
        hole = Ring(np.array([(2.0, 2.0), (2.0, 6.0), (6.0, 6.0), (6.0, 2.5)]) + np.array((10 * x, 10 * y)))
        parts.append(Part(outer, (hole,) if holed else ()))
    region = Region(tuple(parts))
    values = segment_values(region, (60, 50))
    assert all(0.0 <= value <= 1.0 for value in values)
    text = " ".join(["0", *(f"{value:.6f}" for value in values)])
    ((line,), bad) = lines_of(text)
    assert not bad
    back = region_of_segment(line.values, (60, 50))
    assert len(back.parts) == len(region.parts)
    assert sum(len(part.holes) for part in back.parts) == sum(len(part.holes) for part in region.parts)
    assert back.area_px2 == pytest.approx(region.area_px2, abs=0.01)


def test_one_ring_is_left_as_it_is() -> None:
    points = BOX.parts[0].outer.points_px
    assert joined_ring([points]) is points
    assert unbridged_region(points) == BOX


def test_an_outline_beyond_the_edge_is_cut_there(tmp_path: Path) -> None:
    document = one_photo(tmp_path, sneaker(Region.from_box(-5, -5, x1_px=140, y1_px=40)), sneaker(BOX.moved([500, 0])))
    report = exported(document, tmp_path / "p", tmp_path / "out")
    assert "was cut at the edge" in words(report)
    assert "it lies outside the photo" in words(report)
    (line,) = (tmp_path / "out" / "labels" / "train" / "a.txt").read_text().splitlines()
    numbers = [float(word) for word in line.split()[1:]]
    assert min(numbers) == 0.0
    assert max(numbers) == 1.0


# ---- boxes and keypoints


def test_boxes_are_read_back(tmp_path: Path) -> None:
    document = one_photo(tmp_path, sneaker(HOLED), sneaker(BOX, category="leg"))
    exported(document, tmp_path / "p", tmp_path / "out", YoloKind.DETECT)
    label = (tmp_path / "out" / "labels" / "train" / "a.txt").read_text().splitlines()
    assert label == ["0 0.350000 0.375000 0.500000 0.500000", "1 0.305000 0.328125 0.405000 0.343750"]
    outcome, (photo,) = read_back(tmp_path / "out", tmp_path / "q")
    assert [instance.category for instance in photo.instances] == ["sneaker", "leg"]
    assert photo.instances[1].region.bounds_px == pytest.approx(BOX.bounds_px, abs=1e-3)
    assert "its box became the outline" in words(outcome.report)


def test_keypoints_are_the_projected_landmarks_with_their_visibility(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path / "p")
    shoe = posed(region=Region.from_box(60, 60, x1_px=260, y1_px=190))
    photo = add_posed_photo(document, tmp_path / "p" / "a.png", shoe)
    report = exported(document, tmp_path / "p", tmp_path / "out", YoloKind.POSE)
    assert not report.refused
    names, _ = keypoint_names(document.project)
    found, _ = keypoints_of(shoe, photo, project=document.project, mesh_of=document.store.mesh)
    _, (back,) = read_back(tmp_path / "out", tmp_path / "q")
    read = {keypoint.name: keypoint for keypoint in back.instances[0].keypoints}
    there = {name: one for name, one in found.items() if one.visibility is not Visibility.ABSENT}
    assert set(read) == set(there)
    for name, keypoint in there.items():
        assert read[name].at_px == pytest.approx(keypoint.at_px, abs=1e-3)
        assert read[name].visibility is keypoint.visibility
    told = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text(encoding="utf-8"))
    assert told["kpt_shape"] == [len(names), 3]
    assert told["flip_idx"] == list(range(len(names)))
    assert told["kpt_names"][0] == list(names)


def test_a_shoe_without_keypoints_is_a_box_and_told(tmp_path: Path) -> None:
    outside = replace(sneaker(BOX), keypoints=(Keypoint("toe tip", (-3.0, 20.0)), Keypoint("spur", (20.0, 20.0))))
    document = one_photo(tmp_path, sneaker(BOX.moved([1, 1])), outside, sneaker(BOX, category="leg"))
    report = exported(document, tmp_path / "p", tmp_path / "out", YoloKind.POSE)
    text = words(report)
    assert "it has no pose and no clicks" in text
    assert "toe tip: outside of the photo" in text
    assert "spur: no landmark" in text
    assert "what stands in front of a shoe has no keypoints" in text and not report.refused
    lines = (tmp_path / "out" / "labels" / "train" / "a.txt").read_text().splitlines()
    assert [len(line.split()) for line in lines] == [5 + 3 * 8] * 2
    assert lines[0].split()[5:] == ["0.000000", "0.000000", "0"] * 8


def test_left_and_right_change_places_in_a_mirror() -> None:
    assert flip_index(("nose", "left eye", "right eye", "left ear")) == [0, 2, 1, 3]
    assert flip_index(("toe tip", "forefoot lateral", "forefoot medial")) == [0, 1, 2]


# ---- the data set


def test_the_folder_is_as_ultralytics_wants_it(tmp_path: Path) -> None:
    document = new_document(tmp_path / "p")
    for number in range(10):
        add_photo(document, write_image(tmp_path / "p" / f"p{number}.jpg"), sneaker(BOX))
    report = exported(document, tmp_path / "p", tmp_path / "out", split=Split((0.6, 0.2, 0.2)))
    told = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text(encoding="utf-8"))
    assert told == {
        "train": "images/train",
        "val": "images/val",
        "test": "images/test",
        "names": {0: "sneaker", 1: "leg", 2: "hand"},
    }
    for name, count in (("train", 6), ("val", 2), ("test", 2)):
        pictures = sorted((tmp_path / "out" / "images" / name).iterdir())
        assert len(pictures) == count
        assert all(label_file(picture).is_file() for picture in pictures)
    assert not report.refused
    assert not report.changed
    assert is_yolo(tmp_path / "out")


def test_without_a_division_both_sets_are_one_and_that_is_told(tmp_path: Path) -> None:
    report = exported(one_photo(tmp_path, sneaker(BOX)), tmp_path / "p", tmp_path / "out")
    told = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text(encoding="utf-8"))
    assert told["train"] == told["val"] == "images/train"
    assert "no photo is in the set val" in words(report)


def test_what_has_no_place_is_told(tmp_path: Path) -> None:
    bare = replace(sneaker(Region(())), side=Side.LEFT)
    ignored = sneaker(BOX, category="ignore")
    document = one_photo(tmp_path, bare, ignored, sneaker(BOX, side=Side.LEFT))
    folder = tmp_path / "p"
    add_photo(document, write_image(folder / "todo.png"))
    add_photo(document, write_image(folder / "none.png"))
    add_photo(document, write_image(folder / "bad.png"), sneaker(BOX))
    todo, none, bad = (photo for photo in list(document.project.entries)[1:])
    document.commit(Edit.of("x", document.photo(none), document.photo(none).with_status(Status.CHECKED)))
    document.commit(Edit.of("x", document.photo(bad), document.photo(bad).with_status(Status.REJECTED)))
    text = words(exported(document, folder, tmp_path / "out"))
    assert "it has no outline, and YOLO wants one" in text
    assert "YOLO knows none" in text
    assert "side, pose, size or words of 1 instance" in text
    assert "todo.png: nobody has labelled it" in text
    assert "bad.png: the photo is rejected" in text
    # A checked photo without shoes is a picture of the background.
    assert (tmp_path / "out" / "labels" / "train" / "none.txt").read_text() == ""
    assert not (tmp_path / "out" / "images" / "train" / "todo.png").exists()
    assert todo


def test_photos_are_upright_and_of_a_kind_readers_take(tmp_path: Path) -> None:
    document = one_photo(tmp_path, sneaker(BOX), name="a.jpg", width=80, height=100, orientation=6)
    add_photo(document, write_image(tmp_path / "p" / "b.tif"), sneaker(BOX))
    text = words(exported(document, tmp_path / "p", tmp_path / "out"))
    assert "turned upright" in text
    assert "written as PNG, since that is what most readers take" in text
    with Image.open(tmp_path / "out" / "images" / "train" / "a.jpg") as picture:
        assert picture.size == (100, 80)
        assert picture.getexif().get(0x0112, 1) == 1
    _, photos = read_back(tmp_path / "out", tmp_path / "q")
    assert all(photo.instances[0].region.bounds_px == pytest.approx(BOX.bounds_px, abs=1e-3) for photo in photos)


def test_photos_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    document = new_document(tmp_path / "p")
    for name in ("x/a.png", "y/a.png", "z/A.png"):
        file = write_image(tmp_path / "p" / name)
        photo = add_photo(document, file, sneaker(BOX))
        moved = replace(photo, file=name)
        document.commit(Edit.of("x", photo, moved))
    report = exported(document, tmp_path / "p", tmp_path / "out")
    names = {file.name for file in (tmp_path / "out" / "images" / "train").iterdir()}
    assert names == {"a.png", "a-2.png", "A-3.png"}
    assert not report.refused


def test_names_of_any_letters_are_read_back(tmp_path: Path) -> None:
    document = one_photo(tmp_path, name="Schuh: №1.png")
    category = document.project.categories["sneaker"]
    document.commit(Edit.of("x", category, replace(category, name='Turn"schuh: #1, 靴')))
    photo = document.photo(next(iter(document.project.entries)))
    document.commit(Edit.of("x", photo, photo.with_instance(sneaker(BOX))))
    exported(document, tmp_path / "p", tmp_path / "out")
    assert read_data(tmp_path / "out").names[0] == 'Turn"schuh: #1, 靴'
    for name in ("a\x7fb", "a\x85b", "a\u2028b", "\ufeffa", "a\ufffeb", "\U0001f45f", "null", "1"):
        told = yaml.safe_load(data_yaml(YoloKind.POSE, [name], sets={"train": "x"}, keypoints=[name, "b"]))
        assert told["names"] == {0: name} and told["kpt_names"] == {0: [name, "b"]}


def test_an_earlier_export_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    document = one_photo(tmp_path, sneaker(BOX))
    folder, out = tmp_path / "p", tmp_path / "out"
    exported(document, folder, out)
    exported(document, folder, out)
    assert [file.name for file in (out / "images" / "train").iterdir()] == ["a.png"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "data.yaml").write_text("train: x\n")
    with pytest.raises(FormatError, match="no earlier export"):
        exported(document, folder, tmp_path / "mine")
    (out / "best.pt").write_bytes(b"a night of training")
    (out / "labels.cache").touch()
    with pytest.raises(FormatError, match="best.pt, which is no part of it"):
        exported(document, folder, out)
    assert (out / "best.pt").is_file()
    with pytest.raises(FormatError, match="photos of this very project"):
        (folder / "data.yaml").write_text("# Outsole: a segment data set\n")
        exported(document, folder, folder)
    assert not list(tmp_path.glob(".*"))


def test_a_photo_that_is_gone_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    document = one_photo(tmp_path, sneaker(BOX))
    gone = write_image(tmp_path / "p" / "gone.png")
    add_photo(document, gone, sneaker(BOX))
    gone.unlink()
    report = exported(document, tmp_path / "p", tmp_path / "out")
    assert [line.file for line in report.refused] == ["gone.png"]
    assert (tmp_path / "out" / "data.yaml").is_file()


def test_a_project_without_labels_writes_nothing(tmp_path: Path) -> None:
    report = exported(one_photo(tmp_path), tmp_path / "p", tmp_path / "out")
    assert "nothing was written for YOLO" in words(report)
    assert not (tmp_path / "out").exists()


def test_a_posed_shoe_keeps_its_place_under_every_kind(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path / "p")
    outline = Region.from_box(60, 60, x1_px=260, y1_px=190)
    behind = Pose.from_matrix(FACING, [900.0, 0, 900.0])  # its landmarks lie outside of the photo
    add_posed_photo(document, tmp_path / "p" / "a.png", posed(region=outline), posed(behind, region=outline))
    for kind in YoloKind:
        out = tmp_path / kind.value
        assert not exported(document, tmp_path / "p", out, kind).refused
        _, (photo,) = read_back(out, tmp_path / f"q-{kind.value}")
        assert photo.instances[0].region.bounds_px == pytest.approx(outline.bounds_px, abs=1e-3)


def test_the_commands_write_and_read_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from core.cli import main

    document = one_photo(tmp_path, sneaker(HOLED))
    document.store.close()
    words_: Callable[..., list[str]] = lambda *parts: [str(part) for part in parts]  # noqa: E731
    project = tmp_path / "p" / "p.outsole"
    flags = ("--yolo", "--yolo-pose", "--format", "yolo-detect")
    assert main(words_("export", project, tmp_path / "out", *flags)) == 0
    for name in ("yolo", "yolo-pose", "yolo-detect"):
        assert (tmp_path / "out" / name / "data.yaml").is_file()
    assert main(words_("new", tmp_path / "r", "--empty")) == 0
    assert main(words_("import", tmp_path / "r", tmp_path / "out" / "yolo")) == 0
    assert main(words_("import", tmp_path / "r", "--yolo", tmp_path / "out" / "yolo-detect" / "data.yaml")) == 0
    capsys.readouterr()
    assert main(words_("import", tmp_path / "r", "--yolo", tmp_path / "nowhere")) == 2
    assert "data.yaml cannot be read" in capsys.readouterr().err


def test_a_photo_whose_shoes_have_no_place_is_not_written_as_one_without_shoes(tmp_path: Path) -> None:
    document = one_photo(tmp_path, sneaker(BOX))
    add_photo(document, write_image(tmp_path / "p" / "bare.png"), sneaker(EMPTY_REGION))
    report = exported(document, tmp_path / "p", tmp_path / "out")
    assert [file.name for file in (tmp_path / "out" / "labels" / "train").iterdir()] == ["a.txt"]
    assert "take it for a picture without; it is in no set" in words(report)
