"""The inference core without a process: every request is answered before `submit` returns."""

from __future__ import annotations

from itertools import count

from core.document.signal import Signal
from core.jobs.messages import Request, Step
from core.jobs.protocol import CoreState, Listener, is_background


class InlineCore:
    """For commands and tests: the same answers, failures and steps as the other cores, on the caller's thread."""

    def __init__(self) -> None:
        self.on_state: Signal[CoreState] = Signal()
        self._state = CoreState.READY
        self._numbers = count(1)
        self._cancelled: set[int] = set()

    @property
    def state(self) -> CoreState:
        """BUSY while a request is answered."""
        return self._state

    def start(self) -> None:
        """Nothing to start."""

    def submit(self, request: Request, listener: Listener) -> int:
        """Answer now; `cancel` works from inside the listener, between steps."""
        from core.jobs.tasks import run_job

        job_id = next(self._numbers)
        if not is_background(request):
            self._change(CoreState.BUSY)

        def report(step: Step) -> bool:
            listener(step)
            return job_id not in self._cancelled

        report(Step(job_id, 0.0))
        outcome = run_job(job_id, request, report=report)
        self._cancelled.discard(job_id)
        self._change(CoreState.READY)
        listener(outcome)
        return job_id

    def cancel(self, job_id: int) -> None:
        """End the job at its next step."""
        self._cancelled.add(job_id)

    def close(self) -> None:
        """Nothing is left to end."""
        self._change(CoreState.STOPPED)

    def _change(self, state: CoreState) -> None:
        if state is not self._state:
            self._state = state
            self.on_state.emit(state)
