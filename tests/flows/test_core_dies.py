"""A fit whose core is killed: one sentence, and the window goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from core.jobs.client import ProcessCore
from core.jobs.messages import FitRequest, Message, Request, Step
from core.jobs.protocol import CoreState, Listener

TRIES = 2  # a third death within a minute would stop the core for good


class DyingCore(ProcessCore):
    """Its process is killed with the first step of a fit, by the thread that hears of it: sooner than any answer."""

    deadly = True

    def submit(self, request: Request, listener: Listener) -> int:
        def hear(message: Message) -> None:
            if self.deadly and isinstance(message, Step) and isinstance(request, FitRequest):
                self.deadly = False
                assert self.process_id is not None
                os.kill(self.process_id, signal.SIGKILL)
            listener(message)

        return super().submit(request, hear)


def test_a_killed_core_costs_one_sentence(opened, tmp_path: Path) -> None:
    core = DyingCore(log_file=tmp_path / "core.log")
    place = opened(core)
    place.add_shoe()
    before = place.photo
    for _ in range(TRIES):  # on a busy machine the answer may have been on its way all the same
        core.deadly = True
        place.notices.clear()
        place.key("E")
        place.wait(lambda: not place.place.inference.jobs and not core.deadly)
        if any(notice.startswith("danger") for notice in place.notices):
            break
        place.key("Escape")
        place.wait(lambda: place.place.inference.state is CoreState.READY)
    (sentence,) = place.notices
    assert "inference core stopped" in sentence and "Nothing in the project was changed" in sentence
    assert place.photo is before and place.place.proposals.shown == ()
    assert place.window.isVisible() and place.place.inference.jobs == ()
    place.wait(lambda: place.place.inference.state is CoreState.READY)
    place.key("E")
    place.wait(lambda: any(p.finished for p in place.place.proposals.shown))
