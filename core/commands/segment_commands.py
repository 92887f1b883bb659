"""The command that outlines: every sneaker of photos by the network, or what stands in boxes; a photo is one edit."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.commands.console import (
    PROBLEMS,
    Answer,
    CommandError,
    opened,
    photo_id_named,
    progress_bar,
    project_folder,
)
from core.commands.machine import answer_of
from core.document.document import Document
from core.document.edit import Edit
from core.jobs.messages import NetChoice, PhotoRef, SegmentMethod, SegmentRequest, SegmentResult
from core.jobs.outlines import DOUBTFUL_SCORE, found_anew, new_instance, outlined, shoe_category
from core.labels.instance import Instance, Source
from core.labels.photo import Photo
from core.labels.project import Role
from core.labels.words import counted

Box = tuple[float, float, float, float]

_SAME_FAILURES = 3


def segment(arguments: argparse.Namespace) -> Answer:
    """Outline the sneakers of photos, or what stands in boxes; each becomes an instance."""
    with opened(arguments.project) as document, progress_bar("Outlining") as progress:
        wanted = _wanted(arguments, document)
        category = document.project.category_named(arguments.category)
        if category is None:
            known = ", ".join(one.name for one in document.project.categories.values())
            raise CommandError(f"There is no category {arguments.category}; this project has {known}.")
        is_shoe = category.role is Role.SHOE
        if not is_shoe and arguments.method == SegmentMethod.NET:
            raise CommandError(f"The network knows sneakers only, not {category.name}; use --method grabcut and boxes.")
        arguments.method = SegmentMethod(arguments.method) if is_shoe else SegmentMethod.GRABCUT
        work = _Work(arguments, document, category.id)
        for number, (photo_id, boxes) in enumerate(wanted.items()):
            progress(number / len(wanted), document.project.entries[photo_id].file)
            work.outline(photo_id, boxes)
    return work.answer(len(wanted))


def box_from_text(text: str) -> Box:
    """(x0, y0, x1, y1) of "x0,y0,x1,y1"; raises CommandError."""
    try:
        x0, y0, x1, y1 = (float(part) for part in text.split(","))
    except ValueError as error:
        raise CommandError(f"A box is x0,y0,x1,y1 in px, such as 120,80,460,300, not {text}.") from error
    return _ordered(x0, y0, x1, y1=y1)


@dataclass(slots=True)
class _Work:
    """What has been asked, and what came of it so far."""

    arguments: argparse.Namespace
    document: Document
    category: str
    made: list[dict[str, Any]] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def outline(self, photo_id: str, boxes: list[Box]) -> None:
        """Outline one photo and commit it."""
        before = self.document.photo(photo_id)
        after = before if self.arguments.keep or boxes else _without_machine_outlines(before)
        looks: list[Box | None] = [*boxes] if boxes else [None]
        failed_before = len(self.problems)
        for box_px in looks:
            where = before.file if box_px is None else f"{before.file}, box {','.join(f'{v:g}' for v in box_px)}"
            try:
                found = self._found(after, box_px)
            except CommandError as error:
                self.problems.append(f"{where}: {error}")
                self.sentences.append(str(error))
                self._stop_if_hopeless()
                continue
            for instance in found:
                after = after.with_instance(instance)
                self.made.append(_instance_json(after, instance))
        if not after.instances and len(self.problems) == failed_before:
            self.empty.append(before.file)
        self.document.commit(Edit.of("Outline by segmenter", before, after))

    def answer(self, photos: int) -> Answer:
        """What the command says."""
        doubtful = [one for one in self.made if one["score"] is not None and one["score"] < DOUBTFUL_SCORE]
        lines = [f"Outlined {counted(len(self.made), 'instance')} in {counted(photos, 'photo')}."]
        if self.empty:
            lines.append(f"{counted(len(self.empty), 'photo has', 'photos have')} none: {', '.join(self.empty)}.")
        if doubtful:
            lines.append(f"{len(doubtful)} are doubtful: {', '.join(dict.fromkeys(one['photo'] for one in doubtful))}.")
        notes = list(dict.fromkeys(self.notes))
        content = {"made": self.made, "empty": self.empty, "notes": notes, "problems": self.problems}
        return Answer("\n".join([*lines, *notes, *self.problems]), content, PROBLEMS if self.problems else 0)

    def _found(self, photo: Photo, box_px: Box | None) -> tuple[Instance, ...]:
        from core.storage.image_file import resolve_photo_path

        arguments = self.arguments
        file = resolve_photo_path(project_folder(arguments.project), photo.file)
        net = NetChoice(arguments.net, arguments.device, arguments.size)
        # Without a box nothing but a network can look, and its sentence says what is missing.
        method = arguments.method if box_px is not None else SegmentMethod.NET
        request = SegmentRequest(
            PhotoRef(str(file), photo.sha256), photo.id, box_px, category=self.category, method=method, net=net
        )
        answer = answer_of(request)
        assert isinstance(answer, SegmentResult)
        project = self.document.project
        if answer.note:
            self.notes.append(f"{photo.file}: outlined by {answer.method}. {answer.note}")
        if box_px is None:
            return found_anew(answer, photo, project=project, category=shoe_category(project, self.category))
        if not answer.outlines:
            raise CommandError("nothing was found in the box")
        return tuple(
            outlined(one, new_instance(one, self.category), method=answer.method, size_px=photo.size_px)
            for one in answer.outlines
        )

    def _stop_if_hopeless(self) -> None:
        """The same sentence of photo after photo is not about the photos."""
        last = self.sentences[-_SAME_FAILURES:]
        if not self.made and not self.empty and len(last) == _SAME_FAILURES and len(set(last)) == 1:
            raise CommandError(last[0])


def _wanted(arguments: argparse.Namespace, document: Document) -> dict[str, list[Box]]:
    """The photos to look at, each with its boxes; none for the whole of it."""
    project, names = document.project, arguments.photo or []
    if arguments.boxes:
        return {photo_id_named(project, name): boxes for name, boxes in _boxes_in(Path(arguments.boxes)).items()}
    if arguments.all and (names or arguments.box):
        raise CommandError("--all means every photo; leave out --photo and --box.")
    if arguments.box:
        if len(names) > 1 or (not names and len(project.entries) != 1):
            raise CommandError("Say with --photo which photo the box is in.")
        ids = [photo_id_named(project, names[0])] if names else list(project.entries)
        return {photo_id: [box_from_text(text) for text in arguments.box] for photo_id in ids}
    if arguments.method == SegmentMethod.GRABCUT:
        raise CommandError("GrabCut needs boxes to look in: --photo NAME --box x0,y0,x1,y1, or --boxes FILE.")
    if not names and not arguments.all:
        raise CommandError("Say what to outline: --photo NAME or --all; --box x0,y0,x1,y1 or --boxes FILE for boxes.")
    ids = list(project.entries) if arguments.all else [photo_id_named(project, name) for name in names]
    return {photo_id: [] for photo_id in ids}


def _boxes_in(file: Path) -> Mapping[str, list[Box]]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {
            str(name): [_ordered(*(float(value) for value in box[:3]), y1=float(box[3])) for box in boxes]
            for name, boxes in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise CommandError(
            f'{file} holds no boxes ({error}); it should read like {{"photo.jpg": [[120, 80, 460, 300]]}}.'
        ) from error


def _ordered(x0: float, y0: float, x1: float, *, y1: float) -> Box:
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _without_machine_outlines(photo: Photo) -> Photo:
    """The photo without what a segmenter outlined and nobody has touched, posed or locked since."""
    kept = tuple(
        instance
        for instance in photo.instances
        if instance.provenance.source is not Source.SEGMENTER
        or instance.pose_estimate is not None
        or "locked" in instance.flags
    )
    return photo if len(kept) == len(photo.instances) else photo.with_instances(kept)


def _instance_json(photo: Photo, instance: Instance) -> dict[str, Any]:
    return {
        "photo": photo.file,
        "instance": instance.id,
        "area_px2": instance.region.area_px2,
        "side": instance.side.value,
        "score": instance.provenance.residuals.get("score"),
        "method": instance.provenance.version,
    }
