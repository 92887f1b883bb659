"""What is sewn onto the upper: where each overlay lies on its surface, and how far it stands out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.sneaker.curves import smoothstep
from core.sneaker.form import Form, is_throat

Array = NDArray[np.float64]

# Height in mm, and over how many mm of the edge it rises: no narrower than the grid, whose steps would show.
_HEIGHTS = {"mudguard": 1.6, "eyestay": 1.8, "counter": 1.4, "stripe": 0.7, "heel strip": 1.2}
_EDGE_MM = 5.0
_COLLAR_MM = 13.0

EYELET_STATIONS = (8.1, 7.45, 6.8, 6.12, 5.45)  # on the lateral side; the medial ones are across
EYELETS_IN_MM = 7.5  # from the top line


@dataclass(frozen=True, slots=True)
class UpperField:
    """The upper's outer surface on a (T, N) grid: points (T, N, 3) in mm, and measures the overlays are drawn in.

    to_top: mm along the surface to the top line. above_sole: mm above the feather line. throat: 1 beside the throat.
    """

    points: Array
    to_top: Array
    above_sole: Array
    throat: Array
    drawn: Array  # points in the measures of the drawing, whatever the shape's size

    @staticmethod
    def of(form: Form, up: Array) -> UpperField:
        """The field of a form at heights `up` (T,) from 0 at the sole to 1 at the top line."""
        points = form.upper(up)
        above = points[..., 2] - form.feather()[None, :, 2]
        throat = np.broadcast_to(is_throat(form.around), above.shape)
        return UpperField(points, form.distance_to_top(up), above, throat, points / form.shape.scale)

    def overlays(self) -> dict[str, Array]:
        """Overlay name to (T, N) signed distance in mm to its edge, above zero inside; about right near the edge."""
        x, y, z = np.moveaxis(self.drawn, -1, 0)
        guard = np.interp(x, [140, 175, 215, 255, 292], [-6, 9, 21, 25, 23])
        lean = (np.abs(x + 0.85 * z - 188.0)) / 1.31
        second = (np.abs(x + 0.85 * z - 216.0)) / 1.31
        below_top = self.to_top - 15.0
        return {
            "stripe": np.minimum(np.maximum(8.0 - lean, 3.2 - second), below_top),
            "counter": np.minimum(64.0 - (x + 0.42 * (z - 60.0)), self.to_top - _COLLAR_MM + 1.0),
            "mudguard": guard - self.above_sole,
            "eyestay": np.minimum(16.0 - self.to_top, 60.0 * (self.throat - 0.5)),
            "collar": np.minimum(_COLLAR_MM - self.to_top, 60.0 * (0.5 - self.throat)),
            "heel strip": np.minimum(8.5 - np.abs(y), 30.0 - x),
        }

    def relief(self) -> Array:
        """(T, N) how far the surface stands out in mm: overlays, and the puff of the padded collar."""
        overlays = self.overlays()
        heights = [
            height * smoothstep(overlays[name], -_EDGE_MM / 2, _EDGE_MM / 2) for name, height in _HEIGHTS.items()
        ]
        raised = np.maximum.reduce(heights)
        puff = np.sin(np.pi * np.clip(self.to_top / 16.0, 0, 1)) * (1 - self.throat)
        fade = smoothstep(self.above_sole, 0.0, 4.0)  # nothing may grow through the edge of the sole
        return np.asarray((raised + 2.2 * puff) * fade)
