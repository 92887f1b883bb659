"""COCO instance files: read back by pycocotools, and by us with nothing lost; a test for each bug of other tools."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from format_builders import HOLED, SQUARE, add_photo, bare_photo, new_document, sneaker, write_image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from core.document.document import Document
from core.formats.coco import export_coco
from core.formats.coco_import import import_coco
from core.formats.coco_segmentation import region_from_segmentation, segmentation_of
from core.formats.json_file import FormatError
from core.formats.report import Report
from core.formats.split import Split
from core.geometry.camera import CameraSource
from core.geometry.pose import Pose
from core.geometry.region import Part, Region, Ring
from core.labels.instance import PoseEstimate, ShoeSize, Side
from core.labels.photo import Photo, PhotoEntry, Status
from core.labels.project import Project
from core.render.region_raster import region_mask

BOX = Region.from_points(SQUARE)


def project_of(photos: Iterable[Photo]) -> Project:
    return Project().with_entries({photo.id: PhotoEntry.of(photo) for photo in photos})


def exported(photos: list[Photo], out: Path, **more: Any) -> tuple[dict[str, Any], Report]:
    report = export_coco(photos, project_of(photos), out_dir=out, **more)
    files = sorted(out.glob("*.json"))
    return json.loads(files[0].read_text()), report


def imported(content: dict[str, Any], folder: Path) -> tuple[Document, Report]:
    path = folder / "coco.json"
    path.write_text(json.dumps(content))
    document = new_document(folder / "project")
    outcome = import_coco(path, folder, document, project_folder=folder / "project")
    document.commit(outcome.edit)
    return document, outcome.report


def coco(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    images = [{"id": 1, "file_name": "a.png", "width": 100, "height": 80}]
    full = [{"id": n, "image_id": 1, "category_id": 1} | one for n, one in enumerate(annotations, 1)]
    return {"images": images, "categories": [{"id": 1, "name": "sneaker"}], "annotations": full} | more


def instances_of(document: Document) -> tuple[Any, ...]:
    return tuple(i for key in document.project.entries for i in document.photo(key).instances)


def test_pycocotools_reads_what_is_written(tmp_path: Path) -> None:
    two = Region((*BOX.parts, Part(Ring(np.array([(60.0, 60.0), (90.0, 60.0), (75.0, 75.5)])))))
    photos = [bare_photo(sneaker(BOX), sneaker(HOLED), sneaker(two)), bare_photo(file="b.png")]
    exported(photos, tmp_path)
    loaded = COCO(str(tmp_path / "instances.json"))
    assert sorted(loaded.imgs) == [1, 2] and sorted(loaded.anns) == [1, 2, 3]
    for annotation, instance in zip(loaded.loadAnns([1, 2, 3]), photos[0].instances, strict=True):
        mask = loaded.annToMask(annotation)
        ours = region_mask(instance.region, 100, 80)
        assert annotation["iscrowd"] == 0
        assert annotation["area"] == mask.sum()
        assert abs(int(mask.sum()) - int(ours.sum())) <= 0.01 * ours.sum()
        ys, xs = np.nonzero(mask)
        box = [xs.min(), ys.min(), xs.max() - xs.min() + 1, ys.max() - ys.min() + 1]
        assert annotation["bbox"] == pytest.approx(box)


def test_hole_is_run_lengths_without_crowd(tmp_path: Path) -> None:
    content, report = exported([bare_photo(sneaker(HOLED))], tmp_path)
    (annotation,) = content["annotations"]
    assert isinstance(annotation["segmentation"]["counts"], str) and annotation["iscrowd"] == 0
    assert annotation["segmentation"]["size"] == [80, 100]
    assert any("hole" in line.reason for line in report.changed)


def test_parts_of_one_instance_are_one_annotation(tmp_path: Path) -> None:
    far = Ring(np.array([(60.0, 60.0), (90.0, 60.0), (75.0, 75.0)]))
    content, _ = exported([bare_photo(sneaker(Region((*BOX.parts, Part(far)))))], tmp_path)
    (annotation,) = content["annotations"]
    assert len(annotation["segmentation"]) == 2


def test_coordinates_keep_their_decimals(tmp_path: Path) -> None:
    region = Region.from_points([(10.1234, 10.9876), (40.4321, 11.0), (30.0, 39.5678)])
    content, _ = exported([bare_photo(sneaker(region))], tmp_path)
    assert content["annotations"][0]["segmentation"][0] == [10.1234, 10.9876, 40.4321, 11.0, 30.0, 39.5678]


def test_ids_start_at_one_and_categories_keep_theirs(tmp_path: Path) -> None:
    content, _ = exported([bare_photo(sneaker(BOX, category="leg"))], tmp_path)
    assert [(c["id"], c["name"]) for c in content["categories"]] == [(1, "sneaker"), (2, "leg"), (3, "hand")]
    assert content["annotations"][0]["category_id"] == 2
    assert content["images"][0]["id"] == content["annotations"][0]["id"] == 1


def test_ignore_region_is_a_crowd_of_the_shoes_and_said(tmp_path: Path) -> None:
    content, report = exported([bare_photo(sneaker(BOX, category="ignore"))], tmp_path)
    (annotation,) = content["annotations"]
    assert (annotation["category_id"], annotation["iscrowd"]) == (1, 1)
    assert "counts" in annotation["segmentation"]
    assert any("iscrowd 1" in line.reason for line in report.changed)


def test_size_of_a_turned_photo_is_the_oriented_one(tmp_path: Path) -> None:
    document = new_document(tmp_path)
    photo = add_photo(document, write_image(tmp_path / "a.jpg", 100, 80, orientation=6), sneaker(BOX))
    report = export_coco([photo], document.project, out_dir=tmp_path / "out")
    (image,) = json.loads((tmp_path / "out" / "instances.json").read_text())["images"]
    assert (image["width"], image["height"]) == (80, 100)
    assert any("orientation 6" in line.reason for line in report.changed)


def test_photos_away_from_the_project_are_told(tmp_path: Path) -> None:
    for file in ("/photos/a.png", "D:/photos/a.png"):
        _, report = exported([bare_photo(file=file)], tmp_path)
        assert "file_name is absolute" in report.changed[0].reason


def test_nothing_is_dropped_silently(tmp_path: Path) -> None:
    posed = sneaker(Region(()), pose_estimate=PoseEstimate(Pose.identity()))
    speck = sneaker(Region.from_points([(10.6, 10.6), (10.8, 10.6), (10.7, 10.8)]))
    outside = sneaker(BOX.moved((200, 0)))
    over = sneaker(BOX.moved((80, 0)))
    rejected = replace(bare_photo(sneaker(BOX), file="b.png"), status=Status.REJECTED)
    content, report = exported([bare_photo(posed, speck, outside, over), rejected], tmp_path)
    reasons = " ".join(line.reason for line in report.refused)
    for word in ("a pose but no outline", "no pixel", "lies outside", "rejected"):
        assert word in reasons
    assert len(content["annotations"]) == 1 and len(content["images"]) == 1
    assert content["annotations"][0]["area"] == 200


def test_photos_that_nobody_labelled_are_said(tmp_path: Path) -> None:
    bare = [replace(bare_photo(), id=f"photo{number}", file=f"{number}.jpg") for number in range(2)]
    _, report = exported([*bare, replace(bare_photo(), status=Status.CHECKED)], tmp_path)
    assert [line.file for line in report.noted] == ["instances.json"]
    assert "nobody has labelled 2 photos" in report.noted[0].reason


def test_split_is_seeded_complete_and_writes_three_files(tmp_path: Path) -> None:
    photos = [bare_photo(sneaker(BOX), file=f"{n}.png") for n in range(20)]
    out = [tmp_path / name for name in "abc"]
    for folder, seed in zip(out, (1, 1, 2), strict=True):
        exported(photos, folder, split=Split((0.8, 0.1, 0.1)), seed=seed)
    sets = [{path.name: json.loads(path.read_text()) for path in folder.glob("*.json")} for folder in out]
    assert sets[0] == sets[1] != sets[2]
    sizes = {name: len(content["images"]) for name, content in sets[0].items()}
    assert sizes == {"instances_train.json": 16, "instances_val.json": 2, "instances_test.json": 2}
    ids = [image["id"] for content in sets[0].values() for image in content["images"]]
    assert sorted(ids) == list(range(1, 21))


def test_round_trip_keeps_pose_size_side_attributes_and_camera(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png")
    estimate = PoseEstimate(Pose.exp([0.1, -2, 0.3, 1, 2, 700]), np.eye(6), 0.97, 0.5, CameraSource.HAND)
    shoe = sneaker(BOX, side=Side.LEFT, pose_estimate=estimate, size=ShoeSize(280.0), attributes={"brand": "x"})
    photo = bare_photo(shoe, sneaker(HOLED, category="leg"), sneaker(BOX, category="ignore"))
    photo = photo.with_camera(photo.camera.with_vertical_fov(40.0))
    content, _ = exported([photo], tmp_path / "out")
    document, report = imported(content, tmp_path)
    (back,) = (document.photo(key) for key in document.project.entries)
    assert back.camera == photo.camera
    first, second, third = back.instances
    assert (first.region, first.side, first.pose_estimate) == (BOX, Side.LEFT, estimate)
    assert (first.size, dict(first.attributes)) == (ShoeSize(280.0), {"brand": "x"})
    assert content["annotations"][0]["attributes"] == {"brand": "x", "side": "left"}
    assert content["annotations"][0]["outsole"]["pose"]["translation_mm"] == estimate.pose.translation_mm.tolist()
    assert (second.category, third.category) == ("leg", "ignore")
    assert np.array_equal(region_mask(second.region, 100, 80), region_mask(HOLED, 100, 80))
    assert [line.key for line in report.refused] == ["info"]


def test_all_segmentations_are_read(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png")
    pixels = region_mask(HOLED, 100, 80)
    flat = pixels.T.ravel()
    edges = np.flatnonzero(np.diff(flat.astype(int))) + 1
    counts = np.diff(np.concatenate([[0], edges, [len(flat)]])).tolist()
    runs = coco_mask.encode(np.asfortranarray(pixels.astype(np.uint8)))
    content = coco(
        {"segmentation": [[10, 10, 40, 10, 40, 30]], "iscrowd": 0},
        {"segmentation": {"size": [80, 100], "counts": counts}, "iscrowd": 1},
        {"segmentation": {"size": [80, 100], "counts": runs["counts"].decode()}, "iscrowd": True, "category_id": 2},
        {"segmentation": [10, 50, 40, 50, 40, 70], "iscrowd": False},
        {"bbox": [60, 60, 10, 10]},
    )
    content["categories"].append({"id": 2, "name": "leg"})
    document, report = imported(content, tmp_path)
    regions = [instance.region for instance in instances_of(document)]
    assert [region.area_px2 for region in regions] == [300, pixels.sum(), pixels.sum(), 300, 100]
    assert [bool(i.attributes.get("coco")) for i in instances_of(document)] == [False, True, True, False, False]
    assert any("bbox became" in line.reason for line in report.changed)


@pytest.mark.parametrize(
    "annotation",
    [
        {"segmentation": [[1, 2, 3, 4]]},
        {"segmentation": [[1, 2, 3, 4, 5, "x"]]},
        {"segmentation": {"size": [10, 10], "counts": [100]}},
        {"segmentation": {"size": [80, 100], "counts": [5]}},
        {"segmentation": {"size": [80, 100], "counts": [-5, 8005]}},
        {"segmentation": {"size": [80, 100], "counts": ["a"]}},
        {"segmentation": {"size": [80, 100], "counts": ""}},  # pycocotools would read what lies in memory
        {"segmentation": {"size": [80, 100], "counts": "`é"}},
        {"segmentation": "square"},
        {"segmentation": [], "bbox": [0, 0, 0, 0]},
        {"segmentation": [SQUARE[0] * 4], "category_id": 9},
        {"segmentation": [SQUARE[0] * 4], "image_id": 9},
    ],
)
def test_broken_annotations_are_refused_by_key(tmp_path: Path, annotation: dict[str, Any]) -> None:
    write_image(tmp_path / "a.png")
    document, report = imported(coco(annotation, {"segmentation": [[10, 10, 40, 10, 40, 30]]}), tmp_path)
    assert any(line.key.startswith("annotations[0]") for line in report.refused)
    assert len(instances_of(document)) == 1


def test_images_without_annotations_are_taken_and_missing_ones_refused(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png")
    gone = {"id": 2, "file_name": "gone.png", "width": 1, "height": 1}
    document, report = imported(
        coco(images=[{"id": 1, "file_name": "a.png", "width": 100, "height": 80}, gone]), tmp_path
    )
    assert len(document.project.entries) == 1
    assert [line.key for line in report.refused] == ["images[1]"]


def test_unknown_keys_come_back_and_what_is_not_kept_is_said(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png")
    one = {"segmentation": [[10, 10, 40, 10, 40, 30]], "score": 0.5, "iscrowd": 1}
    content = coco(one, licenses=[{"id": 1}])
    content["images"][0]["license"] = 1
    document, report = imported(content, tmp_path)
    assert {line.key for line in report.refused} == {"licenses", "images[].license"}
    photos = [document.photo(key) for key in document.project.entries]
    export_coco(photos, document.project, out_dir=tmp_path / "out")
    (back,) = json.loads((tmp_path / "out" / "instances.json").read_text())["annotations"]
    assert (back["score"], back["iscrowd"]) == (0.5, 1)


def test_what_is_no_coco_file_raises_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"shapes": []}')
    with pytest.raises(FormatError, match="no COCO file"):
        import_coco(path, tmp_path, new_document(tmp_path / "p"), project_folder=tmp_path)


def test_two_thousand_polygons_on_a_large_photo_need_little_memory(tmp_path: Path) -> None:
    angles = np.linspace(0, 6.2, 100)
    ring = np.stack([40 + 30 * np.cos(angles), 40 + 30 * np.sin(angles)], axis=1)
    one = Region.from_points(ring)
    instances = [sneaker(one.moved((70 * (n % 50), 70 * (n // 50)))) for n in range(2000)]
    photo = bare_photo(*instances, size_px=(4000, 3000))
    tracemalloc.start()
    export_coco([photo], project_of([photo]), out_dir=tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150e6
    assert len(json.loads((tmp_path / "instances.json").read_text())["annotations"]) == 2000


def test_overlapping_polygons_of_a_list_are_a_union() -> None:
    region = region_from_segmentation([[0, 0, 20, 0, 20, 20, 0, 20], [10, 0, 30, 0, 30, 20, 10, 20]], (100, 80))
    assert region.area_px2 == pytest.approx(600)


def test_square_is_traced_exported_and_read_back_within_a_tenth_of_a_pixel() -> None:
    for as_runs in (False, True):
        segmentation = segmentation_of(BOX, (100, 80), as_runs=as_runs)
        assert segmentation is not None and segmentation.area == 600
        back = region_from_segmentation(segmentation.value, (100, 80))
        assert np.abs(np.array(back.bounds_px) - BOX.bounds_px).max() < 0.1


def test_sample_annotations_are_read(shared_data: Path, tmp_path: Path) -> None:
    document = new_document(tmp_path)
    photos = shared_data / "photos"
    outcome = import_coco(photos / "annotations.coco.json", photos, document, project_folder=tmp_path)
    document.commit(outcome.edit)
    source = json.loads((photos / "annotations.coco.json").read_text())
    assert len(document.project.entries) == len(source["images"])
    assert len(instances_of(document)) == len(source["annotations"])
    export_coco((document.photo(key) for key in document.project.entries), document.project, out_dir=tmp_path / "out")
    loaded = COCO(str(tmp_path / "out" / "instances.json"))
    areas = np.array([[a["area"], b["area"]] for a, b in zip(source["annotations"], loaded.anns.values(), strict=True)])
    assert np.abs(areas[:, 1] / areas[:, 0] - 1).max() < 0.25
