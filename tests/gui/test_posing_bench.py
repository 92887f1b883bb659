from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gui.bench import posing_bench
from gui.bench.posing_bench import PosingFigures, run

QUICK = PosingFigures(7, 80.0, 120.0, 200.0, 25.0, 40.0, 8.0, 60.0, 0.5)


@pytest.mark.parametrize(
    ("figures", "code"),
    [(QUICK, 0), (replace(QUICK, strip_median_ms=1200.0), 1), (replace(QUICK, live_hz=14.0), 1)],
    ids=["quick", "late strip", "slow snap"],
)
def test_the_bench_judges_by_its_goals(
    figures: PosingFigures, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[int, int]] = []

    def measured(searches: int, frames: int) -> PosingFigures:
        asked.append((searches, frames))
        return figures

    monkeypatch.setattr(posing_bench, "measure", measured)
    assert run(["--searches", "3", "--frames", "90"]) == code and asked == [(3, 90)]
    words = capsys.readouterr().out
    assert words.count("goal") == 2 and words.count("MISSED") == code
    run(["--json"])
    assert json.loads(capsys.readouterr().out)["live_hz"] == figures.live_hz
