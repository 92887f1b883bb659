"""The commands of a second, blind pass: begin one, and say what the two passes differ by."""

from __future__ import annotations

import argparse
from typing import Any

from core.commands.console import Answer, CommandError, opened, progress_bar, project_path
from core.labels.words import counted

_WORDS = {
    "mask_iou": "outlines, IoU",
    "contour_px": "outlines, mean distance",
    "rotation_deg": "rotation",
    "lateral_mm": "place across the ray",
    "depth_per_focal_pct": "distance by focal length",
    "keypoints_px": "keypoints",
}


def second_pass(arguments: argparse.Namespace) -> Answer:
    """Begin a second pass over a sample of the labelled photos: a project beside the first, without its labels."""
    from core.formats.second_pass import begin_second_pass, sampled, second_pass_file

    path = project_path(arguments.project)
    out = project_path(arguments.out) if arguments.out else second_pass_file(path)
    if out.absolute().parent != path.absolute().parent:
        raise CommandError(f"A second pass lies beside the first, in {path.absolute().parent}; leave --out out.")
    with opened(arguments.project) as document:
        ids = sampled(document.project, arguments.share, seed=arguments.seed)
        begin_second_pass(document, out.absolute(), ids, annotator=arguments.annotator)
    text = (
        f"Made {out} with {counted(len(ids), 'photo')} and none of their labels. "
        f"Label them, then: outsole agreement {path} {out}"
    )
    return Answer(text, {"project": str(out), "photos": len(ids)})


def agreement(arguments: argparse.Namespace) -> Answer:
    """Compare two passes over the same photos; --keep stores the keypoint sigmas in the first."""
    from core.formats.second_pass import agreement_to_json, compared, keep_sigmas
    from core.storage.reading import open_for_reading

    stores = [open_for_reading(project_path(name)) for name in (arguments.project, arguments.second)]
    try:
        with progress_bar("Comparing") as progress:
            content = agreement_to_json(compared(*stores, progress=progress))
    finally:
        for store in stores:
            store.close()
    if arguments.keep:
        if not content["sigmas"]:
            raise CommandError("No landmark is in eight pairs of shoes yet, so there is no sigma to keep.")
        with opened(arguments.project) as document:
            keep_sigmas(document.store, content["sigmas"])
    return Answer(agreement_text(content), content)


def agreement_text(content: dict[str, Any]) -> str:
    """The report as lines for people."""
    lines = [f"{counted(content['photos'], 'photo')}, {counted(content['shoes'], 'shoe')} in both passes."]
    for name, told in content["measures"].items():
        bounds = "" if told["interval"] is None else " [{:.3g}, {:.3g}]".format(*told["interval"])
        median, worst = (
            f"{told[key]:.3g}{' ' if told['unit'] else ''}{told['unit']}" for key in ("median", "worst_tenth")
        )
        lines.append(f"{_WORDS[name]}: median {median}{bounds}, worst tenth beyond {worst} (n = {told['n']})")
    if content["sides_differ"]:
        lines.append(f"{content['sides_differ']} shoes are called left in one pass and right in the other.")
    for key, words in (("only_first", "first"), ("only_second", "second")):
        if content[key]:
            files = sorted({file for file, _ in content[key]})
            shoes = counted(len(content[key]), "shoe is", "shoes are")
            lines.append(f"{shoes} in the {words} pass alone: {', '.join(files[:5])}")
    sigmas = ", ".join(f"{name} {sigma:.4f}" for name, sigma in content["sigmas"].items())
    lines.append(
        f"COCO sigmas: {sigmas}" if sigmas else "COCO sigmas: none yet; a landmark must be in eight shoes of both."
    )
    return "\n".join(lines)
