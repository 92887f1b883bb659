"""A second, blind pass over some of a project's photos, and what the two passes differ by.

The second pass is a project of its own beside the first: it has the photos, models and categories, and no label.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.document.document import Document
from core.document.edit import Change, Edit
from core.document.store import Store
from core.formats.merging import Progress
from core.labels.photo import Photo, PhotoEntry, Status
from core.labels.project import Project
from core.labels.words import counted
from core.metrics.agreement import MEASURES, Agreement, agreement_of, same_photos
from core.metrics.intervals import Statistic, bootstrap_interval

SIGMAS_SETTING = "keypoint_sigmas"


def sampled(project: Project, share: float, *, seed: int) -> tuple[str, ...]:
    """Ids of a share of the photos that have labels and are not rejected, in list order, at least one of them.

    Raises ValueError when there is none, or when the share is not in 0..1.
    """
    if not 0.0 < share <= 1.0:
        raise ValueError(f"The share of photos for a second pass lies between 0 and 1, not at {share:g}.")
    labelled = [entry for entry in project.entries.values() if _is_done(entry)]
    if not labelled:
        raise ValueError("No photo of the project is labelled yet; a second pass compares with a first one.")
    count = max(1, round(share * len(labelled)))
    chosen = np.random.default_rng(seed).choice(len(labelled), size=count, replace=False)
    return tuple(labelled[int(at)].id for at in sorted(chosen))


def second_pass_file(project_file: Path) -> Path:
    """Where the second pass of a project is begun: beside it, so that the photos' paths stay true."""
    return project_file.with_name(f"{project_file.stem} second pass{project_file.suffix}")


def begin_second_pass(document: Document, file: Path, photo_ids: tuple[str, ...], *, annotator: str | None) -> None:
    """Make the project file of a second pass over some photos of a first, without a label.

    Raises StorageError when it cannot be made, as when there is one of that name already.
    """
    from core.storage.database import create_project

    project = document.project
    store = create_project(file, annotator=annotator)
    try:
        second = Document(store)
        for model in project.models.values():
            store.add_mesh(document.store.mesh(model.mesh_sha256))
        changes: list[Change] = [(None, model) for model in project.models.values()]
        known = second.project.categories
        changes += [(known.get(one.id), one) for one in project.categories.values() if known.get(one.id) != one]
        changes += [(one, None) for one in known.values() if one.id not in project.categories]
        second.commit(Edit("Begin a second pass", tuple(changes)))
        blind = tuple((None, _blinded(document.photo(i), at)) for at, i in enumerate(photo_ids))
        second.commit(Edit(f"Add {counted(len(blind), 'photo')}", blind))
    finally:
        store.close()


def compared(first: Store, second: Store, *, progress: Progress | None = None) -> Agreement:
    """What two passes over the same photos differ by; photos are known by their hash, else by their path.

    Raises ValueError when they have no photo in common that both have labelled.
    """
    projects = first.load_project(), second.load_project()
    stores = (first, second)
    photos = [
        [store.load_photo(entry.id) for entry in project.entries.values() if _is_done(entry)]
        for store, project in zip(stores, projects, strict=True)
    ]
    named = [[(photo.file, photo.sha256) for photo in some] for some in photos]
    same = same_photos(*named)
    if not same:
        raise ValueError(
            "The two projects have no labelled photo in common; a second pass is begun from the first project, "
            "and its photos are labelled before they are compared."
        )

    def pairs() -> Iterator[tuple[Photo, Photo]]:
        for at, (a, b) in enumerate(same):
            if progress is not None:
                progress(at / len(same), photos[0][a].file)
            yield photos[0][a], photos[1][b]

    return agreement_of(pairs(), projects)


def agreement_to_json(agreement: Agreement) -> dict[str, Any]:
    """Medians with 95 % bootstrap intervals, the sigmas, and every shoe, the most different first."""
    measures: dict[str, Any] = {}
    for name, unit in MEASURES.items():
        values = agreement.values(name)
        if len(values):
            files = [one.file for one in agreement.shoes if name in one.values]
            group_of = np.unique(files, return_inverse=True)[1].astype(np.int64)
            bounds = bootstrap_interval(values, group_of, statistic=Statistic.MEDIAN)
            worst = float(np.percentile(values, 10 if name == "mask_iou" else 90))
            told = {"median": float(np.median(values)), "interval": bounds, "worst_tenth": worst}
            measures[name] = told | {"n": len(values), "unit": unit}
    shoes = [
        {"file": one.file, "instances": list(one.instance_ids), "sides_differ": one.sides_differ, **one.values}
        for one in sorted(agreement.shoes, key=lambda one: one.values["mask_iou"])
    ]
    return {
        "photos": agreement.photos,
        "shoes": len(agreement.shoes),
        "only_first": [list(one) for one in agreement.only_first],
        "only_second": [list(one) for one in agreement.only_second],
        "sides_differ": sum(one.sides_differ for one in agreement.shoes),
        "measures": measures,
        "sigmas": agreement.sigmas(),
        "each": shoes,
    }


def keep_sigmas(store: Store, sigmas: Mapping[str, float]) -> None:
    """Have the project's keypoint exports carry these sigmas, by landmark name."""
    store.set_setting(SIGMAS_SETTING, json.dumps(dict(sigmas), sort_keys=True) if sigmas else None)


def kept_sigmas(store: Store) -> dict[str, float]:
    """The sigmas that were measured for a project; none where nobody did, or where they cannot be read."""
    try:
        told = json.loads(store.setting(SIGMAS_SETTING) or "{}")
        return {str(name): float(sigma) for name, sigma in told.items() if 0.0 < float(sigma) < 1.0}
    except (ValueError, TypeError, AttributeError):
        return {}


def _blinded(photo: Photo, position: int) -> Photo:
    return replace(photo, instances=(), status=Status.TODO, notes="", position=position, review=None)


def _is_done(entry: PhotoEntry) -> bool:
    return entry.instance_count > 0 and entry.status is not Status.REJECTED
