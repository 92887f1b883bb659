"""Which commands stand in a sub-menu of their menu: what belongs together, so that every menu fits a small screen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubMenu:
    """It stands in its menu where the first of its commands would."""

    menu: str
    title: str
    commands: tuple[str, ...]


SUB_MENUS = (
    SubMenu(
        "&View",
        "&Brightness and contrast",
        ("brighter", "darker", "more_contrast", "less_contrast", "tones", "tone_reset"),
    ),
    SubMenu(
        "&View",
        "Pa&nels",
        tuple(
            f"panel_{name}"
            for name in ("photos", "instances", "pose", "models", "history", "jobs", "contour", "camera")
        ),
    ),
    SubMenu("&Pose", "Offere&d poses", ("next_pose", "previous_pose", "twin", "accept_anyway")),
    SubMenu("&Pose", "Look of t&he shoe", ("shoe_look", "opacity_less", "opacity_more", "hide_shoe")),
    SubMenu(
        "&Pose",
        "&Keypoints",
        (
            "tool_keypoints",
            "landmark_next",
            "landmark_previous",
            "keypoint_place",
            "pose_from_clicks",
            "keypoint_hidden",
            "keypoint_remove",
        ),
    ),
    SubMenu(
        "&Pose",
        "Camera and &lens",
        ("camera_exif", "camera_file", "camera_apply", "dolly_longer", "dolly_wider", "camera_fit"),
    ),
    SubMenu("&Pose", "U&nity", ("unity_copy", "unity_paste")),
)
