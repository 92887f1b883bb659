"""The colour of an instance on the photo and in lists: its category's, and for shoes a hue of its own a side."""

from __future__ import annotations

import colorsys

from core.labels.instance import Instance, Side
from core.labels.project import Project, Role

# Okabe & Ito's set, safe for colour-blind eyes; a letter always stands beside it.
_LEFT_OF = {"#56b4e9": "#1fd1a5"}
_RIGHT_OF = {"#56b4e9": "#f08cc8"}
_HUE_STEP = 0.12


def color_of(project: Project, instance: Instance) -> str:
    """ "#rrggbb" of an instance."""
    category = project.category(instance.category)
    if category.role is not Role.SHOE or instance.side is Side.UNKNOWN:
        return category.color
    if instance.side is Side.LEFT:
        return _LEFT_OF.get(category.color) or _turned(category.color, -_HUE_STEP)
    return _RIGHT_OF.get(category.color) or _turned(category.color, _HUE_STEP)


def letter_of(instance: Instance) -> str:
    """ "L", "R" or ""."""
    return {Side.LEFT: "L", Side.RIGHT: "R", Side.UNKNOWN: ""}[instance.side]


def _turned(color: str, by: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    turned = colorsys.hls_to_rgb((hue + by) % 1.0, light, saturation)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in turned)
