"""What Unity's seven numbers show of a shoe: its mask, and that as a PNG, white on black."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.commands.console import CommandError
from core.geometry.mesh import Mesh
from core.geometry.unity import UnityScene, UnityView, camera_from_unity, pose_from_unity

MOST_PX = 8192


@dataclass(frozen=True, slots=True, eq=False)
class ShoeInUnity:
    """A shoe of its own size and side (shoe frame, mm) as it stands in Unity's world.

    May be drawn by many threads: as many as there are processor cores do so at a time, and the rest wait.
    """

    mesh: Mesh
    scene: UnityScene
    turns: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(os.cpu_count() or 1))

    def mask(self, view: UnityView, size_px: tuple[int, int]) -> NDArray[np.bool_]:
        """(H, W) bool: the pixels whose centre the shoe covers; size_px is (W, H)."""
        from core.render.raster import mesh_mask  # numba takes a while to load, and --help needs none of it

        camera = camera_from_unity(view, size_px[0], height_px=size_px[1])
        with self.turns:
            return mesh_mask(self.mesh, pose_from_unity(view, self.scene), camera)

    def png(self, view: UnityView, size_px: tuple[int, int]) -> bytes:
        """The mask as `png_from_mask` writes it."""
        return png_from_mask(self.mask(view, size_px))


def png_from_mask(mask: NDArray[np.bool_]) -> bytes:
    """An (H, W) mask as a PNG of 8 bit grey: 255 inside, 0 outside."""
    import cv2  # for the same reason as numba

    done, encoded = cv2.imencode(".png", mask.view(np.uint8) * np.uint8(255))
    if not done:
        raise CommandError(f"A picture of {mask.shape[1]} x {mask.shape[0]} px could not be written as PNG.")
    return encoded.tobytes()


def size_from_text(text: str) -> tuple[int, int]:
    """(width, height) in px of "800x600"; raises CommandError."""
    try:
        width, height = (int(part) for part in text.lower().replace("×", "x").split("x"))
    except ValueError:
        raise CommandError(f"A size is WIDTHxHEIGHT in px, such as 800x600, not '{text:.40}'.") from None
    if not (1 <= width <= MOST_PX and 1 <= height <= MOST_PX):
        raise CommandError(f"A picture may be 1 to {MOST_PX} px wide and high, not {width} x {height}.")
    return width, height
