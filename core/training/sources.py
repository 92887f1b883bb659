"""Where composites' ingredients lie: COCO sets, cut-outs with alpha and photos, named by file, folder or pattern."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from core.storage.image_file import PHOTO_SUFFIXES, PhotoError
from core.training.coco_folder import LabelledImage, TrainingDataError, read_coco_folder
from core.training.coco_writer import ANNOTATIONS
from core.training.cutout import Cutout, cutout_from_alpha_file, cutouts_of
from core.training.ingredients import Stored, photos_from, scenes_from, store

_ALPHA_SUFFIXES = (".png", ".webp", ".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which pictures of a source are meant, by patterns on their file names, such as "street_*".

    only: nothing else, of labelled and cut-out pictures; exclude: never these, backgrounds too; upright: pictures whose
    sneakers stand as people do, and are hardly turned.
    """

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    upright: tuple[str, ...] = ()

    def takes(self, file: Path) -> bool:
        """Whether a labelled or cut-out picture is among those meant."""
        return (not self.only or _matches(file, self.only)) and not _matches(file, self.exclude)


@dataclass(frozen=True, slots=True)
class Sources:
    """The places as they were given: files, folders or patterns. images: what COCO file names are relative to."""

    cutouts: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()
    backgrounds: tuple[str, ...] = ()
    choice: Choice = Choice()
    images: Path | None = None


def gather(sources: Sources, file: Path) -> Stored:
    """Read all that sources name into one file of ingredients.

    Raises TrainingDataError (a sentence) where a source is missing or empty, or a picture of it cannot be read.
    """
    try:
        found = store(
            file,
            cutouts=_cutouts(sources),
            photos=photos_from(background_files(sources.backgrounds, sources.choice)),
            scenes=scenes_from(image for place in sources.scenes for image in _labelled(place, sources)),
        )
    except PhotoError as error:
        raise TrainingDataError(str(error)) from error
    if sources.cutouts and not found.cutouts:
        named = ", ".join(sources.cutouts)
        raise TrainingDataError(f"{named} gives no cut-out of at least 16 px; label sneakers there, or widen --only.")
    return found


def background_files(places: Sequence[str], choice: Choice = Choice()) -> list[Path]:
    """The photos that files, folders and patterns name, sorted in each, without those excluded; raises as `gather`."""
    files = [file for place in places for file in _files(place, PHOTO_SUFFIXES)]
    left = [file for file in files if not _matches(file, choice.exclude)]
    if places and not left:
        raise TrainingDataError(f"{', '.join(places)}: no photo is left for the background; name another folder.")
    return left


def _cutouts(sources: Sources) -> Iterator[Cutout]:
    choice = sources.choice
    for place in sources.cutouts:
        if _is_coco(place):
            for image in _labelled(place, sources):
                yield from cutouts_of(image, upright=_matches(image.file, choice.upright))
            continue
        for file in _files(place, _ALPHA_SUFFIXES):
            if choice.takes(file):
                yield cutout_from_alpha_file(file, upright=_matches(file, choice.upright))


def _labelled(place: str, sources: Sources) -> Iterable[LabelledImage]:
    path = Path(place).expanduser()
    file = path / ANNOTATIONS if path.is_dir() else path
    if not file.is_file():
        raise TrainingDataError(f"{file} is not there; name a COCO file, or a folder with an {ANNOTATIONS}.")
    return [image for image in read_coco_folder(file, sources.images) if sources.choice.takes(image.file)]


def _is_coco(place: str) -> bool:
    path = Path(place).expanduser()
    return path.suffix.lower() == ".json" or (path / ANNOTATIONS).is_file()


def _files(place: str, suffixes: tuple[str, ...]) -> list[Path]:
    path = Path(place).expanduser()
    if path.is_file():
        return [path]
    if path.is_dir():
        found = [file for file in path.rglob("*") if file.is_file()]
    else:
        # Path.glob takes no absolute pattern, and a person's may be one.
        found = [Path(name) for name in glob.glob(str(path), recursive=True) if Path(name).is_file()]  # noqa: PTH207
    found = sorted(file for file in found if file.suffix.lower() in suffixes)
    if not found:
        kinds = ", ".join(suffix[1:] for suffix in suffixes)
        raise TrainingDataError(f"{place} is no folder, file or pattern with pictures in it ({kinds}).")
    return found


def _matches(file: Path, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(file.name, pattern) for pattern in patterns)
