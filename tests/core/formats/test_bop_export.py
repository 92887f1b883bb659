"""What a BOP export writes: models, cameras, poses, masks, counts; what it leaves out; and how it takes its place."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from bop_builders import (
    CAMERA,
    FACING,
    LANDMARKS,
    POSE,
    SIZE_PX,
    WEDGE,
    add_posed_photo,
    exported,
    posed,
    read_json,
    read_mask,
    wedge_project,
)
from format_builders import new_document, sneaker, write_image
from PIL import Image
from scipy.spatial import Delaunay

from core.formats.coco import export_coco
from core.formats.exports import ExportPlan, export_project
from core.formats.json_file import FormatError
from core.formats.split import Split
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import PoseEstimate, ShoeSize, Side
from core.labels.photo import Status
from core.render.raster import mesh_mask

SCENE = "train/000000"


def reasons(report) -> dict[str, str]:
    return {f"{line.file} {line.key}".strip(): f"{line.outcome.value}: {line.reason}" for line in report.lines}


def test_camera_is_counted_from_the_centre_of_a_pixel(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", posed())
    exported(document, tmp_path, tmp_path / "bop")
    cameras = read_json(tmp_path / "bop" / SCENE / "scene_camera.json")
    assert cameras == {"0": {"cam_K": [400.0, 0, 162.5, 0, 410.0, 117.0, 0, 0, 1], "depth_scale": 1.0}}
    whole = read_json(tmp_path / "bop" / "camera.json")
    assert (whole["cx"], whole["cy"], whole["width"], whole["height"]) == (162.5, 117.0, *SIZE_PX)
    assert "the centre of the top-left pixel is (0, 0)" in (tmp_path / "bop" / "dataset_info.md").read_text()


def test_pose_projects_the_written_model_to_the_written_mask(tmp_path: Path) -> None:
    """A reader of another program: PLY by trimesh, K and pose by the text of the format, pixels at integers."""
    document, _ = wedge_project(tmp_path)
    pose = POSE.moved([0.3, -0.2, 0.1, 10, 5, 0])
    add_posed_photo(document, tmp_path / "a.jpg", posed(pose, Side.LEFT, size=ShoeSize(250.0, 1.1, 0.9)))
    exported(document, tmp_path, tmp_path / "bop")
    scene = tmp_path / "bop" / SCENE
    (gt,) = read_json(scene / "scene_gt.json")["0"]
    matrix = np.array(read_json(scene / "scene_camera.json")["0"]["cam_K"]).reshape(3, 3)
    solid = trimesh.load(tmp_path / "bop" / "models" / f"obj_{gt['obj_id']:06d}.ply", process=False)
    points = solid.vertices @ np.array(gt["cam_R_m2c"]).reshape(3, 3).T + gt["cam_t_m2c"]
    pixels = points @ matrix.T
    pixels = pixels[:, :2] / pixels[:, 2:]
    columns, rows = np.meshgrid(np.arange(SIZE_PX[0]), np.arange(SIZE_PX[1]))
    inside = Delaunay(pixels).find_simplex(np.stack([columns, rows], axis=-1)) >= 0
    assert inside.sum() > 1000 and np.array_equal(inside, read_mask(scene / "mask" / "000000_000000.png"))


def test_each_model_side_and_size_is_an_object(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    big = ShoeSize(308.0)
    shoes = [posed(), posed(side=Side.LEFT), posed(size=big), posed(side=Side.UNKNOWN), posed(size=ShoeSize(280.0))]
    add_posed_photo(document, tmp_path / "a.jpg", *shoes)
    exported(document, tmp_path, tmp_path / "bop")
    gts = read_json(tmp_path / "bop" / SCENE / "scene_gt.json")["0"]
    assert [gt["obj_id"] for gt in gts] == [1, 2, 3, 1, 1]
    infos = read_json(tmp_path / "bop" / "models" / "models_info.json")
    assert infos["3"]["size_x"] == pytest.approx(308) and infos["3"]["min_y"] == pytest.approx(-55)
    assert infos["1"]["diameter"] == pytest.approx(np.linalg.norm([280, 100, 120]))
    table = read_json(tmp_path / "bop" / "outsole_objects.json")["objects"]
    assert [entry["side"] for entry in table.values()] == ["right", "left", "right"]
    assert table["2"]["landmarks_mm"]["heel top"] == [-140, -20, 60]
    assert table["1"]["landmarks_mm"] == {name: list(at) for name, at in LANDMARKS.items()}


def test_ply_is_what_the_format_describes(tmp_path: Path) -> None:
    """float positions and unit normals, uchar colours, uchar-int triangles: the types BOP's own reader knows."""
    document = new_document(tmp_path)
    colours = np.arange(len(WEDGE.vertices_mm) * 3, dtype=np.uint8).reshape(-1, 3)
    mesh = Mesh(WEDGE.vertices_mm, WEDGE.faces, colours=colours)
    from core.formats.bop_objects import ply_bytes

    head, _, body = ply_bytes(mesh).partition(b"end_header\n")
    lines = head.decode().splitlines()
    assert lines[:2] == ["ply", "format binary_little_endian 1.0"]
    assert [line.split()[1:] for line in lines if line.startswith("property")][:7][-1] == ["uchar", "red"]
    size = struct.calcsize("<6f3B")
    x, y, z, *normal, red, _, _ = struct.unpack_from("<6f3B", body, size)
    assert [x, y, z, red] == [*WEDGE.vertices_mm[1], 3] and np.linalg.norm(normal) == pytest.approx(1)
    assert struct.unpack_from("<B3i", body, size * len(mesh.vertices_mm)) == (3, 0, 1, 4)
    assert document.project.models == {}


def test_counts_and_boxes_reach_beyond_the_photo(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    beside = POSE.with_translation([360.0, 0, 900.0])
    add_posed_photo(document, tmp_path / "a.jpg", posed(beside))
    exported(document, tmp_path, tmp_path / "bop")
    scene = tmp_path / "bop" / SCENE
    (info,) = read_json(scene / "scene_gt_info.json")["0"]
    large = CAMERA.cropped(-SIZE_PX[0], -SIZE_PX[1], width_px=3 * SIZE_PX[0], height_px=3 * SIZE_PX[1])
    whole = mesh_mask(WEDGE, beside, large)
    rows, columns = np.nonzero(whole)
    inside = read_mask(scene / "mask" / "000000_000000.png")
    assert info["px_count_all"] == whole.sum() > inside.sum() == info["px_count_visib"]
    x, y = columns.min() - SIZE_PX[0], rows.min() - SIZE_PX[1]
    assert info["bbox_obj"] == [x, y, np.ptp(columns), np.ptp(rows)]
    assert x + np.ptp(columns) > SIZE_PX[0]
    rows, columns = np.nonzero(inside)
    assert info["bbox_visib"] == [columns.min(), rows.min(), np.ptp(columns), np.ptp(rows)]
    assert info["visib_fract"] == pytest.approx(inside.sum() / whole.sum()) and info["px_count_valid"] == 0


def test_legs_and_ignore_regions_are_cut_out_of_the_visible_mask(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    leg = sneaker(Region.from_box(150, 0, x1_px=170, y1_px=240), category="leg")
    unsure = sneaker(Region.from_box(0, 110, x1_px=320, y1_px=120), category="ignore")
    add_posed_photo(document, tmp_path / "a.jpg", posed(), leg, unsure)
    report = exported(document, tmp_path, tmp_path / "bop")
    scene = tmp_path / "bop" / SCENE
    whole, seen = (read_mask(scene / name / "000000_000000.png") for name in ("mask", "mask_visib"))
    expected = whole.copy()
    expected[:, 150:170] = False
    expected[110:120] = False
    assert np.array_equal(seen, expected) and seen.sum() < whole.sum()
    assert "cut out of the visible masks" in reasons(report)["a.jpg instance 2 (leg)"]
    assert len(list((scene / "mask").iterdir())) == 1


def test_nearer_shoe_hides_the_other_unless_only_that_one_was_drawn(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    far, near = POSE, POSE.with_translation([-60.0, 0, 700.0])
    drawn = Region.from_box(150, 60, x1_px=180, y1_px=180)
    add_posed_photo(document, tmp_path / "a.jpg", posed(far), posed(near))
    add_posed_photo(document, tmp_path / "b.jpg", posed(far, region=drawn), posed(near))
    exported(document, tmp_path, tmp_path / "bop")
    scene = tmp_path / "bop" / SCENE
    whole = {n: read_mask(scene / "mask" / f"00000{n[0]}_00000{n[1]}.png") for n in ("00", "01", "10", "11")}
    seen = {n: read_mask(scene / "mask_visib" / f"00000{n[0]}_00000{n[1]}.png") for n in whole}
    assert np.array_equal(seen["00"], whole["00"] & ~whole["01"]) and np.array_equal(seen["01"], whole["01"])
    own = np.zeros_like(whole["00"])
    own[60:180, 150:180] = True
    assert np.array_equal(seen["10"], whole["10"] & (~whole["11"] | own))
    assert not (seen["10"] & seen["11"]).any()


def test_distorted_photos_come_out_undistorted(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    lens = replace(CAMERA, distortion=np.array([-0.2, 0.05, 0.001, -0.002, 0.0]))
    columns, rows = np.meshgrid(np.arange(SIZE_PX[0]), np.arange(SIZE_PX[1]))
    # Each pixel tells where in the photo it was: by half its column and by its row.
    Image.fromarray(np.stack([columns / 2, rows, rows], axis=-1).astype(np.uint8)).save(tmp_path / "a.png")
    leg = sneaker(Region.from_box(0, 0, x1_px=200, y1_px=240), category="leg")
    add_posed_photo(document, tmp_path / "a.png", posed(), leg, camera=lens)
    report = exported(document, tmp_path, tmp_path / "bop")
    scene = tmp_path / "bop" / SCENE
    pixels = np.asarray(Image.open(scene / "rgb" / "000000.png")).astype(float)
    for column, row in ((10, 20), (300, 200), (160, 120), (40, 230)):
        taken_at = lens.project(np.append(CAMERA.rays([column + 0.5, row + 0.5]), 1.0))
        assert pixels[row, column, :2] == pytest.approx([(taken_at[0] - 0.5) / 2, taken_at[1] - 0.5], abs=1)
    whole, seen = (read_mask(scene / name / "000000_000000.png") for name in ("mask", "mask_visib"))
    assert np.array_equal(whole, mesh_mask(WEDGE, POSE, CAMERA))
    # The leg's straight edge bends with the photo.
    for row in (130, 142):
        edge = lens.undistorted_pixels([200.0, row + 0.5])
        assert np.flatnonzero(seen[row]).min() == pytest.approx(edge[0], abs=1)
    matrix = read_json(scene / "scene_camera.json")["0"]["cam_K"]
    assert matrix == CAMERA.opencv_matrix.ravel().tolist()
    assert any("its lens distortion was undone" in line.reason for line in report.changed)


def test_photos_are_copied_byte_for_byte_or_turned_upright(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", posed())
    add_posed_photo(document, tmp_path / "b.jpg", posed(), orientation=6)
    report = exported(document, tmp_path, tmp_path / "bop")
    pictures = tmp_path / "bop" / SCENE / "rgb"
    assert (pictures / "000000.jpg").read_bytes() == (tmp_path / "a.jpg").read_bytes()
    with Image.open(pictures / "000001.jpg") as turned:
        assert turned.size == SIZE_PX and turned.getexif().get(0x0112, 1) == 1
    assert any("turned upright" in line.reason for line in report.changed)


def test_a_set_has_one_kind_of_picture(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", posed())
    add_posed_photo(document, tmp_path / "b.png", posed())
    exported(document, tmp_path, tmp_path / "bop")
    pictures = tmp_path / "bop" / SCENE / "rgb"
    assert sorted(path.name for path in pictures.iterdir()) == ["000000.png", "000001.png"]
    with Image.open(tmp_path / "a.jpg") as before, Image.open(pictures / "000000.png") as after:
        assert np.array_equal(np.asarray(before), np.asarray(after))
    assert (pictures / "000001.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_photos_of_another_size_make_another_scene(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", posed())
    write_image(tmp_path / "b.jpg", 400, 300)
    add_posed_photo(document, tmp_path / "b.jpg", posed(), camera=CAMERA.resized(400, 300))
    add_posed_photo(document, tmp_path / "c.jpg", posed())
    exported(document, tmp_path, tmp_path / "bop")
    sizes = {
        scene.name: [Image.open(file).size for file in sorted((scene / "rgb").iterdir())]
        for scene in sorted((tmp_path / "bop" / "train").iterdir())
    }
    assert sizes == {"000000": [SIZE_PX, SIZE_PX], "000001": [(400, 300)]}


def test_what_is_left_out_is_told_with_its_reason(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    bare = sneaker(Region.from_box(1, 1, x1_px=9, y1_px=9))
    lost = posed(model_id="gone")
    away = posed(POSE.with_translation([3000.0, 0, 900.0]))
    none = replace(posed(), model_id=None)
    add_posed_photo(document, tmp_path / "a.jpg", posed(), bare, lost, away, none)
    add_posed_photo(document, tmp_path / "b.jpg", bare)
    told = reasons(exported(document, tmp_path, tmp_path / "bop"))
    assert told["a.jpg instance 2 (sneaker)"] == (
        "refused: it has no pose: find one (Q) and export again; it is not in the set"
    )
    assert "not in the project" in told["a.jpg instance 3 (sneaker)"]
    assert "outside of the photo" in told["a.jpg instance 4 (sneaker)"]
    assert "no shoe model" in told["a.jpg instance 5 (sneaker)"]
    assert "no shoe in it has a pose" in told["b.jpg"]
    assert read_json(tmp_path / "bop" / SCENE / "scene_gt.json").keys() == {"0"}


def test_only_checked_photos_and_no_rejected_ones(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    from core.document.edit import Edit

    for name, status in (("a.jpg", Status.CHECKED), ("b.jpg", Status.LABELLED), ("c.jpg", Status.REJECTED)):
        photo = add_posed_photo(document, tmp_path / name, posed())
        document.commit(Edit.of("Status", photo, photo.with_status(status)))
    for checked_only, count in ((False, 2), (True, 1)):
        plan = ExportPlan(("bop",), tmp_path / str(checked_only), checked_only=checked_only)
        export_project(plan, document.store, project_folder=tmp_path)
        cameras = read_json(tmp_path / str(checked_only) / "bop" / SCENE / "scene_camera.json")
        assert len(cameras) == count


def test_division_is_that_of_the_coco_export(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    for index in range(10):
        add_posed_photo(document, tmp_path / f"{index}.jpg", posed())
    split = Split((0.6, 0.2, 0.2))
    exported(document, tmp_path, tmp_path / "bop", split=split, seed=3)
    photos = [document.photo(photo_id) for photo_id in document.project.entries]
    outlined = [replace(photo, instances=()) for photo in photos]
    export_coco(outlined, document.project, out_dir=tmp_path / "coco", split=split, seed=3)
    for name in ("train", "val", "test"):
        own = read_json(tmp_path / "bop" / name / "000000" / "outsole_scene.json")["images"].values()
        coco = read_json(tmp_path / "coco" / f"instances_{name}.json")["images"]
        assert {one["photo"]["file"] for one in own} == {image["file_name"] for image in coco}
    targets = read_json(tmp_path / "bop" / "test_targets_bop19.json")
    assert targets == [{"im_id": n, "inst_count": 1, "obj_id": 1, "scene_id": 0} for n in range(2)]


def test_without_any_pose_nothing_is_written(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", sneaker(Region.from_box(1, 1, x1_px=9, y1_px=9)))
    report = exported(document, tmp_path, tmp_path / "bop")
    assert "nothing was written" in report.lines[-1].reason and not (tmp_path / "bop").exists()
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".tmp"]


def test_an_earlier_export_is_replaced_whole_and_nothing_else_is(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", posed())
    exported(document, tmp_path, tmp_path / "bop")
    add_posed_photo(document, tmp_path / "b.jpg", posed())
    exported(document, tmp_path, tmp_path / "bop")
    assert len(read_json(tmp_path / "bop" / SCENE / "scene_gt.json")) == 2
    only = replace(document.project, entries=dict(list(document.project.entries.items())[:1]))
    exported(document, tmp_path, tmp_path / "bop", project=only)
    assert [file.name for file in (tmp_path / "bop" / SCENE / "rgb").iterdir()] == ["000000.jpg"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(FormatError, match="choose another folder"):
        exported(document, tmp_path, tmp_path / "mine")
    add_posed_photo(document, tmp_path / "bop" / SCENE / "rgb" / "000000.jpg", posed(), folder=tmp_path)
    with pytest.raises(FormatError, match="holds photos of this very project"):
        exported(document, tmp_path, tmp_path / "bop")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "precious"


def test_giving_up_leaves_the_former_export_and_no_crumbs(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    for name in ("a.jpg", "b.jpg"):
        add_posed_photo(document, tmp_path / name, posed())
    exported(document, tmp_path, tmp_path / "bop")
    before = sorted(path.name for path in tmp_path.iterdir())

    def progress(fraction: float, text: str) -> None:
        if fraction > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exported(document, tmp_path, tmp_path / "bop", progress=progress)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_photo_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", posed())
    add_posed_photo(document, tmp_path / "b.jpg", posed())
    add_posed_photo(document, tmp_path / "c.jpg", posed())
    (tmp_path / "a.jpg").unlink()
    write_image(tmp_path / "b.jpg", 50, 40)
    report = exported(document, tmp_path, tmp_path / "bop")
    assert "a.jpg is not there" in report.refused[0].reason and "labelled" in report.refused[1].reason
    assert list(read_json(tmp_path / "bop" / SCENE / "scene_gt.json")) == ["0"]


def test_a_cut_off_photo_is_in_no_set(tmp_path: Path) -> None:
    """It would be copied as it is, and its grey lower half be learned from."""
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", posed())
    add_posed_photo(document, tmp_path / "b.jpg", posed())
    whole = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(whole[: len(whole) * 2 // 3])
    (line,) = exported(document, tmp_path, tmp_path / "bop").refused
    assert "a.jpg is damaged or cut off" in line.reason and "Copy it again" in line.reason
    assert list(read_json(tmp_path / "bop" / SCENE / "scene_gt.json")) == ["0"]


def test_a_shoe_that_reaches_behind_the_camera_is_counted_as_far_as_it_is_seen(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    through = Pose.from_matrix(FACING[[1, 2, 0]], [20.0, 10.0, 60.0])
    add_posed_photo(document, tmp_path / "a.jpg", replace(posed(), pose_estimate=PoseEstimate(through)))
    exported(document, tmp_path, tmp_path / "bop")
    (info,) = read_json(tmp_path / "bop" / SCENE / "scene_gt_info.json")["0"]
    assert 0 < info["visib_fract"] <= 1 and info["bbox_obj"][0] >= -SIZE_PX[0]
