"""Requests for tests of the inference core: a painted photo, a lofted shoe, and a listener that can be waited for."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.jobs.messages import (
    Evidence,
    Failed,
    FitRequest,
    ImportMeshRequest,
    MeshRef,
    Message,
    OverlapRequest,
    PhotoRef,
    Result,
    SearchRequest,
    SegmentMethod,
    SegmentRequest,
    Step,
)
from core.labels.instance import ShoeSize, Side

AskedOfShoe = TypeVar("AskedOfShoe", FitRequest, SearchRequest, OverlapRequest)
PATIENCE_S = 60.0
ELLIPSE_BOX_PX = (90.0, 70.0, 230.0, 150.0)


class Heard:
    """A listener: what it was told, and whether a job has begun or ended."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.began = threading.Event()
        self.ended = threading.Event()

    def __call__(self, message: Message) -> None:
        self.messages.append(message)
        (self.began if isinstance(message, Step) else self.ended).set()

    def end(self) -> Result | Failed:
        """The last message, waited for."""
        assert self.ended.wait(PATIENCE_S), "the job did not end"
        last = self.messages[-1]
        assert not isinstance(last, Step)
        return last


def painted_photo(folder: Path, *, width: int = 320, height: int = 220) -> PhotoRef:
    """A noisy green photo with a red ellipse in the middle half of it."""
    from PIL import Image

    rng = np.random.default_rng(1)
    pixels = np.array([70, 120, 60]) + rng.normal(0, 12, (height, width, 3))
    y, x = np.mgrid[:height, :width] + 0.5
    inside = ((x - width / 2) / (width / 5)) ** 2 + ((y - height / 2) / (height / 6)) ** 2 < 1
    pixels[inside] = np.array([190, 60, 50]) + rng.normal(0, 12, (int(inside.sum()), 3))
    file = folder / "photo.png"
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file)
    return PhotoRef(str(file))


def segment_request(folder: Path) -> SegmentRequest:
    """The outline of the painted ellipse."""
    return SegmentRequest(painted_photo(folder), "photo", ELLIPSE_BOX_PX, method=SegmentMethod.GRABCUT)


def missing_photo_request(folder: Path) -> SegmentRequest:
    """A request that fails with a sentence."""
    return replace(segment_request(folder), photo=PhotoRef(str(folder / "gone.jpg")))


def lofted_shoe() -> Mesh:
    """A closed shape 280 mm long, broad and low at the toe (+X), high at the heel, bent to one side."""
    along = np.linspace(-1, 1, 21)
    around = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    rings = []
    for t in along:
        swell = np.sqrt(max(1 - t**4, 0.01))
        width, height = 48 * swell * (1 + 0.2 * t), 52 * swell * (1 - 0.35 * t)
        y, z = width * np.cos(around) + 12 * t * t, height * np.maximum(np.sin(around), -0.5)
        rings.append(np.stack([np.full_like(around, 140 * t), y, z], axis=1))
    vertices = np.concatenate([*rings, [rings[0].mean(axis=0)], [rings[-1].mean(axis=0)]])
    count, faces = len(around), []
    for i in range(len(along) - 1):
        for j in range(count):
            a, b = i * count + j, i * count + (j + 1) % count
            faces += [(a, a + count, b + count), (a, b + count, b)]
    first, last = len(vertices) - 2, len(vertices) - 1
    top = (len(along) - 1) * count
    for j in range(count):
        faces += [(first, j, (j + 1) % count), (last, top + (j + 1) % count, top + j)]
    return Mesh(vertices, np.array(faces, dtype=np.int32)).centred()


def true_pose() -> Pose:
    """Where the lofted shoe stands."""
    return Pose.exp([1.9, 0.4, -0.3, 20.0, 30.0, 1100.0])


def overlap_request(folder: Path) -> OverlapRequest:
    """How well the true pose explains its own outline."""
    from core.geometry.tracing import region_from_mask
    from core.render.raster import mesh_mask

    mesh = lofted_shoe()
    camera = Camera.from_vertical_fov(40.0, 640, height_px=480)
    length = float(mesh.extent_mm[0])
    region = region_from_mask(mesh_mask(mesh, true_pose(), camera))
    ref = mesh_ref(mesh, folder)
    evidence = Evidence("photo", "shoe", ref, Side.RIGHT, ShoeSize(length), camera, region)
    return OverlapRequest(evidence, true_pose())


def fit_request(folder: Path) -> FitRequest:
    """The true pose sought from some degrees and centimetres away."""
    start = true_pose().moved([0.06, -0.05, 0.08, 8.0, -6.0, 50.0])
    return FitRequest(overlap_request(folder).evidence, start)


def search_request(folder: Path) -> SearchRequest:
    """The true pose sought from nothing but its outline."""
    return SearchRequest(overlap_request(folder).evidence, upright=False)


def asked_with(request: AskedOfShoe, **changes: object) -> AskedOfShoe:
    """The request with other evidence."""
    return replace(request, evidence=replace(request.evidence, **changes))  # type: ignore[arg-type]


def mesh_ref(mesh: Mesh, folder: Path) -> MeshRef:
    """The mesh as a cache file."""
    from core.storage.mesh_codec import mesh_to_npz

    file = folder / f"{mesh.sha256}.npz"
    file.write_bytes(mesh_to_npz(mesh))
    return MeshRef(str(file), mesh.sha256, float(mesh.extent_mm[0]))


def import_request(folder: Path) -> ImportMeshRequest:
    """The lofted shoe as an OBJ file in metres."""
    mesh = lofted_shoe()
    lines = [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in mesh.vertices_mm / 1000]
    lines += [f"f {a} {b} {c}" for a, b, c in mesh.faces + 1]
    file = folder / "lofted shoe.obj"
    file.write_text("\n".join(lines), encoding="utf-8")
    return ImportMeshRequest(str(file))
