"""labelme files: every shape type in, everything unknown kept, and out again as it came."""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from format_builders import HOLED, SQUARE, add_photo, new_document, png, shape, sneaker, write_image, write_labels

from core.document.document import Document
from core.formats.labelme import import_labelme, keep_extras, kept_extras
from core.formats.labelme_export import export_labelme
from core.formats.labelme_file import read_labelme
from core.formats.merging import ImportOutcome
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Keypoint, PoseEstimate, ShoeSize, Side, Source, Visibility
from core.labels.photo import Photo


@pytest.fixture
def document(tmp_path: Path) -> Document:
    write_image(tmp_path / "a.png")
    return new_document(tmp_path)


def taken_in(document: Document, folder: Path) -> ImportOutcome:
    outcome = import_labelme([folder], document, project_folder=folder)
    document.commit(outcome.edit)
    keep_extras(outcome, document.store)
    return outcome


def only_photo(document: Document) -> Photo:
    (identifier,) = document.project.entries
    return document.photo(identifier)


def written(document: Document, folder: Path, out: Path) -> dict[str, Any]:
    photos = [(document.photo(key), kept_extras(key, document.store)) for key in document.project.entries]
    export_labelme(photos, document.project, project_folder=folder, out_dir=out)
    return json.loads((out / "a.json").read_text(encoding="utf-8"))


def test_polygon_becomes_an_instance_with_exact_coordinates(document: Document, tmp_path: Path) -> None:
    points = [[10.123456789, 10.5], [40.25, 10.0], [40.0, 30.75]]
    write_labels(tmp_path / "a.json", [shape(points=points)])
    outcome = taken_in(document, tmp_path)
    (instance,) = only_photo(document).instances
    assert instance.region.parts[0].outer.points_px.tolist() == points
    assert instance.category == "sneaker" and instance.provenance.source is Source.IMPORT
    assert not outcome.report.refused and not outcome.report.changed
    document.undo()
    assert not document.project.entries


def test_every_areal_shape_type_becomes_a_region(document: Document, tmp_path: Path) -> None:
    mask = np.zeros((5, 8), dtype=bool)
    mask[1:4, 2:7] = True
    shapes = [
        shape(kind="rectangle", points=[[30, 40], [10, 20]]),
        shape(kind="rectangle", points=[[10, 20], [30, 20], [30, 40], [10, 40]]),
        shape(kind="oriented_rectangle", points=[[50, 10], [60, 20], [50, 30], [40, 20]]),
        shape(kind="circle", points=[[50, 40], [60, 40]]),
        shape(kind="mask", points=[[20, 30], [27, 34]], mask=png(mask)),
    ]
    shapes[1]["label"] = "leg"
    write_labels(tmp_path / "a.json", shapes)
    taken_in(document, tmp_path)
    areas = [instance.region.area_px2 for instance in only_photo(document).instances]
    assert areas == pytest.approx([400, 400, 200, math.pi * 100, 15])
    assert only_photo(document).instances[4].region.bounds_px == (22, 31, 27, 34)


def test_circle_polygon_keeps_the_area_and_stays_near_the_circle(document: Document, tmp_path: Path) -> None:
    write_labels(tmp_path / "a.json", [shape(kind="circle", points=[[50, 40], [85, 40]])])
    outcome = taken_in(document, tmp_path)
    points = only_photo(document).instances[0].region.parts[0].outer.points_px
    middles = (points + np.roll(points, -1, axis=0)) / 2
    reached = np.linalg.norm(np.concatenate([points, middles]) - [50, 40], axis=1)
    assert np.abs(reached - 35).max() < 0.11
    assert "circle became a polygon" in outcome.report.changed[0].reason


def test_shapes_without_area_are_kept_reported_and_written_back(document: Document, tmp_path: Path) -> None:
    shapes = [
        shape("nail", [[1.5, 2.5]], "point"),
        shape("lace", [[1, 2], [3, 4]], "line", description="left lace", flags={"worn": True}),
        shape("lace", [[1, 2], [3, 4], [5, 6]], "linestrip", group_id=4),
        shape("dots", [[1, 2], [3, 4]], "points"),
        shape("odd", [[1, 2], [3, 4]], "spline", thickness=3),
    ]
    write_labels(tmp_path / "a.json", shapes)
    outcome = taken_in(document, tmp_path)
    assert len([line for line in outcome.report.changed if "written back unchanged" in line.reason]) == 5
    assert all(instance.region.is_empty for instance in only_photo(document).instances)
    assert written(document, tmp_path, tmp_path / "out")["shapes"] == shapes


def test_everything_comes_back_as_it_went_in(document: Document, tmp_path: Path) -> None:
    mask = np.zeros((6, 6), dtype=bool)
    mask[0, 0] = mask[5, 5] = mask[2:4, 2:4] = True
    shapes = [
        shape(points=[[10.5, 10.25], [40.0, 10.0], [40.0, 30.0]], flags={"left": True, "dirty": False}),
        shape(group_id=7, description="front", score=0.75, attributes={"brand": "x"}),
        shape(points=[[60.0, 60.0], [70.0, 60.0], [70.0, 70.0]], group_id=7, description="back", difficult=True),
        shape(kind="circle", points=[[50.0, 40.0], [60.0, 40.0]], locked=True),
        shape("leg", kind="mask", points=[[20, 30], [25, 35]], mask=png(mask), group_id=2),
        shape("leg", kind="rectangle", points=[[30.0, 40.0], [10.0, 20.0]]),
    ]
    extra = {"flags": {"blurred": True}, "checked": True, "lineColor": [0, 255, 0, 128]}
    write_labels(tmp_path / "a.json", shapes, **extra)
    taken_in(document, tmp_path)
    content = written(document, tmp_path, tmp_path / "out")
    assert content["shapes"] == shapes
    assert {key: content[key] for key in extra} == extra
    assert (content["imageHeight"], content["imageWidth"], content["imageData"]) == (80, 100, None)
    assert (tmp_path / "out" / content["imagePath"]).resolve() == (tmp_path / "a.png").resolve()


def test_group_joins_parts_of_one_instance_but_not_of_two_labels(document: Document, tmp_path: Path) -> None:
    other = [[60, 60], [70, 60], [70, 70]]
    shapes = [shape(group_id=1), shape(points=other, group_id=1), shape("leg", group_id=1), shape()]
    shapes[3]["points"] = other
    write_labels(tmp_path / "a.json", shapes)
    taken_in(document, tmp_path)
    parts = [(i.category, len(i.region.parts)) for i in only_photo(document).instances]
    assert parts == [("sneaker", 2), ("leg", 1), ("sneaker", 1)]


def test_landmark_points_of_a_group_become_keypoints_and_go_back(document: Document, tmp_path: Path) -> None:
    shapes = [
        shape(group_id=1),
        shape("toe tip", [[40.5, 20.25]], "point", group_id=1),
        shape("heel top", [[11.0, 12.0]], "point", group_id=1, flags={"hidden": True}),
        shape("toe tip", [[1.0, 1.0]], "point"),
    ]
    write_labels(tmp_path / "a.json", shapes)
    taken_in(document, tmp_path)
    instance, lonely = only_photo(document).instances
    assert instance.keypoints == (
        Keypoint("toe tip", (40.5, 20.25)),
        Keypoint("heel top", (11.0, 12.0), Visibility.HIDDEN),
    )
    assert not lonely.keypoints
    assert written(document, tmp_path, tmp_path / "out")["shapes"] == shapes


def test_flags_set_the_side_and_a_label_that_says_it_does_not(document: Document, tmp_path: Path) -> None:
    shapes = [shape(flags={"left": True}), shape("sneaker_right"), shape("leg", flags={"left": True, "right": True})]
    write_labels(tmp_path / "a.json", shapes)
    outcome = taken_in(document, tmp_path)
    assert [i.side for i in only_photo(document).instances] == [Side.LEFT, Side.UNKNOWN, Side.UNKNOWN]
    assert any("'sneaker_right' was made" in line.reason for line in outcome.report.changed)


def test_new_categories_get_colours_of_their_own(document: Document, tmp_path: Path) -> None:
    write_labels(tmp_path / "a.json", [shape(f"thing {number}") for number in range(30)])
    taken_in(document, tmp_path)
    colors = [category.color for category in document.project.categories.values()]
    assert len(colors) == 34 == len(set(colors))


def test_changed_outline_of_a_rectangle_is_written_as_a_polygon_and_said(document: Document, tmp_path: Path) -> None:
    write_labels(tmp_path / "a.json", [shape(kind="rectangle", points=[[10, 20], [30, 40]], description="box")])
    taken_in(document, tmp_path)
    photo = only_photo(document)
    moved = photo.instances[0].with_region(photo.instances[0].region.moved((1, 0)))
    photo = photo.with_instance(moved)
    report = export_labelme([(photo, {})], document.project, project_folder=tmp_path, out_dir=tmp_path / "out")
    (back,) = json.loads((tmp_path / "out" / "a.json").read_text())["shapes"]
    assert back["shape_type"] == "polygon" and back["description"] == "box"
    assert "no rectangle" in report.changed[0].reason


def test_rectangle_of_four_points_is_written_as_labelme_can_read_it(document: Document, tmp_path: Path) -> None:
    straight = [[10.0, 20.0], [30.0, 20.0], [30.0, 40.0], [10.0, 40.0]]
    askew = [[50.0, 10.0], [60.0, 20.0], [50.0, 30.0], [40.0, 20.0]]
    shapes = [shape(kind="rectangle", points=straight), shape("leg", kind="rectangle", points=askew)]
    write_labels(tmp_path / "a.json", shapes)
    taken_in(document, tmp_path)
    first, second = written(document, tmp_path, tmp_path / "out")["shapes"]
    assert (first["shape_type"], first["points"]) == ("rectangle", [[10.0, 20.0], [30.0, 40.0]])
    assert (second["shape_type"], second["points"]) == ("oriented_rectangle", askew)


def test_holes_are_bridged_said_and_come_back_as_holes(document: Document, tmp_path: Path) -> None:
    add_photo(document, tmp_path / "a.png", sneaker(HOLED, side=Side.RIGHT))
    photo = only_photo(document)
    report = export_labelme([(photo, {})], document.project, project_folder=tmp_path, out_dir=tmp_path / "out")
    assert "no holes" in report.changed[0].reason
    (tmp_path / "again").mkdir()
    again = new_document(tmp_path / "again")
    again.commit(import_labelme([tmp_path / "out"], again, project_folder=tmp_path / "again").edit)
    (instance,) = only_photo(again).instances
    assert instance.side is Side.RIGHT
    assert instance.region.area_px2 == pytest.approx(HOLED.area_px2)
    assert instance.region.parts[0].outer == HOLED.parts[0].outer
    assert len(instance.region.parts[0].holes) == 1


def test_pose_and_size_come_back(document: Document, tmp_path: Path) -> None:
    estimate = PoseEstimate(Pose.exp([0.1, 0.2, 0.3, 1, 2, 700]), np.eye(6), 0.95, 1.5)
    instance = sneaker(Region.from_points(SQUARE), pose_estimate=estimate, size=ShoeSize(290.0, 1.1))
    add_photo(document, tmp_path / "a.png", instance)
    written(document, tmp_path, tmp_path / "out")
    (tmp_path / "again").mkdir()
    again = new_document(tmp_path / "again")
    again.commit(import_labelme([tmp_path / "out"], again, project_folder=tmp_path / "again").edit)
    (back,) = only_photo(again).instances
    assert back.pose_estimate == estimate and back.size == ShoeSize(290.0, 1.1)


def test_instance_without_outline_is_refused_by_name(document: Document, tmp_path: Path) -> None:
    posed = sneaker(Region(()), pose_estimate=PoseEstimate(Pose.identity()))
    add_photo(document, tmp_path / "a.png", posed)
    photo = only_photo(document)
    report = export_labelme([(photo, {})], document.project, project_folder=tmp_path, out_dir=tmp_path / "out")
    assert "instance 1 (sneaker)" in report.refused[0].key


def test_importing_twice_adds_nothing_and_says_so(document: Document, tmp_path: Path) -> None:
    write_labels(tmp_path / "a.json", [shape(), shape("lace", [[1, 2], [3, 4]], "line")])
    taken_in(document, tmp_path)
    before = only_photo(document)
    outcome = taken_in(document, tmp_path)
    assert only_photo(document) is before
    assert len([line for line in outcome.report.refused if "already" in line.reason]) == 2


def test_backslashes_in_the_image_path(document: Document, tmp_path: Path) -> None:
    write_image(tmp_path / "images" / "b.png")
    write_labels(tmp_path / "labels" / "b.json", [shape()], image="..\\images\\b.png")
    taken_in(document, tmp_path / "labels")
    assert Path(only_photo(document).file).name == "b.png"


def test_missing_picture_is_refused_and_image_data_is_spoken_of(document: Document, tmp_path: Path) -> None:
    write_labels(tmp_path / "x.json", [shape()], image="gone.png", imageData="aGVsbG8=")
    write_labels(tmp_path / "y.json", [shape()], image="gone2.png")
    outcome = taken_in(document, tmp_path)
    reasons = [line.reason for line in outcome.report.refused]
    assert "imageData holds a copy" in reasons[0] and "check imagePath" in reasons[1]
    assert not document.project.entries


def test_sizes_of_a_turned_photo_are_the_oriented_ones(document: Document, tmp_path: Path) -> None:
    write_image(tmp_path / "a.jpg", 100, 80, orientation=6)
    write_labels(tmp_path / "a.json", [shape()], image="a.jpg", imageHeight=100, imageWidth=80)
    outcome = taken_in(document, tmp_path)
    assert only_photo(document).size_px == (80, 100) and not outcome.report.changed
    content = written(document, tmp_path, tmp_path / "out")
    assert (content["imageHeight"], content["imageWidth"]) == (100, 80)


def test_swapped_sizes_are_taken_with_a_word_and_other_sizes_refused(document: Document, tmp_path: Path) -> None:
    write_labels(tmp_path / "a.json", [shape()], imageHeight=100, imageWidth=80)
    assert "swapped" in taken_in(document, tmp_path).report.changed[0].reason
    write_labels(tmp_path / "a.json", [shape("leg")], imageHeight=800, imageWidth=1000)
    assert "1000 x 800" in taken_in(document, tmp_path).report.refused[0].reason


@pytest.mark.parametrize(
    ("broken", "key"),
    [
        (shape(points=[[1, 2], [None, 3], [4, 5]]), "shapes[0].points"),
        (shape(points=[[1, 2, 3], [4, 5, 6], [7, 8, 9]]), "shapes[0].points"),
        (shape(points=[]), "shapes[0].points"),
        (shape(label=""), "shapes[0].label"),
        ("no shape", "shapes[0]"),
    ],
)
def test_broken_shapes_are_refused_by_key_and_the_rest_taken(
    document: Document, tmp_path: Path, broken: Any, key: str
) -> None:
    write_labels(tmp_path / "a.json", [broken, shape()])
    outcome = taken_in(document, tmp_path)
    assert [(line.file, line.key) for line in outcome.report.refused] == [("a.json", key)]
    assert len(only_photo(document).instances) == 1


@pytest.mark.parametrize("points", [[[1, 2]], [[1, 2], [3, 4]]])
def test_polygons_of_too_few_points_are_kept(document: Document, tmp_path: Path, points: Any) -> None:
    write_labels(tmp_path / "a.json", [shape(points=points)])
    assert "cannot be an outline" in taken_in(document, tmp_path).report.changed[0].reason
    assert written(document, tmp_path, tmp_path / "out")["shapes"] == [shape(points=points)]


def test_mask_that_is_no_picture_is_kept(document: Document, tmp_path: Path) -> None:
    write_labels(tmp_path / "a.json", [shape(kind="mask", points=[[1, 2], [3, 4]], mask="AAAA")])
    assert "cannot be an outline" in taken_in(document, tmp_path).report.changed[0].reason


def test_files_that_are_something_else_are_refused(document: Document, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{")
    (tmp_path / "y.json").write_text("[1, 2]")
    (tmp_path / "z.json").write_text('{"images": []}')
    report = taken_in(document, tmp_path).report
    assert ["no valid JSON" in report.refused[0].reason, "no JSON object" in report.refused[1].reason] == [True, True]
    assert "no labelme file" in report.refused[2].reason
    (tmp_path / "out").mkdir()
    assert "no .json file" in import_labelme([tmp_path / "out"], document, project_folder=tmp_path).report.text()


def test_failed_write_leaves_the_former_file(document: Document, tmp_path: Path) -> None:
    out = tmp_path / "out"
    add_photo(document, tmp_path / "a.png", sneaker(Region.from_points(SQUARE)))
    written(document, tmp_path, out)
    before = (out / "a.json").read_bytes()
    photo = only_photo(document)
    with pytest.raises(TypeError):
        extras = {"extra": {"x": object()}}
        export_labelme([(photo, extras)], document.project, project_folder=tmp_path, out_dir=out)
    assert (out / "a.json").read_bytes() == before and [path.name for path in out.iterdir()] == ["a.json"]


def test_two_thousand_polygons_are_read_in_a_fraction_of_a_second(tmp_path: Path) -> None:
    angles = np.linspace(0, 6.2, 100)
    ring = np.round(np.stack([50 + 30 * np.cos(angles), 50 + 30 * np.sin(angles)], axis=1), 3).tolist()
    path = write_labels(tmp_path / "a.json", [shape(f"sneaker_{i % 20:02d}", ring) for i in range(2000)])
    took = []
    for _ in range(3):
        start = time.process_time()
        assert len(read_labelme(path).shapes) == 2000
        took.append(time.process_time() - start)
    assert min(took) < 0.3


def test_reader_loads_nothing_heavy() -> None:
    import subprocess

    heavy = "{'scipy', 'numba', 'pycocotools', 'cv2', 'torch', 'shapely', 'trimesh', 'PIL'}"
    code = f"import sys, core.formats.labelme; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
