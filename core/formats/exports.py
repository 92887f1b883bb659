"""One export in several formats: which photos go in, where each format goes, and what is told of it."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.document.store import Store
from core.formats.json_file import FormatError
from core.formats.merging import Progress
from core.formats.pose_checks import pose_lines, without_doubtful
from core.formats.report import Outcome, Report, ReportLine
from core.formats.split import Split
from core.labels.photo import Photo, Status
from core.labels.project import Project

YOLO = {"yolo": "segment", "yolo_pose": "pose", "yolo_detect": "detect"}  # format to the kind of its lines
FORMATS = ("coco", "coco_keypoints", "labelme", "bop", *YOLO)
BOP_FOLDER = "bop"
_NAMES = {"coco": "COCO", "coco_keypoints": "COCO keypoints", "bop": "BOP", "yolo": "YOLO", "yolo_pose": "YOLO pose"}


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What to write. formats: of `FORMATS`. split and seed are for COCO, BOP and YOLO.

    checked_only leaves out all photos that nobody checked; sure_only all poses that are in doubt.
    """

    formats: tuple[str, ...]
    out_dir: Path
    split: Split | None = None
    seed: int = 0
    checked_only: bool = False
    sure_only: bool = False


def export_project(
    plan: ExportPlan, store: Store, *, project_folder: Path, progress: Progress | None = None
) -> tuple[Report, ...]:
    """Write a stored project; a report for each format. COCO goes to out_dir, the others into folders in it.

    Photos are read one at a time. Raises ValueError, with a sentence, for an unknown format, when something else is
    where BOP's or YOLO's folder or COCO's file should be, and when the disk refuses.
    """
    try:
        return _exported(plan, store, project_folder, progress)
    except OSError as error:
        raise _refusal(plan.out_dir, error) from error


def yolo_folder_name(name: str) -> str:
    """Where a YOLO format goes in the export's folder: "yolo-pose" for "yolo_pose"."""
    return name.replace("_", "-")


def place_in(name: str, line: ReportLine, *, several: bool) -> str:
    """Where a format's line has its trouble; among lines of several formats the format is named, too."""
    if not several or line.outcome in (Outcome.TAKEN, Outcome.NOTED):  # these name their file, or are about the photo
        return line.key
    named = _NAMES.get(name, name.replace("yolo", "YOLO").replace("_", " "))
    return f"{named}, {line.key}" if line.key else named


def _exported(plan: ExportPlan, store: Store, project_folder: Path, progress: Progress | None) -> tuple[Report, ...]:
    unknown = set(plan.formats) - set(FORMATS)
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} cannot be written; the formats are {', '.join(FORMATS)}")
    everything = store.load_project()
    _check_places(plan, everything, project_folder)
    project = _wanted(everything, plan)
    reports = []
    for index, name in enumerate(plan.formats):
        told = None if progress is None else _part(progress, index, count=len(plan.formats))
        writers = {"coco": _coco, "coco_keypoints": _coco_keypoints, "labelme": _labelme, "bop": _bop}
        write = writers.get(name) or partial(_yolo, name)
        reports.append(write(plan, store, project, folder=project_folder, progress=told))
    if reports:
        lines = pose_lines(map(store.load_photo, project.entries), left_out=plan.sure_only)
        reports[0] = reports[0].with_lines(lines)
    return tuple(reports)


def _check_places(plan: ExportPlan, project: Project, project_folder: Path) -> None:
    """Raise FormatError, before anything is written, when a format would write over what is somebody else's."""
    for name, stem in (("coco", "instances"), ("coco_keypoints", "keypoints")):
        if name in plan.formats:
            from core.formats.coco import check_coco_files

            check_coco_files(plan.out_dir, stem, split=plan.split)
    if "bop" in plan.formats:
        from core.formats.bop_export import check_place

        check_place(plan.out_dir / BOP_FOLDER, project, project_folder)
    for name in YOLO:
        if name in plan.formats:
            from core.formats.yolo_folder import check_yolo_place

            check_yolo_place(plan.out_dir / yolo_folder_name(name), project, project_folder)


def _refusal(out_dir: Path, error: OSError) -> FormatError:
    """What the disk says, with the folder and what to do about it."""
    why = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FormatError(
            f"There is no room for the export in {out_dir} ({why}). Free some, or choose a folder on another drive; "
            "an earlier export there that was not reached is as it was."
        )
    return FormatError(
        f"The export to {out_dir} could not be written ({why}). Look whether you may write there and whether another "
        "program has one of its files open, or choose another folder."
    )


def _wanted(project: Project, plan: ExportPlan) -> Project:
    if not plan.checked_only:
        return project
    entries = {key: entry for key, entry in project.entries.items() if entry.status is Status.CHECKED}
    return project.with_entries(entries)


def _part(progress: Progress, index: int, *, count: int) -> Progress:
    return lambda fraction, text: progress((index + fraction) / count, text)


def _photos(plan: ExportPlan, store: Store, project: Project) -> map[Photo]:
    photos = map(store.load_photo, project.entries)
    return map(without_doubtful, photos) if plan.sure_only else photos


def _coco(plan: ExportPlan, store: Store, project: Project, *, folder: Path, progress: Progress | None) -> Report:
    from core.formats.coco import export_coco

    photos = _photos(plan, store, project)
    return export_coco(photos, project, out_dir=plan.out_dir, split=plan.split, seed=plan.seed, progress=progress)


def _coco_keypoints(
    plan: ExportPlan, store: Store, project: Project, *, folder: Path, progress: Progress | None
) -> Report:
    # Loads numba: in a process that is no window's.
    from core.formats.coco_keypoints import export_coco_keypoints
    from core.formats.second_pass import kept_sigmas

    return export_coco_keypoints(
        _photos(plan, store, project),
        project,
        out_dir=plan.out_dir,
        mesh_of=store.mesh,
        sigmas=kept_sigmas(store),
        split=plan.split,
        seed=plan.seed,
        progress=progress,
    )


def _bop(plan: ExportPlan, store: Store, project: Project, *, folder: Path, progress: Progress | None) -> Report:
    # Loads numba: in a process that is no window's.
    from core.formats.bop_export import export_bop

    return export_bop(
        _photos(plan, store, project),
        project,
        project_folder=folder,
        out_dir=plan.out_dir / BOP_FOLDER,
        mesh_of=store.mesh,
        split=plan.split,
        seed=plan.seed,
        progress=progress,
    )


def _yolo(
    name: str, plan: ExportPlan, store: Store, project: Project, *, folder: Path, progress: Progress | None
) -> Report:
    # Loads numba for keypoints: in a process that is no window's.
    from core.formats.yolo_export import export_yolo
    from core.formats.yolo_folder import YoloKind

    return export_yolo(
        _photos(plan, store, project),
        project,
        kind=YoloKind(YOLO[name]),
        project_folder=folder,
        out_dir=plan.out_dir / yolo_folder_name(name),
        mesh_of=store.mesh,
        split=plan.split,
        seed=plan.seed,
        progress=progress,
    )


def _labelme(plan: ExportPlan, store: Store, project: Project, *, folder: Path, progress: Progress | None) -> Report:
    from core.formats.labelme import kept_extras
    from core.formats.labelme_export import export_labelme

    photos = ((photo, kept_extras(photo.id, store)) for photo in _photos(plan, store, project))
    out_dir = plan.out_dir / "labelme"
    return export_labelme(photos, project, project_folder=folder, out_dir=out_dir, progress=progress)
