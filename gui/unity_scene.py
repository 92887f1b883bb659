"""How the shoe stands in Unity's world, as this computer's user prefers it."""

from __future__ import annotations

from core.geometry.unity import UnityScene
from gui.preferences import Preferences


def scene_of(preferences: Preferences) -> UnityScene:
    """The scene of the settings; raises UnityError when toe and top are on one axis."""
    return UnityScene(preferences["unity_toe"], preferences["unity_up"], preferences["unity_unit_mm"])


def scene_words(scene: UnityScene) -> str:
    """ "toe to +Z, top to +Y, a unit is 100 mm"."""
    return f"toe to {scene.toe}, top to {scene.up}, a unit is {scene.unit_mm:g} mm"
