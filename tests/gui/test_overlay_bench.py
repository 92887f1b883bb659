from __future__ import annotations

import json

import pytest
from pytestqt.qtbot import QtBot

from core.render.normals import shading_mesh
from gui.bench.overlay_bench import GOALS_MS, Course, blob, measure, run


def test_the_blob_is_closed_and_as_large_as_asked() -> None:
    mesh = blob(5_000)
    assert len(mesh.faces) == pytest.approx(5_000, rel=0.05)
    assert shading_mesh(mesh.vertices_mm, mesh.faces, feature_angle_deg=40.0).is_closed


def test_a_short_drag_is_measured(qtbot: QtBot) -> None:
    figures = measure(blob(1_000), Course(frames=12))
    assert figures.frames == 12
    assert 1 <= figures.pictures <= 12
    assert 0 < figures.draw_median_ms < figures.latency_p95_ms
    assert figures.stall_p95_ms <= figures.stall_worst_ms


def test_the_command_prints_its_figures(qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--triangles", "1000", "--frames", "8", "--json"]) in (0, 1)
    figures = json.loads(capsys.readouterr().out)
    assert GOALS_MS.keys() <= figures.keys()
