from __future__ import annotations

import numpy as np
import pytest

from core.labels.contour_profile import ContourProfile
from gui.panels.contour_panel import place_text, texts_of


def profile(errors: list[float], **other: object) -> ContourProfile:
    count = len(errors)
    none = np.zeros(count, dtype=bool)
    given = {"dropped": none, "judged": none, "mean_px": 1.25, "p95_px": 3.0, **other}
    at = np.arange(count, dtype=float)
    points = np.stack([at, at], axis=1)
    return ContourProfile(
        at * 10, points, np.array(errors), none.astype(np.int64), explained=0.9, tolerance_px=3.0, iou=0.95, **given
    )


def test_the_figures_in_words() -> None:
    hidden = np.array([True, False, False, False])
    texts = texts_of(profile([1.0, 2.0, -1.0, 0.0], judged=hidden))
    assert texts == {"mean": "1.2 px", "p95": "3.0 px", "explained": "90 %", "IoU": "0.950", "hidden": "25 %"}
    assert texts_of(profile([0.0], mean_px=float("nan")))["mean"] == "–"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (0, "at 0 px: the shoe stands over it by 2.0 px"),
        (1, "at 10 px: the shoe ends inside it by 1.5 px"),
        (2, "at 20 px: on the outline"),
        (3, "at 30 px: nothing of the shoe faces this way"),
        (4, "at 40 px: judged occluded, 30.0 px"),
        (5, "at 50 px: no evidence (border, or a region hides it)"),
    ],
)
def test_a_place_in_words(at: int, words: str) -> None:
    last = np.arange(6)
    known = profile([2.0, -1.5, 0.01, float("nan"), 30.0, 1.0], judged=last == 4, dropped=last == 5)
    assert place_text(known, at) == words
