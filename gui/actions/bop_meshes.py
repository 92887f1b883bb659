"""The meshes of a BOP dataset, read by the inference core one after another before the dataset itself is merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.document.store import StorageError
from core.jobs.messages import Failed, MeshProposal, Result
from core.labels.words import counted
from gui.inference import Inference

if TYPE_CHECKING:
    from core.formats.bop_models import ReadModel, WantedModel


class BopMeshes:
    """Reads meshes, then calls `done` with what each became, or why it could not be read."""

    def __init__(
        self,
        wanted: tuple[WantedModel, ...],
        inference: Inference,
        *,
        done: Callable[[dict[int, ReadModel | str]], None],
    ) -> None:
        self._waiting = list(wanted)
        self._count = len(wanted)
        self._inference = inference
        self._done = done
        self._read: dict[int, ReadModel | str] = {}
        self._job_id = 0
        self._series_id = 0
        self._stopped = False

    def start(self) -> None:
        """Begin; a set that needs no mesh is done at once."""
        if self._waiting:
            self._series_id = self._inference.begin_series(f"Read {counted(self._count, 'shoe model')}", self.stop)
        self._next()

    def stop(self) -> None:
        """Give up; `done` is not called."""
        self._stopped = True
        self._inference.show_series(self._series_id, None)
        self._inference.cancel(self._job_id)

    def _next(self) -> None:
        if self._stopped:
            return
        if not self._waiting:
            if self._series_id:
                self._inference.show_series(self._series_id, None)
            self._done(self._read)
            return
        # Loaded with the first import of a set, not with the window.
        from core.jobs.bop_requests import model_request

        wanted = self._waiting.pop(0)
        part = len(self._read) / self._count
        self._inference.show_series(self._series_id, part, text=wanted.file.name)
        self._job_id = self._inference.submit(
            model_request(wanted),
            on_result=lambda result: self._take(wanted.obj_id, result),
            on_failed=lambda failed: self._miss(wanted.obj_id, failed),
            listed=False,
        )

    def _take(self, obj_id: int, result: Result) -> None:
        from core.jobs.bop_requests import model_read

        assert isinstance(result.answer, MeshProposal)
        try:
            self._read[obj_id] = model_read(result.answer)
        except StorageError as failure:
            self._read[obj_id] = str(failure)
        self._next()

    def _miss(self, obj_id: int, failed: Failed) -> None:
        self._read[obj_id] = failed.sentence
        self._next()
