"""Projects with posed boxes, and BOP folders of other programs, for the tests of core.formats.bop_*."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from format_builders import new_document, write_image
from PIL import Image

from core.commands.console import CommandError
from core.commands.machine import answer_of
from core.document.document import Document
from core.document.edit import Edit
from core.formats.bop_export import export_bop
from core.formats.bop_folder import BopFolder, find_bop
from core.formats.bop_import import import_bop
from core.formats.bop_models import ReadModel, models_wanted
from core.formats.merging import ImportOutcome
from core.formats.report import Report
from core.geometry.camera import Camera, CameraSource
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.jobs.bop_requests import model_read, model_request
from core.jobs.messages import MeshProposal
from core.labels.instance import Instance, PoseEstimate, Side, new_id
from core.labels.photo import Photo
from core.labels.project import Project
from core.labels.shoe_model import ShoeModel
from core.render.raster import mesh_mask
from core.storage.image_file import photo_from_file

# A wedge of 280 x 100 x 120 mm: unlike a box it has a front, a top and, by its skewed tip, a side.
CORNERS = [[-140, -50, -60], [-140, 50, -60], [-140, -50, 60], [-140, 50, 60], [140, -50, -60], [140, 50, -60]]
FACES = [[0, 1, 4], [1, 5, 4], [0, 2, 3], [0, 3, 1], [2, 4, 5], [2, 5, 3], [0, 4, 2], [1, 3, 5]]
WEDGE = Mesh(np.array(CORNERS, dtype=float), np.array(FACES))
LANDMARKS = {"toe tip": (140.0, 0.0, -60.0), "heel top": (-140.0, 20.0, 60.0)}
SIZE_PX = (320, 240)
CAMERA = Camera(400.0, 410.0, 163.0, 117.5, *SIZE_PX, np.zeros(5), CameraSource.CALIBRATION)
# Camera x = shoe -x, camera y = shoe -z, camera z = shoe -y: the wearer's left faces the camera.
FACING = np.array([[-1.0, 0, 0], [0, 0, -1.0], [0, -1.0, 0]])
POSE = Pose.from_matrix(FACING, [0, 0, 900.0])


def wedge_project(folder: Path) -> tuple[Document, ShoeModel]:
    """A project with the wedge as its model."""
    document = new_document(folder)
    extent = (280.0, 100.0, 120.0)
    sha256 = document.store.add_mesh(WEDGE)
    model = ShoeModel("wedge", "Wedge", sha256, extent, WEDGE.diameter_mm(), landmarks=LANDMARKS)
    document.commit(Edit.of("Model", None, model))
    return document, model


def posed(pose: Pose = POSE, side: Side = Side.RIGHT, **more: Any) -> Instance:
    """The wedge at a pose."""
    shoe = Instance(new_id(), "sneaker", side=side, model_id="wedge", pose_estimate=PoseEstimate(pose))
    return replace(shoe, **more)


def add_posed_photo(
    document: Document, file: Path, *instances: Instance, folder: Path | None = None, **more: Any
) -> Photo:
    """A photo of the camera's size in the project."""
    camera, orientation = more.pop("camera", CAMERA), more.pop("orientation", 1)
    turned = orientation >= 5
    stored = SIZE_PX[::-1] if turned else SIZE_PX
    if not file.exists():
        write_image(file, *stored, orientation=orientation)
    photo = photo_from_file(file, project_folder=folder or file.parent, position=len(document.project.entries))
    photo = photo.with_camera(camera).with_instances(instances)
    document.commit(Edit.of("Photo", None, photo))
    return photo


def exported(document: Document, folder: Path, out: Path, **more: Any) -> Report:
    """The project in `folder` written to `out`."""
    project = more.pop("project", document.project)
    photos = map(document.store.load_photo, project.entries)
    return export_bop(photos, project, project_folder=folder, out_dir=out, mesh_of=document.store.mesh, **more)


def read_meshes(bop: BopFolder, project: Project) -> dict[int, ReadModel | str]:
    """What the inference core makes of the meshes an import needs."""
    read: dict[int, ReadModel | str] = {}
    for wanted in models_wanted(bop, project):
        try:
            proposal = answer_of(model_request(wanted))
        except CommandError as error:
            read[wanted.obj_id] = str(error)
            continue
        assert isinstance(proposal, MeshProposal)
        read[wanted.obj_id] = model_read(proposal)
    return read


def imported(path: Path, document: Document, folder: Path) -> ImportOutcome:
    """A BOP folder merged into the project."""
    bop = find_bop(path)
    outcome = import_bop(bop, document, project_folder=folder, read=read_meshes(bop, document.project))
    document.commit(outcome.edit)
    return outcome


def photos_of(document: Document) -> list[Photo]:
    """Every photo of the project."""
    return [document.photo(photo_id) for photo_id in document.project.entries]


def posed_points(document: Document, photo: Photo, index: int = 0) -> np.ndarray:
    """Where the vertices of an instance's shoe fall in the photo, px."""
    instance = photo.instances[index]
    model = document.project.models[instance.model_id]
    mesh = model.sized_mesh(document.store.mesh(model.mesh_sha256), size=instance.size, side=instance.side)
    return photo.camera.project(instance.pose.apply(mesh.vertices_mm))


def read_json(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def read_mask(path: Path) -> np.ndarray:
    """A mask file as bool."""
    return np.asarray(Image.open(path)) != 0


def ascii_ply(vertices: np.ndarray, faces: np.ndarray) -> str:
    """A PLY as the older BOP sets have it: text, normals, colours."""
    header = [
        "ply",
        "format ascii 1.0",
        "comment VCGLIB generated",
        f"element vertex {len(vertices)}",
        *(f"property float {name}" for name in ("x", "y", "z", "nx", "ny", "nz")),
        *(f"property uchar {name}" for name in ("red", "green", "blue", "alpha")),
        f"element face {len(faces)}",
        "property list uchar int vertex_indices",
        "end_header",
    ]
    points = [f"{x:.6f} {y:.6f} {z:.6f} 0 0 1 127 127 127 255" for x, y, z in vertices]
    return "\n".join([*header, *points, *(f"3 {a} {b} {c}" for a, b, c in faces)]) + "\n"


def write_foreign_set(
    root: Path, mesh: Mesh, poses: Sequence[Pose], *, gray: bool = False, masks: bool = True, obj_id: int = 5
) -> Path:
    """One scene of another program: test/000002 with images 3, 4 …, one pose each; returns the scene's folder."""
    scene = root / "test" / "000002"
    (root / "models").mkdir(parents=True, exist_ok=True)
    (root / "models" / f"obj_{obj_id:06d}.ply").write_text(ascii_ply(mesh.vertices_mm, mesh.faces))
    cameras, gts = {}, {}
    for number, pose in enumerate(poses, 3):
        name = f"{number:06d}"
        picture = scene / ("gray" if gray else "rgb") / f"{name}{'.tif' if gray else '.png'}"
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L" if gray else "RGB", SIZE_PX, 90).save(picture)
        matrix = CAMERA.opencv_matrix
        cameras[str(number)] = {"cam_K": matrix.ravel().tolist(), "depth_scale": 0.1, "view_level": 2}
        entry = {"cam_R_m2c": pose.rotation.ravel().round(8).tolist(), "cam_t_m2c": pose.translation_mm.tolist()}
        gts[str(number)] = [{**entry, "obj_id": obj_id}]
        if masks:
            (scene / "mask_visib").mkdir(exist_ok=True)
            mask = mesh_mask(mesh, pose, CAMERA)
            Image.fromarray(mask.astype(np.uint8) * 255).save(scene / "mask_visib" / f"{name}_000000.png")
    (scene / "scene_camera.json").write_text(json.dumps(cameras))
    (scene / "scene_gt.json").write_text(json.dumps(gts))
    return scene
