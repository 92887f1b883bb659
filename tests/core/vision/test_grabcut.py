"""GrabCut outlines what stands in a box, in the photo's own pixels, and says why when it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.geometry.region import Region
from core.vision.grabcut import SegmentCancelled, SegmentError, grabcut_region

Bytes = NDArray[np.uint8]


def painted(width: int, height: int, *, disc_px: tuple[float, float, float], hole_px: float = 0.0) -> Bytes:
    """A noisy blue photo with an orange disc (x, y, radius), and a blue hole in it."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:height, :width] + 0.5
    away = np.hypot(x - disc_px[0], y - disc_px[1])
    inside = (away < disc_px[2]) & (away >= hole_px)
    colours = np.where(inside[..., None], [210, 140, 40], [50, 70, 150])
    return np.clip(colours + rng.normal(0, 10, (height, width, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("scale", [0.25, 1.0, 6.0])
def test_a_disc_is_found_where_it_is_at_any_size(scale: float) -> None:
    radius, x, y = 60 * scale, 130 * scale, 101 * scale
    pixels = painted(int(260 * scale), int(200 * scale), disc_px=(x, y, radius))
    region = grabcut_region(pixels, (x - 1.1 * radius, y - 1.1 * radius, x + 1.1 * radius, y + 1.1 * radius))
    assert len(region.parts) == 1 and not region.parts[0].holes
    assert region.area_px2 == pytest.approx(np.pi * radius**2, rel=0.03)
    distances = np.hypot(*(region.rings[0].points_px - (x, y)).T)
    assert np.abs(distances - radius).max() < max(1.0, 1.5 * scale)
    assert abs(distances.mean() - radius) < 0.5 * max(1.0, scale)
    assert len(region.rings[0]) < 80


def test_a_hole_stays_a_hole() -> None:
    region = grabcut_region(painted(260, 200, disc_px=(130, 100, 60), hole_px=20), (62, 32, 198, 168))
    assert [len(part.holes) for part in region.parts] == [1]


def test_a_shoe_cut_off_by_the_photo_ends_at_its_edge() -> None:
    region = grabcut_region(painted(200, 200, disc_px=(0, 100, 60)), (-40.0, 30, 70, 170))
    assert region.bounds_px[0] == pytest.approx(0.0, abs=0.01)
    assert region.area_px2 == pytest.approx(np.pi * 60**2 / 2, rel=0.03)


def test_the_box_may_be_drawn_from_any_corner_and_the_answer_is_always_the_same() -> None:
    pixels = painted(260, 200, disc_px=(130, 100, 60))
    assert grabcut_region(pixels, (62, 32, 198, 168)) == grabcut_region(pixels, (198, 168, 62, 32))


def test_progress_shows_the_outline_so_far_and_can_be_stopped() -> None:
    pixels = painted(260, 200, disc_px=(130, 100, 60))
    told: list[tuple[float, Region]] = []

    def report(fraction: float, region: Region) -> bool:
        told.append((fraction, region))
        return False

    with pytest.raises(SegmentCancelled):
        grabcut_region(pixels, (62, 32, 198, 168), report=report)
    ((fraction, outline),) = told
    assert 0 < fraction < 1
    assert outline.area_px2 == pytest.approx(np.pi * 60**2, rel=0.1)


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((300.0, 10.0, 350.0, 60.0), "outside the photo"),
        ((-90.0, 10.0, -10.0, 60.0), "outside the photo"),
        ((20.0, 20.0, 23.0, 80.0), "too small"),
        ((-5.0, 20.0, 3.0, 80.0), "too small"),
        ((-1.0, -1.0, 261.0, 201.0), "whole photo"),
        ((10.0, float("nan"), 60.0, 60.0), "not a number"),
    ],
)
def test_a_box_that_cannot_work_is_explained(box: tuple[float, float, float, float], words: str) -> None:
    with pytest.raises(SegmentError, match=words):
        grabcut_region(painted(260, 200, disc_px=(130, 100, 60)), box)


def test_a_plain_wall_holds_nothing() -> None:
    with pytest.raises(SegmentError, match="found nothing"):
        grabcut_region(np.full((200, 260, 3), 90, dtype=np.uint8), (62, 32, 198, 168))


def test_sneakers_on_a_table_are_outlined_well(shared_data: Path) -> None:
    from core.render.region_raster import mask_iou, region_mask
    from core.storage.image_file import read_pixels

    photos = shared_data / "photos"
    entries = json.loads((photos / "manifest.json").read_text(encoding="utf-8"))["images"]
    ious = []
    for entry in [entry for entry in entries if entry["kind"] == "tabletop"][::8]:
        pixels = read_pixels(photos / entry["image"])
        labels = read_pixels(photos / entry["mask"])[..., 0]
        for instance in entry["instances"]:
            x, y, width, height = instance["bbox"]
            box = (x - 0.05 * width, y - 0.05 * height, x + 1.05 * width, y + 1.05 * height)
            found = region_mask(grabcut_region(pixels, box), entry["width"], entry["height"])
            ious.append(mask_iou(found, labels == instance["id"]))
    assert np.median(ious) > 0.95
