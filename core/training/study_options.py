"""What a person decides about a study, and the trainings and data sets that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.training.coco_folder import LabelledImage
from core.training.lesson import Method
from core.training.plan import Hardware, PhotoSet, TrainingPlan
from core.training.study_sets import Composites, Parted, make_composites, some_of, write_photo_set
from core.vision.unet import EncoderKind, NetSpec

# So often a net is measured while it is taught, for the curves.
POINTS = 8


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """The numbers of a study. steps, batch: of each training; composites: pictures made for each set of cut-outs;
    threads: of the processor, 0 for torch's choice; minutes: of this call, 0 for no limit.
    """

    size_px: int = 128
    steps: int = 600
    batch: int = 8
    seeds: int = 3
    encoder: EncoderKind = EncoderKind.MOBILENET_V2
    imagenet: bool = True
    precision: str = "auto"
    threads: int = 0
    workers: int = 0
    composites: int = 600
    backgrounds: tuple[str, ...] = ()
    minutes: float = 0.0

    @property
    def spec(self) -> NetSpec:
        """The net that most arms teach."""
        return NetSpec(encoder=self.encoder)

    @property
    def pictures(self) -> int:
        """That a training shows a net."""
        return self.points * (self.steps // self.points) * self.batch

    @property
    def points(self) -> int:
        """Epochs, each with as many steps."""
        return min(POINTS, max(self.steps, 1))

    def settings(self, photos: Parted) -> dict[str, Any]:
        """What decides the outcome; how fast it is reached is left out."""
        content = asdict(self)
        for name in ("seeds", "threads", "workers", "minutes"):
            del content[name]
        content["encoder"] = self.encoder.value
        content["backgrounds"] = list(self.backgrounds)
        for part in ("training", "validation"):
            content[part] = [photo.name for photo in getattr(photos, part)]
        return content


def plan_of(options: StudyOptions, sets: Sequence[Path], *, validation: Path, seed: int, look_px: int) -> TrainingPlan:
    """A training on COCO files that count alike, all else as the options say; its folder is yet to be named."""
    points = options.points
    return TrainingPlan(
        tuple(PhotoSet(file) for file in sets),
        (PhotoSet(validation),),
        Path(),
        net=options.spec,
        method=Method(),
        hardware=Hardware(precision=options.precision, threads=options.threads, workers=options.workers),
        size_px=options.size_px,
        validation_size_px=look_px,
        batch=options.batch,
        epochs=points,
        samples=options.batch * max(options.steps // points, 1),
        seed=seed,
        imagenet=options.imagenet,
    )


class StudySets:
    """The data sets of a study, written into its folder when an arm first needs them."""

    def __init__(self, folder: Path, photos: Parted, options: StudyOptions) -> None:
        self._folder = folder / "sets"
        self._photos = photos
        self._options = options

    def validation(self) -> Path:
        """The photos to measure on."""
        return write_photo_set(self._folder / "validation.json", self._photos.validation)

    def photos(self, count: int, seed: int) -> Path:
        """So many hand-labelled photos (0: all), drawn by the seed."""
        return write_photo_set(self._folder / f"photos-{count}-{seed}.json", self._some(count, seed))

    def composites(self, count: int, seed: int) -> Path:
        """Composites of the sneakers of the same photos, at twice the size that nets see, of which they see parts."""
        options = self._options
        asked = Composites(options.composites, 2 * options.size_px, options.backgrounds, max(options.workers, 1))
        folder = self._folder / f"composites-{count}-{seed}"
        return make_composites(folder, self._some(count, seed), asked, seed=seed)

    def _some(self, count: int, seed: int) -> tuple[LabelledImage, ...]:
        return some_of(self._photos.training, count, seed=seed)


Prepared = Callable[[int], TrainingPlan]


def prepared(
    options: StudyOptions,
    sets: Callable[[int], Sequence[Path]],
    *,
    validation: Callable[[], Path],
    look_px: int,
    change: Callable[[TrainingPlan], TrainingPlan] = lambda plan: plan,
) -> Prepared:
    """A plan for a seed, made when it is asked for; `change` is what the arm does otherwise than the others."""

    def plan(seed: int) -> TrainingPlan:
        return change(plan_of(options, sets(seed), validation=validation(), seed=seed, look_px=look_px)).checked()

    return plan


def with_method(**words: Any) -> Callable[[TrainingPlan], TrainingPlan]:
    """The same training by another method."""
    return lambda plan: replace(plan, method=replace(plan.method, **words))
