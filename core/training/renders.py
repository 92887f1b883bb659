"""Training renders: sets of shaded pictures of random sneakers with exact truth, and cut-outs with transparency."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from core.labels.shoe_model import LANDMARK_LINKS, LANDMARK_NAMES
from core.training.coco_writer import CATEGORY, CocoFolderWriter, WrittenImage, write_image
from core.training.cutout import Cutout, cutout_from_alpha_file
from core.training.random_shoes import ShoeLibrary
from core.training.render_scene import rendered_cutout, rendered_picture, written_instances
from core.training.render_stage import RenderStage

Progress = Callable[[int, int], bool | None]

OWN_SHARE = 0.5
_LEAST_PX, _MOST_PX = 32, 2048
_PICTURE, _CUTOUT = 1, 2


class RenderSetError(ValueError):
    """A set of renders that cannot be made; the text is a sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class RenderJob:
    """What every worker needs to know. own_share: how often our own sneaker is drawn beside the models, 0..1."""

    out: Path
    models: tuple[Path, ...]
    size_px: int
    seed: int
    backgrounds: tuple[Path, ...] = ()
    own_share: float = OWN_SHARE


def render_set(
    out: Path,
    *,
    models: Sequence[Path],
    count: int,
    size_px: int,
    seed: int,
    backgrounds: Sequence[Path] = (),
    workers: int = 1,
    progress: Progress | None = None,
    own_share: float = OWN_SHARE,
) -> Path:
    """Write `count` pictures as a training set into a new folder; returns its COCO file.

    models: mesh files; backgrounds: photos. Picture k depends on the seed and k alone, not on the workers.
    progress(done, count) may return False to stop; what is done is then kept. Raises RenderSetError, MeshFileError,
    CocoFolderError.
    """
    job = _checked(RenderJob(out, tuple(models), size_px, seed, tuple(backgrounds), own_share), count)
    named = {"keypoints": list(LANDMARK_NAMES), "skeleton": [[a + 1, b + 1] for a, b in LANDMARK_LINKS]}
    recipe = {
        "command": "outsole synth --kind renders",
        "seed": seed,
        "size_px": size_px,
        "sources": {"models": [file.name for file in models], "backgrounds": [file.name for file in backgrounds]},
        "own_share": own_share if models else 1.0,
    }
    with CocoFolderWriter(out, recipe=recipe, categories=({**CATEGORY, **named},)) as writer:
        for done, image in enumerate(_made(job, _PICTURE, count, workers), start=1):
            assert isinstance(image, WrittenImage)
            writer.merge([image])
            if progress is not None and progress(done, count) is False:
                return writer.close(complete=False)
        return writer.close()


def render_cutouts(
    out: Path,
    *,
    models: Sequence[Path],
    count: int,
    size_px: int,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
    own_share: float = OWN_SHARE,
) -> Iterator[Cutout]:
    """Write `count` sneakers with transparency as PNGs NUMBER_SOURCE_SIDE.png into a folder, and give each as a Cutout.

    Arguments as of `render_set`.
    """
    job = _checked(RenderJob(out, tuple(models), size_px, seed, (), own_share), count)
    out.mkdir(parents=True, exist_ok=True)
    for done, file in enumerate(_made(job, _CUTOUT, count, workers), start=1):
        assert isinstance(file, Path)
        yield cutout_from_alpha_file(file)
        if progress is not None and progress(done, count) is False:
            return


def _checked(job: RenderJob, count: int) -> RenderJob:
    if count < 1:
        raise RenderSetError(f"{count} pictures cannot be made; ask for at least one.")
    if not _LEAST_PX <= job.size_px <= _MOST_PX:
        raise RenderSetError(f"A side of {job.size_px} px is outside {_LEAST_PX} to {_MOST_PX}; choose one inside.")
    if not 0.0 <= job.own_share <= 1.0:
        raise RenderSetError(f"The share of the program's own sneaker is 0 to 1, not {job.own_share:g}.")
    for file in (*job.models, *job.backgrounds):
        if not file.is_file():
            raise RenderSetError(f"{file}: there is no such file; was it moved or renamed?")
    return job


def _made(job: RenderJob, kind: int, count: int, workers: int) -> Iterator[WrittenImage | Path]:
    """The pictures in order, made here or by processes of their own."""
    if workers <= 1:
        artist = _Artist(job)
        try:
            yield from (artist.made(kind, number) for number in range(count))
        finally:
            artist.close()
        return
    # OpenGL in a forked process hangs, and Windows has no fork: always spawn.
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, _begin, (job,)) as pool:
        yield from islice(pool.imap(_work, ((kind, number) for number in range(count)), chunksize=2), count)


class _Artist:
    """A worker's stage and library."""

    def __init__(self, job: RenderJob) -> None:
        self._job = job
        self._library = ShoeLibrary(job.models, seed=job.seed, own_share=job.own_share)
        self._stage = RenderStage()

    def made(self, kind: int, number: int) -> WrittenImage | Path:
        """Picture or cut-out `number`, written."""
        rng = np.random.default_rng([self._job.seed, kind, number])
        return self._picture(rng, number) if kind == _PICTURE else self._cutout(rng, number)

    def close(self) -> None:
        """Give the window back."""
        self._stage.close()

    def _picture(self, rng: np.random.Generator, number: int) -> WrittenImage:
        job = self._job
        picture = rendered_picture(self._library, self._stage, rng, size_px=job.size_px, backgrounds=job.backgrounds)
        quality = int(rng.integers(68, 97))
        instances = written_instances(picture)
        return write_image(job.out, picture.pixels, instances, name=f"render_{number:06d}", quality=quality)

    def _cutout(self, rng: np.random.Generator, number: int) -> Path:
        import cv2

        rgba, shoe = rendered_cutout(self._library, self._stage, rng, size_px=self._job.size_px)
        path = self._job.out / f"{number:06d}_{shoe.form.source}_{shoe.side.value}.png"
        # cv2.imwrite cannot write to every name on Windows; bytes can.
        path.write_bytes(cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA))[1].tobytes())
        return path


_artists: list[_Artist] = []


def _begin(job: RenderJob) -> None:
    # One thread a worker: the workers are the parallelism. Software OpenGL and numeric libraries read these once.
    for name in ("LP_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    import cv2

    cv2.setNumThreads(1)
    _artists.append(_Artist(job))


def _work(task: tuple[int, int]) -> WrittenImage | Path:
    return _artists[0].made(*task)
