"""How busy a photo is around its sneakers: the share of edges in what is not sneaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np

from core.storage.image_file import PhotoError, read_pixels
from core.training.coco_folder import LabelledImage, TrainingDataError

LONGEST_PX = 384
CANNY = (50, 150)
_SIGMA_PX = 1.0
_ROOM_PX = 5

MEANING = (
    f"A photo's *edge density* is the share of Canny edge pixels (thresholds {CANNY[0]} and {CANNY[1]}, after a "
    f"Gaussian of {_SIGMA_PX:.0f} px) outside its sneakers (and {_ROOM_PX} px around them) and ignored regions, in "
    f"grey, the longer side scaled to {LONGEST_PX} px. Photos above the median density are busy, the others plain."
)


@dataclass(frozen=True, slots=True)
class Busyness:
    """density: by photo, 0..1; threshold: the median of them."""

    density: Mapping[str, float]
    threshold: float

    @property
    def plain(self) -> list[str]:
        """Names of the photos with as many edges as the median, or fewer."""
        return [name for name, density in self.density.items() if density <= self.threshold]

    @property
    def busy(self) -> list[str]:
        """Names of the others."""
        return [name for name, density in self.density.items() if density > self.threshold]


def busyness_of(photos: Sequence[LabelledImage]) -> Busyness:
    """The density of each photo, and the threshold; raises TrainingDataError when one cannot be read."""
    density = {photo.name: edge_density(photo) for photo in photos}
    return Busyness(density, median(density.values()))


def edge_density(photo: LabelledImage) -> float:
    """Share of edge pixels in the background of a photo, 0..1; 0 where there is no background."""
    try:
        pixels = read_pixels(photo.file)
    except PhotoError as error:
        raise TrainingDataError(str(error)) from error
    scale = LONGEST_PX / max(photo.size_px)
    size = (max(1, round(photo.size_px[0] * scale)), max(1, round(photo.size_px[1] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    grey = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), size, interpolation=method)
    edges = cv2.Canny(cv2.GaussianBlur(grey, (0, 0), _SIGMA_PX), *CANNY) > 0
    known = (photo.instance_mask() > 0).astype(np.uint8)
    room = np.ones((2 * _ROOM_PX + 1, 2 * _ROOM_PX + 1), np.uint8)
    background = cv2.dilate(cv2.resize(known, size, interpolation=cv2.INTER_NEAREST), room) == 0
    return float(edges[background].mean()) if background.any() else 0.0
