from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.jobs.inline import InlineCore
from gui.bench.ui_bench import measure
from gui.inference import Inference


def test_a_whole_job_is_done_in_the_real_window_and_measured_by_part(qtbot: QtBot) -> None:
    parts = measure(triangles=1_000, moves=6, inference=Inference(InlineCore()))
    assert list(parts) == ["open", "outline", "place", "align", "fit", "undo"]
    for part in parts.values():
        assert 0 < part.stall_p95_ms <= part.stall_worst_ms
        assert part.stall_worst_ms / 1e3 <= part.seconds + 0.01
