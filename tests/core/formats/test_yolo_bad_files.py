"""YOLO data sets of other tools: what is wrong in them is a sentence, and the rest is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from format_builders import new_document, write_image
from hypothesis import given
from hypothesis import strategies as st
from yolo_builders import read_back, words

from core.formats.json_file import FormatError
from core.formats.yolo_import import import_yolo
from core.formats.yolo_lines import lines_of

DATA = "train: images\nnames: [shoe, leg]\n"


def foreign(tmp_path: Path, label: str | bytes, data: str = DATA) -> Path:
    root = tmp_path / "set"
    write_image(root / "images" / "a.png")
    (root / "labels").mkdir(parents=True)
    content = label if isinstance(label, bytes) else label.encode()
    (root / "labels" / "a.txt").write_bytes(content)
    (root / "data.yaml").write_text(data, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("0 0.1 0.1 0.2", "a box needs 4"),
        ("0 0.1 0.1 zero 0.2", "no number"),
        ("0 0.1 nan 0.2 0.2", "not finite"),
        ("0.5 0.1 0.1 0.2 0.2", "a whole number"),
        ("-1 0.1 0.1 0.2 0.2", "a whole number"),
        ("7 0.5 0.5 0.2 0.2", "class 7 is not among the names"),
        ("0 0.5 0.5 0 0.2", "no size"),
        ("0 0.1 0.1 0.5 0.1 0.9 0.1 0.9", "three points or more of two each"),
        ("0 0.1 0.1 0.5 0.1 0.9 0.1", "covers nothing"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_bad_line_is_refused_and_the_next_is_taken(tmp_path: Path, label: str | bytes, reason: str) -> None:
    polygons = "covers" in reason or "three points" in reason
    good = b"0 0.1 0.1 0.5 0.1 0.5 0.9\n" if polygons else b"0 0.5 0.5 0.2 0.2\n"
    first = label if isinstance(label, bytes) else label.encode()
    outcome, photos = read_back(foreign(tmp_path, first + b"\n" + good), tmp_path / "q")
    assert any(reason in line.reason for line in outcome.report.refused)
    if not isinstance(label, bytes):
        assert len(photos[0].instances) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "no table"),
        ("[1, 2]", "no table"),
        ("names: [a]\n", "no folder of pictures"),
        ("train: images\n", "names no classes"),
        ("train: images\nnames: 3\n", "names no classes"),
        ("train: images\nnames: [a]\nkpt_shape: [8, 4]\n", "kpt_shape"),
        ("train: images\nnames: [a]\nkpt_shape: eight\n", "kpt_shape"),
        ("train: {a: [\n", "no valid YAML"),
        ("train: \x00\n", "no valid YAML"),
        ("!!python/object/apply:os.system ['true']\n", "no valid YAML"),
    ],
)
def test_a_bad_data_file_is_one_sentence(tmp_path: Path, data: str, reason: str) -> None:
    root = foreign(tmp_path, "", data)
    with pytest.raises(FormatError, match=reason):
        import_yolo(root, new_document(tmp_path / "q"), project_folder=tmp_path / "q")


@pytest.mark.parametrize(
    ("data", "count"),
    [
        ("path: .\ntrain: ./images\nnames: {0: shoe}\n", 1),
        ("path: ../elsewhere\ntrain: ../images\nnames: {0: shoe}\n", 1),  # as Roboflow writes it
        ("train: images\nval: images\ntest: ''\nnc: 1\n", 1),
        ("train: [images]\nnames: [shoe]\n", 1),
        ("train: list.txt\nnames: [shoe]\n", 1),
        ("train: images\\\nnames: [shoe]\n", 1),
    ],
)
def test_places_are_found_as_other_tools_write_them(tmp_path: Path, data: str, count: int) -> None:
    root = foreign(tmp_path, "0 0.5 0.5 0.2 0.2\n", data)
    (root / "list.txt").write_text("./images/a.png\n")
    _, photos = read_back(root, tmp_path / "q")
    assert sum(len(photo.instances) for photo in photos) == count


def test_a_file_with_a_polygon_holds_polygons(tmp_path: Path) -> None:
    label = "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5\n1 0.2 0.2 0.8 0.2 0.8 0.8\n"
    _, (photo,) = read_back(foreign(tmp_path, label), tmp_path / "q")
    assert [instance.category for instance in photo.instances] == ["shoe", "leg"]
    assert photo.instances[0].region.bounds_px == pytest.approx((10, 8, 50, 40))


def test_a_confidence_is_left_out_and_told(tmp_path: Path) -> None:
    outcome, (photo,) = read_back(foreign(tmp_path, "0 0.5 0.5 0.2 0.2 0.93\n"), tmp_path / "q")
    assert len(photo.instances) == 1
    assert "a confidence, was left out" in words(outcome.report)


def test_keypoints_without_visibility_and_names(tmp_path: Path) -> None:
    data = "train: images\nnames: [shoe]\nkpt_shape: [2, 2]\n"
    label = "0 0.5 0.5 0.4 0.4 0.25 0.5 0 0\n0 0.5 0.5 0.4 0.4 0.25\n"
    outcome, (photo,) = read_back(foreign(tmp_path, label, data), tmp_path / "q")
    (keypoint,) = photo.instances[0].keypoints
    assert (keypoint.name, keypoint.at_px) == ("keypoint 1", (25.0, 40.0))
    assert any("a box and 2 keypoints are 8" in line.reason for line in outcome.report.refused)


def test_pictures_without_labels_come_in_bare(tmp_path: Path) -> None:
    root = foreign(tmp_path, "")
    write_image(root / "images" / "b.png")
    (root / "images" / "c.png").write_bytes(b"no picture")
    outcome, photos = read_back(root, tmp_path / "q")
    assert [len(photo.instances) for photo in photos] == [0, 0]
    assert any("c.png" in line.reason for line in outcome.report.refused)


@given(st.binary(max_size=200))
def test_any_bytes_are_lines_or_sentences(content: bytes) -> None:
    good, bad = lines_of(content.decode("latin-1"))
    lines = [line for line in content.decode("latin-1").splitlines() if line.strip()]
    assert len(good) + len(bad) == len(lines)
