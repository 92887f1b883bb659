"""Examples of the commands, shown under their help and on the page of commands."""

from __future__ import annotations

import argparse
import textwrap
from types import MappingProxyType
from typing import Any

_WIDTH = 100

# Each a whole command line, as it can be typed, with what it is for.
EXAMPLES = MappingProxyType(
    {
        "new": (("outsole new shoes", "makes shoes.outsole, with the built-in sneaker in it"),),
        "add-photos": (("outsole add-photos shoes photos/", "every photo of a folder and of those inside it"),),
        "add-model": (
            ("outsole add-model shoes runner.glb --length 292", "axes and shoe of the pair are proposed"),
            ("outsole add-model shoes pair.obj --axes=-Z+Y --shoe right", "said instead of proposed"),
        ),
        "info": (("outsole info shoes --photos --json", "for a program"),),
        "stats": (("outsole stats shoes", "what is done, how long it took, and how long the rest will take"),),
        "check": (("outsole check shoes && outsole export shoes out --coco", "export only what is in order"),),
        "check-pose": (("outsole check-pose sample", "each shoe of the sample's photos, and how many are done"),),
        "segment": (
            ("outsole segment shoes --all", "outlines every sneaker that is not outlined yet"),
            ("outsole segment shoes --photo a.jpg --box 120,80,460,310", "what stands in a box"),
        ),
        "fit": (
            ("outsole fit shoes", "brings every pose onto its outline"),
            ("outsole fit shoes --anew", "finds poses of outlined shoes that have none"),
            ("outsole fit shoes --photo a.jpg --instance 1 --anew --hidden", "one shoe, partly hidden"),
        ),
        "import": (
            ("outsole import shoes labels/", "a folder of labelme files, or a BOP dataset"),
            ("outsole import shoes --coco instances.json --images photos/", "a COCO file"),
        ),
        "export": (
            ("outsole export shoes out --coco --coco-keypoints --split 0.8,0.1,0.1", "two files a set"),
            ("outsole export shoes out --bop --checked-only", "poses that somebody checked"),
            ("outsole export shoes out --yolo --yolo-pose --split 0.8,0.2,0", "a data.yaml each, with the photos"),
        ),
        "synth": (
            ("outsole synth made --kind renders --count 200 --seed 7", "renders of the built-in sneaker"),
            ("outsole synth made --cutouts out/instances.json --backgrounds rooms/", "composites of own cut-outs"),
        ),
        "train": (
            ("outsole train --data made --out runs/first --epochs 10", "ten epochs on a folder of synth"),
            ("outsole train --recipe packaging/training/recipe.toml --out runs/whole --resume", "goes on"),
        ),
        "evaluate": (("outsole evaluate --coco out/instances.json --worst worst", "and draws the ten worst"),),
        "second-pass": (("outsole second-pass shoes --share 0.2 --annotator Ada", "a fifth of the photos, again"),),
        "agreement": (('outsole agreement shoes "shoes second pass" --keep', "sigmas for the keypoint export"),),
        "silhouette": (
            ('outsole silhouette --unity "0 2.05 -2.28 22.957 0 0 60" --json', "a picture, and the pose"),
            ("outsole silhouette --serve --port 8080", "http://127.0.0.1:8080/silhouette?numbers=…"),
        ),
        "doctor": (("outsole doctor", "says what is missing here, and what to type"),),
        "tour": (("outsole tour out/tour", "then open out/tour/index.html"),),
        "bench": (
            ("outsole bench fit --cases 20 --seed 1", "how exact poses are, and how fast"),
            ("outsole bench agreement shoes.outsole --sheet passes.png", "how far two passes over it would differ"),
            ("outsole bench overlay", "how fast the window draws"),
        ),
    }
)


def described(name: str, text: str) -> dict[str, Any]:
    """What `add_parser` is told of a command: its sentence, wrapped, and its examples as they are written here."""
    lines = [f"  {line}\n      {meaning}" for line, meaning in EXAMPLES.get(name, ())]
    epilog = "\n".join(["for example:" if len(lines) == 1 else "examples:", *lines]) if lines else None
    return {
        "help": text,
        "description": textwrap.fill(f"{text[0].upper()}{text[1:]}.", _WIDTH),
        "epilog": epilog,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }
