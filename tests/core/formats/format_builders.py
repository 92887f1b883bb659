"""Projects, photos and label files for the tests of core.formats."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.document.document import Document
from core.document.edit import Edit
from core.geometry.region import Part, Region, Ring
from core.labels.instance import Instance, Side, new_id
from core.labels.photo import Photo, guessed_camera
from core.storage.database import create_project
from core.storage.image_file import photo_from_file

SQUARE = [[10.0, 10.0], [40.0, 10.0], [40.0, 30.0], [10.0, 30.0]]
HOLED = Region(
    (
        Part(
            Ring(np.array([(10.0, 10.0), (60.0, 10.0), (60.0, 50.0), (10.0, 50.0)])),
            (Ring(np.array([(20.25, 20.5), (20.25, 30.0), (30.0, 30.0), (30.0, 20.5)])),),
        ),
    )
)


def write_image(path: Path, width: int = 100, height: int = 80, *, orientation: int = 1) -> Path:
    """A grey picture; width and height as stored, before the EXIF orientation."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if orientation != 1:
        exif[0x0112] = orientation
    Image.new("RGB", (width, height), (120, 120, 120)).save(path, exif=exif)
    return path


def shape(label: str = "sneaker", points: Any = SQUARE, kind: str = "polygon", **more: Any) -> dict[str, Any]:
    """A labelme shape with labelme's defaults."""
    defaults = {"group_id": None, "description": "", "flags": {}, "mask": None}
    return {"label": label, "points": points, "shape_type": kind, **defaults, **more}


def write_labels(path: Path, shapes: list[Any], image: str = "a.png", **more: Any) -> Path:
    """A labelme file of a 100 x 80 picture."""
    content = {"version": "5.4.1", "flags": {}, "shapes": shapes, "imagePath": image, "imageData": None}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**content, "imageHeight": 80, "imageWidth": 100, **more}), encoding="utf-8")
    return path


def png(mask: np.ndarray) -> str:
    """Base64 text of a mask as labelme keeps it."""
    buffer = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8)).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def new_document(folder: Path) -> Document:
    """An empty project in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Document(create_project(folder / "p.outsole", annotator="tester"))


def add_photo(document: Document, path: Path, *instances: Instance) -> Photo:
    """A photo of an image file in the project, with instances."""
    folder = path.parent
    photo = photo_from_file(path, project_folder=folder, position=len(document.project.entries))
    photo = photo.with_instances(instances)
    document.commit(Edit.of("Add", None, photo))
    return photo


def bare_photo(*instances: Instance, size_px: tuple[int, int] = (100, 80), file: str = "a.png") -> Photo:
    """A photo without a file."""
    return Photo(new_id(), file, size_px, guessed_camera(*size_px), instances=instances)


def sneaker(region: Region, *, category: str = "sneaker", side: Side = Side.UNKNOWN, **more: Any) -> Instance:
    """An instance with an outline."""
    return replace(Instance(new_id(), category, side=side, region=region), **more)
