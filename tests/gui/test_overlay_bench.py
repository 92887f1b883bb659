from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.document.signal import Signal
from core.jobs.messages import OverlapRequest, OverlapResult, Request, Result
from core.jobs.protocol import CoreState, Listener
from core.render.normals import shading_mesh
from core.storage.database import open_project
from gui.bench import overlay_bench
from gui.bench.bench_project import PHOTO_SIZE, SHARE_OF_HEIGHT, blob, make_project
from gui.bench.measured_drags import Course
from gui.bench.overlay_bench import GOALS_MS, OverlayFigures, measure, run
from gui.inference import Inference


class PromptCore:
    """Answers every question for the overlap at once."""

    def __init__(self) -> None:
        self.on_state: Signal[CoreState] = Signal()
        self.state = CoreState.READY
        self.asked = 0

    def start(self) -> None:
        """Nothing to start."""

    def submit(self, request: Request, listener: Listener) -> int:
        """Any figure will do."""
        assert isinstance(request, OverlapRequest)
        self.asked += 1
        listener(Result(self.asked, OverlapResult(0.9, 2.0)))
        return self.asked

    def cancel(self, job_id: int) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Nothing to end."""


def test_the_blob_is_closed_and_as_large_as_asked() -> None:
    mesh = blob(5_000)
    assert len(mesh.faces) == pytest.approx(5_000, rel=0.05)
    assert shading_mesh(mesh.vertices_mm, mesh.faces, feature_angle_deg=40.0).is_closed


def test_the_project_holds_a_large_photo_with_an_outlined_and_posed_sneaker(tmp_path: Path) -> None:
    store = open_project(make_project(tmp_path, blob(500)))
    project = store.load_project()
    photo = store.load_photo(next(iter(project.entries)))
    store.close()
    (sneaker,) = photo.instances
    assert photo.size_px == PHOTO_SIZE
    assert sneaker.pose is not None and sneaker.model_id in project.models
    x0, _, x1, _ = sneaker.region.bounds_px
    assert x1 - x0 == pytest.approx(SHARE_OF_HEIGHT * PHOTO_SIZE[1], rel=0.15)


def test_short_drags_in_the_real_window_are_measured(qtbot: QtBot, tmp_path: Path) -> None:
    core = PromptCore()
    photo = tmp_path / "small.png"
    _write_photo(photo)
    figures = measure(blob(1_000), Course(frames=6), photo=photo, inference=Inference(core))
    assert figures.frames == 6
    assert 1 <= figures.pictures <= 3 * 7  # the press counts as a move
    assert 0 < figures.draw_median_ms < figures.latency_p95_ms
    assert figures.stall_p95_ms <= figures.stall_worst_ms
    assert 0 < figures.overlaps < core.asked


@pytest.mark.parametrize(("worst_ms", "code"), [(20.0, 0), (80.0, 1)])
def test_the_command_prints_its_figures_and_answers_whether_the_goals_are_met(
    qtbot: QtBot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, worst_ms: float, code: int
) -> None:
    met = OverlayFigures(1000, 8, 24, 16.0, 17.0, 8.0, 9.0, 5.0, 24, 4.0, worst_ms, 60.0, 0.0)
    monkeypatch.setattr(overlay_bench, "measure", lambda *_, **__: met)
    assert run(["--triangles", "1000", "--frames", "8", "--json"]) == code
    figures = json.loads(capsys.readouterr().out)
    assert GOALS_MS.keys() <= figures.keys()


def _write_photo(file: Path) -> None:
    from PIL import Image

    Image.new("RGB", (800, 600), (120, 110, 100)).save(file)
