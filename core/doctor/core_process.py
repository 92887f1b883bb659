"""Whether the inference core starts here, and how long it takes to be ready."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from core.doctor.display import last_line
from core.doctor.finding import Finding, bad, ok, warning

PATIENCE_S = 8.5
_NOT_WARM = "warming up failed"


def look_at_core(command: Sequence[str] | None = None, patience_s: float = PATIENCE_S) -> Finding:
    """Start one, wait until it is warm, and end it."""
    from core.jobs.client import ProcessCore
    from core.jobs.protocol import CoreState

    # Windows keeps a log that a dying core still holds.
    with tempfile.TemporaryDirectory(prefix="outsole-doctor-", ignore_cleanup_errors=True) as folder:
        log, settled, states = Path(folder) / "core.log", threading.Event(), [CoreState.STARTING]
        core = ProcessCore(command=command, log_file=log)

        def hear(state: CoreState) -> None:
            states.append(state)
            if state is not CoreState.STARTING:
                settled.set()

        core.on_state.connect(hear)
        began = time.monotonic()
        core.start()
        settled.wait(patience_s)
        took_s, state = time.monotonic() - began, states[-1]
        core.close()
        said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    if state is CoreState.READY and _NOT_WARM not in said:
        return ok("Inference core", f"It starts and is ready after {took_s:.1f} s.")
    if state is CoreState.STARTING:
        found = f"It started, but was not ready after {took_s:.0f} s."
        return warning("Inference core", found, "The first start compiles its kernels, which takes a minute or so.")
    reason = last_line(said) or "it said nothing"
    return bad("Inference core", f"It ends as soon as it starts: {reason}", "Fits and outlines by machine cannot work.")
