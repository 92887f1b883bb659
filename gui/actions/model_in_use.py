"""Which ShoeModel a sneaker gets that has none: the one used last in this project."""

from __future__ import annotations

from collections.abc import Callable

from core.document.store import StorageError, Store
from core.labels.instance import Instance
from core.labels.shoe_model import ShoeModel
from gui.session import Session

_SETTING = "model_in_use"  # of this project, kept in it


class ModelInUse:
    """Remembers the model that was placed, chosen or found last; the project keeps it until it is opened again."""

    def __init__(self, session: Session, store: Callable[[], Store | None]) -> None:
        self._session = session
        self._store = store
        self._model_id: str | None = None
        self._kept: str | None = None
        self._noted: tuple[str, str] | None = None  # a chosen shoe and the model it has: seen once, it says no more
        session.signals.shown_changed.connect(lambda _: self._note())
        session.signals.leaving.connect(lambda _: self._keep())
        session.signals.document_changed.connect(lambda _: self._recall())

    def use(self, model_id: str) -> None:
        """Take this model next: it was imported, or chosen for a shoe or in the library."""
        self._note()
        self._model_id = model_id

    def of(self, instance: Instance) -> ShoeModel | None:
        """The model an instance has, else the one used last, else the project's first; None when it has none."""
        models = self._session.project.models
        known = models.get(instance.model_id or "") or models.get(self._model_id or "")
        return known or next(iter(models.values()), None)

    def _note(self) -> None:
        chosen = self._session.selected
        found = (chosen.id, chosen.model_id) if chosen is not None and chosen.model_id else None
        if found is not None and found != self._noted:
            self._noted, self._model_id = found, found[1]

    def _recall(self) -> None:
        store = self._store()
        self._model_id = self._kept = store.setting(_SETTING) if store is not None else None

    def _keep(self) -> None:
        store = self._store()
        if store is None or self._model_id == self._kept:
            return
        try:
            store.set_setting(_SETTING, self._model_id)
        except StorageError as failure:
            self._session.notice(str(failure), "danger")
