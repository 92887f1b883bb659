"""What a training is to do: the data sets, the net and the method, from a recipe file and from flags."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from core.storage.image_file import PHOTO_SUFFIXES, PhotoError, read_info
from core.training.coco_folder import LabelledImage, TrainingDataError, read_coco_folder
from core.training.dataset import WeightedImages
from core.training.lesson import Method, Optimiser, Schedule, TrainingError
from core.training.losses import LossWeights
from core.vision.unet import STRIDE, Architecture, EncoderKind, NetSpec

COCO_NAME = "annotations.coco.json"
SMALLEST_PX, LARGEST_PX = 32, 2048


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """One data set: a COCO file, a folder that holds one, or a folder of photos without any sneaker (`empty`).

    images: the folder its file names start from, None for the COCO file's own.

    only, exclude: patterns of names (file_name in COCO; * also matches /). parts of `of`: of the names in order, those
    whose place divided by `of` leaves a rest in `parts`. weight: how often its pictures are drawn, all together.
    """

    path: Path
    weight: float = 1.0
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    parts: tuple[int, ...] = ()
    of: int = 1
    empty: bool = False
    images: Path | None = None

    def read(self) -> WeightedImages:
        """Its pictures; raises TrainingDataError."""
        images = _empty_images(self.path) if self.empty else read_coco_folder(_annotations_in(self.path), self.images)
        images = tuple(sorted(images, key=lambda image: image.name))
        if self.parts:
            images = tuple(image for place, image in enumerate(images) if place % self.of in self.parts)
        chosen = tuple(image for image in images if self._takes(image.name))
        if not chosen:
            patterns = ", ".join((*self.only, *(f"not {one}" for one in self.exclude))) or "no pattern"
            raise TrainingDataError(f"{self.path}: none of its {len(images)} photos is left by the names ({patterns}).")
        return WeightedImages(chosen, self.weight)

    def _takes(self, name: str) -> bool:
        if self.only and not any(fnmatchcase(name, pattern) for pattern in self.only):
            return False
        return not any(fnmatchcase(name, pattern) for pattern in self.exclude)


@dataclass(frozen=True, slots=True)
class Hardware:
    """What a training runs on; strategy, devices and nodes are Lightning's own words.

    precision: "auto", or Lightning's ("bf16-mixed", "32-true"…). workers: processes that load pictures, -1 for one a
    core but one. threads: of the processor, 0 for torch's choice. cache_mb: memory for pictures.
    """

    precision: str = "auto"
    strategy: str = "auto"
    devices: str = "auto"
    nodes: int = 1
    workers: int = -1
    threads: int = 0
    cache_mb: int = 2048


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """All that decides what comes out of a training. samples: pictures an epoch (0: as many as the data sets hold).

    patience: epochs without a better val_dice before it ends, 0 for never. minutes: of this run, 0 for no limit.
    start: weights to begin with, instead of ImageNet's.
    """

    training: tuple[PhotoSet, ...]
    validation: tuple[PhotoSet, ...]
    out: Path
    net: NetSpec = field(default_factory=NetSpec)
    method: Method = field(default_factory=Method)
    hardware: Hardware = field(default_factory=Hardware)
    size_px: int = 256
    validation_size_px: int = 0
    batch: int = 16
    epochs: int = 30
    samples: int = 0
    seed: int = 0
    augmented: bool = True
    imagenet: bool = True
    patience: int = 0
    minutes: float = 0.0
    start: Path | None = None

    def checked(self) -> TrainingPlan:
        """Itself; raises TrainingError for a number that makes no sense."""
        for name, size in (("size", self.size_px), ("validation_size", self.validation_size_px or self.size_px)):
            if size % STRIDE or not SMALLEST_PX <= size <= LARGEST_PX:
                raise TrainingError(f"{name} is a multiple of {STRIDE} from {SMALLEST_PX} to {LARGEST_PX}, not {size}.")
        for name, count in (("batch", self.batch), ("epochs", self.epochs)):
            if count < 1:
                raise TrainingError(f"{name} is a whole number of at least 1, not {count}.")
        if not self.method.rate > 0:
            raise TrainingError(f"rate, the learning rate, is above 0, not {self.method.rate}.")
        if not self.training:
            raise TrainingError("There is nothing to learn from: name a data set with --data, or a --recipe.")
        return self


def plan_from_recipe(file: Path, *, roots: Sequence[Path], out: Path) -> TrainingPlan:
    """The plan of a TOML recipe; its data sets are looked for below `roots`, the first that has one wins.

    Raises TrainingError naming the file and the key.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TrainingError(f"There is no recipe at {file}; check the path.") from error
    except (OSError, ValueError) as error:
        raise TrainingError(f"{file} is no recipe: {error}.") from error
    try:
        own = dict(content.get("plan", {}))
        return replace(
            TrainingPlan(
                _sets(content, "train", roots=roots), _sets(content, "validation", roots=roots), out, **_sizes(own)
            ),
            net=NetSpec.from_json({**NetSpec().to_json(), **content.get("net", {})}),
            method=method_from(content.get("method", {}), losses=content.get("losses", {})),
            hardware=Hardware(**content.get("hardware", {})),
        )
    except TrainingError as error:
        raise TrainingError(f"{file}: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TrainingError(f"{file} has a key that is missing or wrong: {error}. See the shipped recipe.") from error


def method_from(content: Mapping[str, Any], *, losses: Mapping[str, Any]) -> Method:
    """A Method of plain values; raises TypeError or ValueError for unknown ones."""
    words: dict[str, Any] = dict(content)
    if "optimiser" in words:
        words["optimiser"] = Optimiser(words["optimiser"])
    if "schedule" in words:
        words["schedule"] = Schedule(words["schedule"])
    return Method(**words, losses=LossWeights(**losses))


def net_from(architecture: str, encoder: str, *, of: NetSpec) -> NetSpec:
    """`of` with another architecture or encoder, where one is named."""
    return replace(
        of,
        architecture=Architecture(architecture) if architecture else of.architecture,
        encoder=EncoderKind(encoder) if encoder else of.encoder,
    )


def _sizes(content: dict[str, Any]) -> dict[str, Any]:
    renamed = {"size": "size_px", "validation_size": "validation_size_px"}
    return {renamed.get(name, name): value for name, value in content.items()}


def _sets(content: Mapping[str, Any], key: str, *, roots: Sequence[Path]) -> tuple[PhotoSet, ...]:
    found: list[PhotoSet] = []
    for index, entry in enumerate(content.get(key, [])):
        words = dict(entry)
        pattern = words.pop("set")
        unknown = set(words) - {one.name for one in fields(PhotoSet)}
        if unknown:
            raise TrainingError(f"{key}[{index}] has a key nobody knows: {min(unknown)}.")
        for name in ("only", "exclude", "parts"):
            words[name] = tuple(words.get(name, ()))
        paths = _found(pattern, roots)
        if "images" in words:
            words["images"] = next(iter(_found(words["images"], roots)), roots[0] / words["images"])
        if not paths and not words.pop("optional", False):
            below = ", ".join(str(root) for root in roots)
            raise TrainingError(f"{key}[{index}].set names {pattern}, and there is none below {below}; see --root.")
        weight = float(words.pop("weight", 1.0)) / max(len(paths), 1)
        found += [PhotoSet(path, weight=weight, **words) for path in paths]
    return tuple(found)


def _found(pattern: str, roots: Sequence[Path]) -> list[Path]:
    for root in roots:
        paths = sorted(root.glob(pattern)) if "*" in pattern else [root / pattern]
        paths = [path for path in paths if path.exists()]
        if paths:
            return paths
    return []


def _annotations_in(path: Path) -> Path:
    if path.is_dir():
        return path / COCO_NAME
    return path


def _empty_images(folder: Path) -> tuple[LabelledImage, ...]:
    if not folder.is_dir():
        raise TrainingDataError(f"There is no folder of photos at {folder}; check the path.")
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in PHOTO_SUFFIXES)
    try:
        return tuple(LabelledImage(file, file.name, read_info(file).size_px, (), ()) for file in files)
    except PhotoError as error:
        raise TrainingDataError(str(error)) from error
