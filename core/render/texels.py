"""Which triangle of a mesh each texel of its texture lies on."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@njit(cache=True)
def faces_of_texels(uv: Array, side: int) -> tuple[NDArray[np.int64], Array]:
    """(side, side) the face at each texel's middle, or -1, and (side, side, 3) the shares of its corners.

    uv: (F, 3, 2) of every face's corners, 0..1 with v up. Where faces lie over each other the last one counts.
    """
    face_at = np.full((side, side), -1, np.int64)
    shares_at = np.zeros((side, side, 3))
    for number in range(len(uv)):
        ax, ay = uv[number, 0, 0] * side, (1 - uv[number, 0, 1]) * side
        bx, by = uv[number, 1, 0] * side, (1 - uv[number, 1, 1]) * side
        cx, cy = uv[number, 2, 0] * side, (1 - uv[number, 2, 1]) * side
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-9:
            continue
        for row in range(max(int(min(ay, by, cy)), 0), min(int(max(ay, by, cy)) + 1, side)):
            for column in range(max(int(min(ax, bx, cx)), 0), min(int(max(ax, bx, cx)) + 1, side)):
                x, y = column + 0.5, row + 0.5
                a = ((bx - x) * (cy - y) - (by - y) * (cx - x)) / area
                b = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) / area
                c = 1 - a - b
                if a >= -1e-6 and b >= -1e-6 and c >= -1e-6:
                    face_at[row, column] = number
                    shares_at[row, column, 0], shares_at[row, column, 1], shares_at[row, column, 2] = a, b, c
    return face_at, shares_at
