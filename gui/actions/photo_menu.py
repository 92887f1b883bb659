"""What a right click on the photo list offers: the same commands as the menus, on the photos that were meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.labels.photo import Status
from gui.actions.action import Action, always
from gui.actions.photo_actions import MARKS, PhotoActions
from gui.actions.photo_files import PhotoFiles
from gui.actions.pose_batch import PoseBatch
from gui.actions.segment_batch import SegmentBatch
from gui.session import UNFINISHED, Session


class PhotoMenu:
    """segment_open: asks for outlines of the open photo, which come as proposals. poses: looks for poses in several."""

    def __init__(
        self,
        session: Session,
        photos: PhotoActions,
        files: PhotoFiles,
        *,
        batch: SegmentBatch,
        segment_open: Callable[[], object],
    ) -> None:
        self._session = session
        self._photos = photos
        self._files = files
        self._batch = batch
        self._segment_open = segment_open
        self.poses: PoseBatch | None = None

    def rows(self, photo_ids: Sequence[str]) -> list[Action]:
        """The commands on these photos, in menu order; keys stand beside those that mean the same photo."""
        ids = tuple(photo_ids)
        is_open = ids == (self._session.photo_id,)
        count = len(ids)
        what, paths = ("photo", "path") if count == 1 else (f"{count} photos", f"{count} paths")
        return [
            Action("list_open", "&Open", "", lambda: self._session.open_photo(ids[0]), (), self._no_open(ids), "photo"),
            *(self._mark(ids, *mark, is_open=is_open) for mark in MARKS),
            self._segment(ids, is_open=is_open, what=what),
            *self._find_poses(ids, what),
            Action(
                "list_folder",
                "Sho&w in folder",
                "",
                lambda: self._files.show_in_folder(ids),
                icon="folder",
                separated=True,
            ),
            Action("list_path", f"Cop&y {paths}", "", lambda: self._files.copy_paths(ids), icon="copy"),
            Action(
                "list_remove",
                f"&Remove {what} from project",
                "",
                lambda: self._photos.remove(ids),
                (),
                lambda: self._drawing(ids),
                icon="trash",
                separated=True,
            ),
        ]

    def _mark(
        self, ids: tuple[str, ...], name: str, text: str, status: Status, keys: tuple[str, ...], *, is_open: bool
    ) -> Action:
        entries = self._session.project.entries
        return Action(
            f"list_{name}",
            text,
            "",
            lambda: self._photos.set_status(status, ids),
            keys if is_open else (),
            always,
            checked=lambda: all(entries[i].status is status for i in ids),
            separated=status is Status.LABELLED,
        )

    def _segment(self, ids: tuple[str, ...], *, is_open: bool, what: str) -> Action:
        """The open photo's outlines are offered; those of others, which nobody sees, are written as one step."""
        if is_open:
            return Action(
                "list_segment",
                "&Segment the photo",
                "",
                self._segment_open,
                ("S",),
                lambda: self._drawing(ids),
                "segment",
                separated=True,
            )
        text = "&Segment the photo" if len(ids) == 1 else f"&Segment {what}"
        why_not = self._batch.why_busy
        return Action(
            "list_segment", text, "", lambda: self._batch.segment(ids), (), why_not, "segment", separated=True
        )

    def _find_poses(self, ids: tuple[str, ...], what: str) -> list[Action]:
        poses = self.poses
        if poses is None or len(ids) < 2:
            return []
        text = f"Find &poses in {what}"
        return [Action("list_poses", text, "", lambda: poses.find(ids), (), poses.why_busy, "hypotheses")]

    def _no_open(self, ids: tuple[str, ...]) -> Callable[[], str | None]:
        def why_not() -> str | None:
            if len(ids) > 1:
                return "One photo can be open at a time."
            if ids == (self._session.photo_id,):
                return "It is the photo that is open."
            return UNFINISHED if self._session.drag is not None else None

        return why_not

    def _drawing(self, ids: tuple[str, ...]) -> str | None:
        return UNFINISHED if self._session.drag is not None and self._session.photo_id in ids else None
