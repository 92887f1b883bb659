"""Silhouettes to compare with: what a PNG shows, and what our own camera sees from a Unity view."""

from __future__ import annotations

import cv2
import numpy as np

from core.geometry.mesh import Mesh
from core.geometry.unity import UnityView, camera_from_unity, pose_from_unity
from core.render.raster import mesh_mask
from core.sneaker.shipped import shipped_sneaker

SAMPLE = "0 2.05 -2.28 22.957 0 0 60"
BESIDE = "-6 1 0.2 9 90 0 50"  # from the wearer's left: the toe is on the left of the picture


def picture(png: bytes) -> np.ndarray:
    """The grey values of a PNG that has one channel."""
    pixels = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels.ndim == 2 and set(np.unique(pixels)) <= {0, 255}
    return pixels


def expected(numbers: str, width: int, height: int, mesh: Mesh | None = None) -> np.ndarray:
    view = UnityView.from_text(numbers)
    shoe = mesh or shipped_sneaker()[1]
    mask = mesh_mask(shoe, pose_from_unity(view), camera_from_unity(view, width, height_px=height))
    return np.where(mask, 255, 0)
