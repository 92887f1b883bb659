"""A fit whose core is killed: one sentence, and the window goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from core.jobs.client import ProcessCore
from core.jobs.protocol import CoreState


def test_a_killed_core_costs_one_sentence(opened, tmp_path: Path) -> None:
    core = ProcessCore(log_file=tmp_path / "core.log")
    place = opened(core)
    place.add_shoe()
    before = place.photo
    steps = []

    def kill(step: object) -> None:
        steps.append(step)
        if len(steps) == 1:
            assert core.process_id is not None
            os.kill(core.process_id, signal.SIGKILL)

    place.place.inference.step.connect(kill)
    place.notices.clear()
    place.key("E")
    place.wait(lambda: any(notice.startswith("danger") for notice in place.notices))
    (sentence,) = place.notices
    assert "inference core stopped" in sentence and "Nothing in the project was changed" in sentence
    assert place.photo is before and place.place.proposals.shown == ()
    assert place.window.isVisible() and place.place.inference.jobs == ()
    place.wait(lambda: place.place.inference.state is CoreState.READY)
    place.key("E")
    place.wait(lambda: any(p.finished for p in place.place.proposals.shown))
