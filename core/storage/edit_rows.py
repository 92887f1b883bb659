"""Writing an edit into a project's rows and log, forth and back; the caller holds the transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from core.document.edit import Edit, StaleEdit
from core.document.store import HistoryLine, WriteMode
from core.labels.photo import Photo
from core.storage.edit_log import (
    EditRecord,
    PhotoChange,
    ValueChange,
    photo_change,
    record_from_json,
    record_to_json,
    value_change,
)
from core.storage.photo_codec import instance_to_json
from core.storage.project_rows import read_order, read_photo, read_tombstones, row_of_header, row_of_photo
from core.storage.schema import category_table, edit_table, instance_table, model_table, order_table, photo_table

_THIS_INSTANCE = (instance_table.c.photo_id == bindparam("of")) & (instance_table.c.id == bindparam("one"))
_INSERT_PHOTO = insert(photo_table)
_INSERT_INSTANCE = insert(instance_table)
_INSERT_ORDER = insert(order_table)
_SET_ORDER = update(order_table).where(order_table.c.photo_id == bindparam("of")).values(ids=bindparam("ids"))
_BURY = update(instance_table).where(_THIS_INSTANCE).values(deleted=1)
_UNEARTH = update(instance_table).where(_THIS_INSTANCE).values(deleted=0)
_REWRITE = update(instance_table).where(_THIS_INSTANCE).values(json=bindparam("text"), deleted=bindparam("dead"))
_DROP_UNDONE = update(edit_table).where(edit_table.c.state == "undone").values(state="dropped")
_LAST_DONE = select(edit_table).where(edit_table.c.state == "done").order_by(edit_table.c.seq.desc()).limit(1)
_NEXT_UNDONE = select(edit_table).where(edit_table.c.state == "undone").order_by(edit_table.c.seq).limit(1)
_REVISIONS = select(photo_table.c.id, photo_table.c.revision, photo_table.c.deleted).where(
    photo_table.c.id.in_(bindparam("ids", expanding=True))
)
_FLIP_PHOTO = (
    update(photo_table)
    .where(photo_table.c.id == bindparam("of"))
    .values(deleted=bindparam("dead"), revision=photo_table.c.revision + 1)
)
_REMOVED_PHOTOS = select(photo_table.c.id).where(photo_table.c.deleted == 1)
_BATCH = 500  # rows a statement: few enough for any database's limit, and for their JSON to fit in memory
_THIS_EDIT = edit_table.c.seq == bindparam("this")


@dataclass(slots=True)
class EditWriter:
    """One edit on its way into the rows. revisions: those this process last saw, by photo; not changed here.

    `seen` collects the photos' revisions as they are once the transaction is through.
    """

    connection: Connection
    revisions: Mapping[str, int]
    by: str
    at: str
    seen: dict[str, int] = field(default_factory=dict)

    def write(self, edit: Edit, mode: WriteMode) -> HistoryLine:
        """Write rows and log; see Store.write."""
        if mode is WriteMode.COMMIT:
            return self._commit(edit)
        if mode is WriteMode.MERGE:
            return self._merge(edit)
        line = self._logged(mode)
        record = record_from_json(line["changes"])
        self._apply(record, edit, forth=mode is WriteMode.REDO)
        state = "done" if mode is WriteMode.REDO else "undone"
        self.connection.execute(update(edit_table).where(_THIS_EDIT).values(state=state), {"this": line["seq"]})
        return HistoryLine(line["seq"], line["label"], line["by"], line["at"])

    def _commit(self, edit: Edit) -> HistoryLine:
        record = self._record_of(edit)
        self._apply(record, edit, forth=True, is_new=True)
        self.connection.execute(_DROP_UNDONE)
        row = {"label": edit.label, "state": "done", "by": self.by, "at": self.at, "changes": record_to_json(record)}
        seq = self.connection.execute(insert(edit_table), row).inserted_primary_key
        assert seq is not None
        return HistoryLine(seq[0], edit.label, self.by, self.at)

    def _merge(self, edit: Edit) -> HistoryLine:
        # Taken back and made again as one: no arithmetic on records, and the same rows are written once more at most.
        line = self._logged(WriteMode.UNDO)
        self._apply(record_from_json(line["changes"]), edit.reversed(), forth=False)
        record = self._record_of(edit)
        self._apply(record, edit, forth=True, is_new=True)
        values = {"label": edit.label, "by": self.by, "at": self.at, "changes": record_to_json(record)}
        self.connection.execute(update(edit_table).where(_THIS_EDIT).values(**values), {"this": line["seq"]})
        return HistoryLine(line["seq"], edit.label, self.by, self.at)

    def _logged(self, mode: Literal[WriteMode.UNDO, WriteMode.REDO] | WriteMode) -> Mapping[str, Any]:
        wanted = _LAST_DONE if mode is WriteMode.UNDO else _NEXT_UNDONE
        row = self.connection.execute(wanted).mappings().first()
        if row is None:
            raise StaleEdit("The edit to go back or forth to is no longer in the project's log; nothing was changed.")
        return dict(row)

    def _record_of(self, edit: Edit) -> EditRecord:
        photos, values = [], []
        adds_photo = any(before is None and isinstance(after, Photo) for before, after in edit.changes)
        removed = set(self.connection.scalars(_REMOVED_PHOTOS)) if adds_photo else set()
        for before, after in edit.changes:
            if isinstance(after, Photo):
                _refuse_twins(after)
            if isinstance(after, Photo) and before is None and after.id in removed:
                photos.append(self._revival(after))
            elif isinstance(after, Photo) and isinstance(before, Photo):
                added = {one.id for one in after.instances}.difference(one.id for one in before.instances)
                stones = read_tombstones(self.connection, after.id, ids=added) if added else {}
                photos.append(photo_change(before, after, tombstones=stones))
            elif isinstance(after, Photo):
                photos.append(PhotoChange(after.id, "added"))
            elif isinstance(before, Photo):
                photos.append(PhotoChange(before.id, "removed"))
            else:
                values.append(value_change((before, after)))
        return EditRecord(tuple(photos), tuple(values))

    def _revival(self, photo: Photo) -> PhotoChange:
        buried, _ = read_photo(self.connection, photo.id)
        added = {one.id for one in photo.instances}.difference(one.id for one in buried.instances)
        change = photo_change(buried, photo, tombstones=read_tombstones(self.connection, photo.id, ids=added))
        return msgspec.structs.replace(change, kind="added", is_revived=True)

    def _apply(self, record: EditRecord, edit: Edit, *, forth: bool, is_new: bool = False) -> None:
        """Bring the rows to the edit's `after`. is_new: added instances and photos have no rows yet."""
        targets = {after.id: after for _, after in edit.changes if isinstance(after, Photo)}
        fresh = [one for one in record.photos if is_new and one.kind == "added" and not one.is_revived]
        self._insert_photos([targets[one.id] for one in fresh])
        known = [one for one in record.photos if not (is_new and one.kind == "added" and not one.is_revived)]
        self._check_revisions(known, targets, forth=forth)
        flipped = [one for one in known if one.kind != "changed" and not one.is_revived]
        self._flip_photos(flipped, forth=forth)
        for change in known:
            if change.kind == "changed" or change.is_revived:
                self._apply_photo(change, targets.get(change.id), forth=forth)
                new = {one.id: one for one in targets[change.id].instances} if is_new else {}
                added = [(one, instance_to_json(new[one]).decode()) for one in change.added] if is_new else None
                self._apply_instances(change, forth=forth, added=added)
        for value in record.values:
            self._apply_value(value, forth=forth)

    def _check_revisions(self, changes: Sequence[PhotoChange], targets: Mapping[str, Photo], *, forth: bool) -> None:
        """Refuse photos whose rows are not as this process last saw them. The transaction holds the write lock."""
        ids = [change.id for change in changes]
        rows: dict[str, tuple[int, int]] = {}
        for start in range(0, len(ids), _BATCH):
            found = self.connection.execute(_REVISIONS, {"ids": ids[start : start + _BATCH]})
            rows |= {photo_id: (revision, deleted) for photo_id, revision, deleted in found}
        for change in changes:
            should_be_deleted = change.kind != "changed" and (change.kind == "added") == forth
            known = self.seen.get(change.id, self.revisions.get(change.id))
            revision, deleted = rows.get(change.id, (None, None))
            if bool(deleted) != should_be_deleted or revision is None or (known is not None and revision != known):
                name = targets[change.id].file if change.id in targets else f"A photo ({change.id})"
                raise StaleEdit(
                    f"{name} was changed elsewhere meanwhile. Nothing was changed here; open the project again."
                )
            self.seen[change.id] = revision + 1

    def _insert_photos(self, photos: Sequence[Photo]) -> None:
        for start in range(0, len(photos), _BATCH):
            some = photos[start : start + _BATCH]
            rows = [{"id": one.id, "revision": 1, "deleted": 0, **row_of_photo(one)} for one in some]
            self.connection.execute(_INSERT_PHOTO, rows)
            self.connection.execute(_INSERT_ORDER, [{"photo_id": one.id, "ids": _ids_text(one)} for one in some])
            instances = [
                {"photo_id": photo.id, "id": one.id, "deleted": 0, "json": instance_to_json(one).decode()}
                for photo in some
                for one in photo.instances
            ]
            if instances:
                self.connection.execute(_INSERT_INSTANCE, instances)
            self.seen.update((one.id, 1) for one in some)

    def _flip_photos(self, changes: Sequence[PhotoChange], *, forth: bool) -> None:
        """Make photos tombstones, or alive again as they were."""
        if changes:
            rows = [{"of": one.id, "dead": int((one.kind == "removed") == forth)} for one in changes]
            self.connection.execute(_FLIP_PHOTO, rows)

    def _apply_photo(self, change: PhotoChange, target: Photo | None, *, forth: bool) -> None:
        photo_id = change.id
        values: dict[str, Any] = {"revision": self.seen[photo_id], "deleted": 1 if target is None else 0}
        if target is not None:
            values |= row_of_photo(target)
        elif change.header is not None:  # back to the tombstone that stood here before the revival
            values |= row_of_header(change.header[0])
        self.connection.execute(update(photo_table).where(photo_table.c.id == photo_id).values(**values))
        if change.order is not None:
            if target is not None:
                text = _ids_text(target)
            else:
                text = msgspec.json.encode(change.order.before(read_order(self.connection, photo_id))).decode()
            self.connection.execute(_SET_ORDER, {"of": photo_id, "ids": text})

    def _apply_instances(self, change: PhotoChange, *, forth: bool, added: Sequence[tuple[str, str]] | None) -> None:
        photo_id = change.id
        unearthed, buried = (change.added, change.removed) if forth else (change.removed, change.added)
        if added is not None:
            rows = [{"photo_id": photo_id, "id": one, "deleted": 0, "json": text} for one, text in added]
            if rows:
                self.connection.execute(_INSERT_INSTANCE, rows)
        elif unearthed:
            self.connection.execute(_UNEARTH, [{"of": photo_id, "one": one} for one in unearthed])
        if buried:
            self.connection.execute(_BURY, [{"of": photo_id, "one": one} for one in buried])
        if change.changed:
            rewritten = [
                {
                    "of": photo_id,
                    "one": one.id,
                    "text": bytes(one.after if forth else one.before).decode(),
                    "dead": int(one.is_revived and not forth),
                }
                for one in change.changed
            ]
            self.connection.execute(_REWRITE, rewritten)

    def _apply_value(self, change: ValueChange, *, forth: bool) -> None:
        table = model_table if change.kind == "model" else category_table
        self.connection.execute(delete(table).where(table.c.id == change.id))
        data = change.side(after=forth)
        if data is not None:
            self.connection.execute(insert(table), {"id": change.id, "json": data.decode()})


def _refuse_twins(photo: Photo) -> None:
    ids = [instance.id for instance in photo.instances]
    if len(set(ids)) < len(ids):
        raise TypeError(f"{photo.file} holds two instances of the same id")


def _ids_text(photo: Photo) -> str:
    return msgspec.json.encode([instance.id for instance in photo.instances]).decode()
