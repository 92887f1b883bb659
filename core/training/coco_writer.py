"""Training sets on disk, written: a folder of images beside one COCO file with the exact visible mask of each sneaker.

FOLDER/images/NAME, FOLDER/annotations.coco.json and FOLDER/recipe.json (command, seed, sources, counts). The COCO file
is written when the set is closed, and also by a set that was stopped: what is on the disk can always be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.formats.json_file import write_bytes, write_json
from core.labels.instance import Side
from core.training.coco_folder import runs_of_mask

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

ANNOTATIONS, RECIPE, IMAGES = "annotations.coco.json", "recipe.json", "images"
CATEGORY_ID = 1
CATEGORY = MappingProxyType({"id": CATEGORY_ID, "name": "sneaker", "supercategory": "shoe"})
NO_EXTRA: Mapping[str, Any] = MappingProxyType({})


class CocoFolderError(ValueError):
    """A training set that cannot be written; the text is a sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class WrittenInstance:
    """One sneaker of an image. mask: (H, W) bool, what is seen of it; more: further keys of its annotation.

    crowd: an ignore region, neither sneaker nor background.
    """

    mask: Mask
    side: Side = Side.UNKNOWN
    more: Mapping[str, Any] = field(default_factory=lambda: NO_EXTRA)
    crowd: bool = False


@dataclass(frozen=True, slots=True)
class WrittenImage:
    """An image that lies on the disk and the annotations of its sneakers, ids not given yet: what a worker hands back.

    file_name: relative to the set's folder, forward slashes; size_px: (width, height).
    """

    file_name: str
    size_px: tuple[int, int]
    annotations: tuple[dict[str, Any], ...]


class CocoFolderWriter:
    """Writes a training set image by image; use it in a `with`, or call `close`. Not for several processes at once:
    their workers call `write_image` and hand what it returns to `merge`."""

    def __init__(
        self, folder: Path, *, recipe: Mapping[str, Any], categories: Sequence[Mapping[str, Any]] = (CATEGORY,)
    ) -> None:
        """`folder` is made, and must be empty; raises CocoFolderError. categories: as COCO lists them."""
        check_new_folder(folder)
        (folder / IMAGES).mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._recipe = dict(recipe)
        self._categories = [dict(category) for category in categories]
        self._images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []
        self._is_closed = False

    def __enter__(self) -> CocoFolderWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_closed:
            self.close(complete=kind is None)

    def add(self, pixels_rgb: Pixels, instances: Sequence[WrittenInstance], *, name: str, quality: int = 92) -> None:
        """Write one image, (H, W, 3) uint8 RGB, as images/`name`.jpg, and note its instances; empty masks are left out.

        name: without folder; `.jpg` may be left out. quality: of the JPEG, 1..100. Raises OSError.
        """
        self.merge([write_image(self.folder, pixels_rgb, instances, name=name, quality=quality)])

    def merge(self, images: Iterable[WrittenImage]) -> None:
        """Note images that workers have written, in this order; ids are given here."""
        for image in images:
            image_id = len(self._images) + 1
            width, height = image.size_px
            self._images.append({"id": image_id, "file_name": image.file_name, "width": width, "height": height})
            for annotation in image.annotations:
                ids = {"id": len(self._annotations) + 1, "image_id": image_id, "category_id": CATEGORY_ID}
                self._annotations.append(ids | annotation)

    @property
    def counts(self) -> dict[str, int]:
        """How many images, sneakers and ignore regions there are until now."""
        crowds = sum(annotation["iscrowd"] for annotation in self._annotations)
        return {"images": len(self._images), "sneakers": len(self._annotations) - crowds, "ignored": crowds}

    def close(self, *, complete: bool = True) -> Path:
        """Write the COCO file and the recipe; returns the COCO file. complete: False for a set that was stopped."""
        self._is_closed = True
        content = {
            "info": {"description": "sneakers, made by outsole", "version": "1.0"},
            "categories": self._categories,
            "images": self._images,
            "annotations": self._annotations,
        }
        write_json(self.folder / RECIPE, {**self._recipe, "counts": self.counts, "complete": complete}, indent=2)
        write_json(self.folder / ANNOTATIONS, content)
        return self.folder / ANNOTATIONS


def check_new_folder(folder: Path) -> None:
    """Raises CocoFolderError when a set cannot be begun there, for something is there already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CocoFolderError(f"{folder} is not empty; name a new folder, or delete it first.")


def write_image(
    folder: Path, pixels_rgb: Pixels, instances: Sequence[WrittenInstance], *, name: str, quality: int = 92
) -> WrittenImage:
    """Write one JPEG into a set's folder; the annotations of its instances. Arguments as of `CocoFolderWriter.add`."""
    # cv2 is loaded by the commands that write pictures, not with this file's names.
    import cv2

    file_name = f"{IMAGES}/{name if name.endswith('.jpg') else name + '.jpg'}"
    bgr = cv2.cvtColor(pixels_rgb, cv2.COLOR_RGB2BGR)
    done, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    if not done:
        raise CocoFolderError(f"{file_name} could not be encoded as JPEG; its size is {bgr.shape[1]} x {bgr.shape[0]}.")
    write_bytes(folder / file_name, encoded.tobytes())
    height, width = pixels_rgb.shape[:2]
    annotations = tuple(_annotation(instance) for instance in instances if instance.mask.any())
    return WrittenImage(file_name, (width, height), annotations)


def _annotation(instance: WrittenInstance) -> dict[str, Any]:
    rows, columns = np.flatnonzero(instance.mask.any(axis=1)), np.flatnonzero(instance.mask.any(axis=0))
    x, y = int(columns[0]), int(rows[0])
    side = {"side": instance.side.value} if instance.side is not Side.UNKNOWN else {}
    more = dict(instance.more)
    attributes = side | dict(more.pop("attributes", {}))
    return {
        "bbox": [x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1],
        "area": int(np.count_nonzero(instance.mask)),
        "segmentation": runs_of_mask(instance.mask),
        "iscrowd": int(instance.crowd),
        **({"attributes": attributes} if attributes else {}),
        **more,
    }
