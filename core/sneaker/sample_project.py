"""The sample project: the shipped photos beside a new project file, with the house's shoes in its library.

One photo is labelled completely, two are begun, the rest are to do.
"""

from __future__ import annotations

import filecmp
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from core.document.document import Document
from core.document.edit import Change, Edit
from core.labels.instance import Instance, PoseEstimate, new_id
from core.labels.photo import Photo, Review, Status
from core.sneaker.sample_truth import SHIPPED_WITH, TrueShoe, true_scene
from core.sneaker.shipped import SAMPLE_FOLDER, shipped_high_top, shipped_sneaker

REVIEWER = "Outsole"
PROJECT_NAME = "sample.outsole"
_SHOE, _SMOOTH_PX = "sneaker", 0.8
_MODEL_IN_USE = "model_in_use"  # as the window keeps it in a project


@dataclass(frozen=True, slots=True)
class SamplePhoto:
    """One photo of the sample: what its notes say, how many of its shoes are outlined, and how many of those posed."""

    file: str
    note: str
    outlined: int = 0
    posed: int = 0
    is_checked: bool = False


SAMPLE_PHOTOS = (
    SamplePhoto("sneaker_on_wood.jpg", "Labelled and checked: see how it is done.", 1, 1, is_checked=True),
    SamplePhoto("pair_on_concrete.jpg", "The right shoe is done. S outlines the left one, Q finds its pose.", 1, 1),
    SamplePhoto(
        "worn_on_asphalt.jpg",
        "Shoe and trouser leg are outlined. Choose the shoe; Q finds its pose behind the leg.",
        1,
    ),
    SamplePhoto("left_on_paper.jpg", "S outlines the shoe, Q finds its pose, Enter takes it."),
    SamplePhoto("lying_on_asphalt.jpg", "It lies on its side and shows its sole."),
    SamplePhoto("high_top_on_concrete.jpg", "Another model: choose “Outsole high-top” in the library, then Q."),
    SamplePhoto("pair_touching_on_carpet.jpg", "Two shoes that touch: outline them one by one, then Q on each."),
    SamplePhoto("box_in_the_evening.jpg", "A hard one: dark, close, and a box hides the heel. Outline the box with O."),
)


def create_sample_project(path: Path, *, first_is_bare: bool = False) -> None:
    """Make `path` (.outsole) with the sample photos copied beside it and the house's shoes in its library.

    Its folder is made if need be. first_is_bare: the first photo, too, is to do, for somebody to learn on. Raises
    FileExistsError when `path` exists, FileNotFoundError when the samples are not installed, and StorageError when the
    project cannot be written.
    """
    # Both load heavy libraries (SQLAlchemy, Pillow), which the window has only after its first paint.
    from core.storage.database import create_project
    from core.storage.image_file import photo_from_file

    path = Path(path)
    if path.exists():
        raise FileExistsError(f"{path} exists already; open it, or choose another name for the sample project.")
    shipped = [one for one in SAMPLE_PHOTOS if (SAMPLE_FOLDER / one.file).is_file()]
    if not shipped:
        raise FileNotFoundError(f"The sample photos are missing from {SAMPLE_FOLDER}; install the program again.")
    path.parent.mkdir(parents=True, exist_ok=True)
    store = create_project(path)
    try:
        changes: list[Change] = []
        models = (shipped_sneaker(), shipped_high_top())
        for model, mesh in models:
            store.add_mesh(mesh)
            changes.append((None, model))
        store.set_setting(_MODEL_IN_USE, models[0][0].id)
        for position, one in enumerate(shipped):
            file = Path(shutil.copyfile(SAMPLE_FOLDER / one.file, path.parent / one.file))
            photo = photo_from_file(file, project_folder=path.parent, position=position)
            is_bare = first_is_bare and position == 0
            changes.append((None, photo if is_bare else _labelled(photo, one)))
        Document(store).commit(Edit("Sample project", tuple(changes)))
        store.forget_history()  # else one undo too many would take the sample itself away
    finally:
        store.close()


def is_current_sample(project: Path) -> bool:
    """Whether the photos beside a sample project are those that are shipped now."""
    pairs = ((SAMPLE_FOLDER / one.file, project.parent / one.file) for one in SAMPLE_PHOTOS)
    return all(mine.is_file() and filecmp.cmp(shipped, mine, shallow=False) for shipped, mine in pairs)


def newest_sample(folder: Path) -> Path | None:
    """The sample project last begun in a folder of samples, or None."""
    found = [path for path in _samples(folder) if path.is_file()]
    return found[-1] if found else None


def next_sample(folder: Path) -> Path:
    """Where a fresh copy of the sample goes: a place that nothing has been in."""
    return next(path for path in _samples(folder) if not path.parent.exists())


def _samples(folder: Path) -> list[Path]:
    """The places of all samples that may be in a folder, the first one's first, and one more."""
    highest = 1
    for path in folder.parent.glob(f"{folder.name}-*"):
        number = path.name.removeprefix(f"{folder.name}-")
        highest = max(highest, int(number)) if number.isdigit() else highest
    folders = [folder, *(folder.with_name(f"{folder.name}-{number}") for number in range(2, highest + 2))]
    return [each / PROJECT_NAME for each in folders]


def _labelled(photo: Photo, one: SamplePhoto) -> Photo:
    """The photo with what the sample comes with."""
    photo = photo.with_notes(one.note)
    scene = true_scene(photo.sha256)
    if scene is None or not one.outlined:
        return photo
    instances = [
        _instance(shoe, photo, is_posed=number < one.posed) for number, shoe in enumerate(scene.shoes[: one.outlined])
    ]
    for hiding in scene.hiding:
        region = hiding.outline.simplified(_SMOOTH_PX)
        instances.append(Instance(new_id(), hiding.category, region=region, provenance=SHIPPED_WITH))
    photo = photo.with_instances(tuple(instances))
    if not one.is_checked:
        return photo
    return photo.with_status(Status.CHECKED, Review(REVIEWER, datetime.now(UTC).isoformat(timespec="seconds")))


def _instance(shoe: TrueShoe, photo: Photo, *, is_posed: bool) -> Instance:
    region = shoe.outline.simplified(_SMOOTH_PX)
    instance = Instance(new_id(), _SHOE, shoe.side, region=region, provenance=SHIPPED_WITH)
    if not is_posed:
        return instance
    estimate = PoseEstimate(shoe.camera_from_shoe, camera_source=photo.camera.source, provenance=SHIPPED_WITH)
    return replace(instance, model_id=shoe.model_id, size=shoe.size, pose_estimate=estimate)
