"""A whole project written in one or several formats, with one report: what the command line and the window both do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.document.store import Store
from core.formats.merging import Progress
from core.formats.report import Report
from core.formats.split import Split
from core.labels.photo import Photo, Status
from core.labels.project import Project

FORMATS = ("coco", "coco_keypoints", "labelme")


def export_project(
    store: Store,
    formats: Sequence[str],
    *,
    project_folder: Path,
    out_dir: Path,
    split: Split | None = None,
    seed: int = 0,
    checked_only: bool = False,
    progress: Progress | None = None,
) -> tuple[Report, ...]:
    """Write the formats (of FORMATS) into `out_dir`, labelme into a folder of its own in it; a report each.

    Photos are read one by one. Raises ValueError for a format nobody knows, and StorageError and OSError.
    """
    project = store.load_project()
    if checked_only:
        kept = {key: entry for key, entry in project.entries.items() if entry.status is Status.CHECKED}
        project = project.with_entries(kept)
    reports = []
    for index, name in enumerate(formats):
        if name not in FORMATS:
            raise ValueError(f"“{name}” is no format to export to; there are {', '.join(FORMATS)}")

        def told(fraction: float, text: str, done: int = index) -> None:
            if progress is not None:
                progress((done + fraction) / len(formats), text)

        reports.append(
            _exported(
                name, store, project, folder=project_folder, out_dir=out_dir, split=split, seed=seed, progress=told
            )
        )
    return tuple(reports)


def _exported(
    name: str,
    store: Store,
    project: Project,
    *,
    folder: Path,
    out_dir: Path,
    split: Split | None,
    seed: int,
    progress: Progress,
) -> Report:
    common = {"out_dir": out_dir, "split": split, "seed": seed, "progress": progress}
    if name == "coco":
        from core.formats.coco import export_coco

        return export_coco(_photos(store, project), project, **common)  # type: ignore[arg-type]
    if name == "coco_keypoints":
        from core.formats.coco_keypoints import export_coco_keypoints

        return export_coco_keypoints(_photos(store, project), project, mesh_of=store.mesh, **common)  # type: ignore[arg-type]
    from core.formats.labelme import kept_extras
    from core.formats.labelme_export import export_labelme

    labelled = ((photo, kept_extras(photo.id, store)) for photo in _photos(store, project))
    return export_labelme(labelled, project, project_folder=folder, out_dir=out_dir / "labelme", progress=progress)


def _photos(store: Store, project: Project) -> Iterator[Photo]:
    return (store.load_photo(photo_id) for photo_id in project.entries)
