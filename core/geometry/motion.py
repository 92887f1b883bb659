"""Where a shoe that moves steadily is next, from where it was in two photos taken one after the other."""

from __future__ import annotations

import numpy as np

from core.geometry.pose import Pose, rotation_angle_deg

FARTHEST_DEG, FARTHEST_SHARE = 40.0, 0.35  # between two frames of a video; more is another scene


def steadily_moved(before: Pose, last: Pose) -> Pose:
    """camera_from_shoe one step on: turned again and moved again as from `before` to `last`, in camera axes.

    `last` itself where the two are so far apart, or the next so near the camera, that nothing moved steadily.
    """
    step = last.translation_mm - before.translation_mm
    too_far = float(np.linalg.norm(step)) > FARTHEST_SHARE * float(last.translation_mm[2])
    if too_far or rotation_angle_deg(before, last) > FARTHEST_DEG:
        return last
    turn = Pose(last.rotation_wxyz, np.zeros(3)) @ Pose(before.rotation_wxyz, np.zeros(3)).inverse()
    moved = (turn @ Pose(last.rotation_wxyz, np.zeros(3))).with_translation(last.translation_mm + step)
    return moved if float(moved.translation_mm[2]) > 0.5 * float(last.translation_mm[2]) else last
