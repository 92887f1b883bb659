"""The command `outsole`: its subcommands and their options, and how answers and errors reach a person or a program."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from core.commands.console import BAD_INPUT, SUFFIX, Answer, spoken_errors
from core.commands.examples import described
from core.doctor.libraries import why_not_loaded

INTERRUPTED = 130
BENCHES = ("agreement", "fit", "gestures", "outlining", "overlay", "posing", "segment", "start", "ui")
_DESCRIPTION = """\
Outline sneakers in photos and record their 6-DoF pose.
Without a command, or with a project alone, the window opens.
"""
_EPILOG = """\
an example:
  outsole new shoes                                 makes shoes.outsole, with the built-in sneaker
  outsole add-photos shoes photos/
  outsole segment shoes --all
  outsole shoes.outsole                             opens the window: place the shoe, correct outlines
  outsole fit shoes && outsole check shoes
  outsole export shoes out --coco --coco-keypoints --split 0.8,0.1,0.1

exit codes: 0 all is well, 1 something was refused or is wrong, 2 bad usage or input
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0 ok, 1 problems found, 2 bad usage or input."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a Windows console may lack a letter of a file's name
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        arguments = _parsed(words)
    except SystemExit as stop:  # argparse has said its sentence, or its help
        return stop.code if isinstance(stop.code, int) else BAD_INPUT
    try:
        answer = _run(arguments)
    except KeyboardInterrupt:
        return _failed("Stopped. What was committed until then is kept.", arguments, INTERRUPTED)
    except ImportError as error:
        return _failed(why_not_loaded(error), arguments, BAD_INPUT)
    except spoken_errors() as error:
        return _failed(str(error), arguments, BAD_INPUT)
    except OSError as error:
        named = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        return _failed(f"{named}.", arguments, BAD_INPUT)
    if arguments.json and answer.content:  # a child has spoken for itself
        print(json.dumps({"ok": answer.code == 0, **answer.content}, ensure_ascii=False, default=str))
    elif answer.text:
        print(answer.text)
    return answer.code


def _run(arguments: argparse.Namespace) -> Answer:
    module, name = arguments.run
    answer: Answer = getattr(import_module(module), name)(arguments)
    return answer


def _failed(sentence: str, arguments: argparse.Namespace, code: int) -> int:
    print(f"outsole: {sentence}", file=sys.stderr)
    if arguments.json:
        print(json.dumps({"ok": False, "error": sentence}, ensure_ascii=False))
    return code


def _parsed(words: list[str]) -> argparse.Namespace:
    parser, commands = make_parser()
    first = words[0] if words else ""
    is_project = first.endswith(SUFFIX) or (bool(first) and not first.startswith("-") and Path(first).is_file())
    if not words or (len(words) == 1 and first not in commands and is_project):
        project = words[0] if words else ""
        return argparse.Namespace(project=project, json=False, run=("core.commands.window_commands", "open_window"))
    return parser.parse_args(words)


def make_parser() -> tuple[argparse.ArgumentParser, frozenset[str]]:
    """The parser of all commands, and their names."""
    parser = argparse.ArgumentParser(
        "outsole",
        usage="outsole [PROJECT] | outsole COMMAND …",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _project_commands(commands)
    _label_commands(commands)
    _exchange_commands(commands)
    _synth_command(commands)
    _training_commands(commands)
    _evaluate_command(commands)
    _agreement_commands(commands)
    _study_commands(commands)
    _silhouette_command(commands)
    _window_commands(commands)
    _doctor_command(commands)
    return parser, frozenset(commands.choices)


def _command(commands: Any, name: str, *, run: tuple[str, str], text: str, project: bool = True) -> Any:
    command = commands.add_parser(name, **described(name, text))
    command.set_defaults(run=(f"core.commands.{run[0]}", run[1]))
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else")
    if project:
        command.add_argument("project", metavar="PROJECT", help=f"the project file; {SUFFIX} may be left out")
    return command


def _project_commands(commands: Any) -> None:
    new = _command(commands, "new", run=("project_commands", "new"), text="make a project")
    new.add_argument("--empty", action="store_true", help="without the built-in sneaker as a shoe model")
    photos = _command(commands, "add-photos", run=("project_commands", "add_photos"), text="add photos to a project")
    photos.add_argument("files", metavar="FILE", nargs="+", help="image files, or folders of them")
    text = "add a shoe model from a mesh file (glb, obj, ply, stl)"
    model = _command(commands, "add-model", run=("project_commands", "add_model"), text=text)
    model.add_argument("mesh", metavar="MESH", help="the mesh file, or sneaker or high-top for a built-in one")
    model.add_argument("--axes", metavar="+X+Z", help="the file's directions of toe and up; proposed when left out")
    model.add_argument("--length", metavar="MM", type=float, help="the shoe's length in mm")
    model.add_argument("--shoe", choices=("left", "right", "all"), help="which shoe of a pair, or which foot it is for")
    model.add_argument("--name", help="what to call it")
    model.add_argument("--landmarks", metavar="JSON", help='{"toe tip": [x, y, z], …} in mm in the shoe frame')
    info = _command(commands, "info", run=("project_commands", "info"), text="say what a project holds")
    info.add_argument("--photos", action="store_true", help="list the photos as well")
    text = "look for missing photos, broken outlines, guessed cameras and poses that do not fit"
    _command(commands, "check", run=("check_command", "check"), text=text)
    text = "say how far poses in the sample's photos are from where the shoes really are"
    _command(commands, "check-pose", run=("truth_command", "check_pose"), text=text)
    text = "print progress, time and gestures a shoe, quality and the time left"
    stats = _command(commands, "stats", run=("stats_command", "stats"), text=text)
    stats.add_argument("--csv", action="store_true", help="as rows of section, name and value")


def _label_commands(commands: Any) -> None:
    text = "outline the sneakers of photos, or what stands in boxes"
    segment = _command(commands, "segment", run=("segment_commands", "segment"), text=text)
    text = "a photo, by path or file name; may be repeated"
    segment.add_argument("--photo", metavar="NAME", action="append", help=text)
    segment.add_argument("--all", action="store_true", help="every photo of the project")
    segment.add_argument("--box", metavar="X0,Y0,X1,Y1", action="append", help="a box in px; may be repeated")
    segment.add_argument("--boxes", metavar="JSON", help='boxes of many photos: {"a.jpg": [[x0, y0, x1, y1], …], …}')
    segment.add_argument("--category", default="sneaker", help="what is outlined (default: sneaker)")
    text = "who outlines: the network, GrabCut (in boxes), or the network first and then GrabCut (default)"
    segment.add_argument("--method", choices=("net", "grabcut", "net-first"), default="net-first", help=text)
    segment.add_argument("--net", metavar="NAME", default="", help="a shipped net, or a .safetensors file")
    segment.add_argument("--size", metavar="PX", type=int, default=512, help="longer side the net sees (default: 512)")
    segment.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"), help="where the net runs")
    text = "add only what is not outlined yet (default); --no-keep does earlier outlines of the machine anew"
    segment.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help=text)
    text = "refine poses from where they are against the outlines, or find them from the outlines alone"
    fit = _command(commands, "fit", run=("label_commands", "fit"), text=text)
    fit.add_argument("--photo", metavar="NAME", help="only this photo, by path or file name")
    fit.add_argument("--instance", metavar="N", help="only this instance of the photo, counted from 1, or its id")
    text = "find the poses of all outlined shoes from their outlines alone, also of those that have none yet"
    fit.add_argument("--anew", action="store_true", help=text)
    fit.add_argument(
        "--model", metavar="NAME", help="with --anew: the shoe model (default: the instance's, or the only)"
    )
    fit.add_argument("--any-view", action="store_true", help="with --anew: the shoe may lie or the photo be turned")
    text = "with --anew: parts may be hidden by what is not marked; takes longer"
    fit.add_argument("--hidden", action="store_true", help=text)
    text = "the camera's focal length is a guess: find it with the pose of a photo's first shoe"
    fit.add_argument("--free-focal", action="store_true", help=text)
    text = "the shoe is not just the model's: find its width and height with the pose (its length stays)"
    fit.add_argument("--free-shape", action="store_true", help=text)


def _exchange_commands(commands: Any) -> None:
    text = "merge labels of another tool into a project; nothing that is there is replaced"
    command = _command(commands, "import", run=("exchange_commands", "import_labels"), text=text)
    source = command.add_mutually_exclusive_group()
    text = "a BOP or YOLO dataset, a folder of labelme files, or a COCO file: it is looked at to tell which"
    source.add_argument("source", metavar="SOURCE", nargs="?", help=text)
    source.add_argument("--labelme", metavar="DIR", nargs="+", help="labelme files, or folders of them")
    source.add_argument("--coco", metavar="FILE", help="a COCO instances or keypoints file")
    source.add_argument("--bop", metavar="DIR", help="a BOP dataset, one of its sets, or a single scene")
    source.add_argument("--yolo", metavar="DIR", help="a YOLO data set: the folder of data.yaml, or that file")
    command.add_argument("--images", metavar="DIR", help="where the images of a COCO file lie (default: beside it)")
    text = "write a project's labels for other tools"
    command = _command(commands, "export", run=("exchange_commands", "export_labels"), text=text)
    command.add_argument("out", metavar="OUT", help="the folder to write to; an earlier export in it is replaced")
    command.add_argument("--coco", action="store_true", help="COCO instances: OUT/instances.json")
    command.add_argument("--coco-keypoints", action="store_true", help="COCO keypoints: OUT/keypoints.json")
    command.add_argument("--labelme", action="store_true", help="labelme, a file for each photo: OUT/labelme/")
    command.add_argument("--bop", action="store_true", help="a BOP dataset with models and masks: OUT/bop/")
    command.add_argument("--yolo", action="store_true", help="YOLO segmentation: OUT/yolo/data.yaml, images, labels")
    command.add_argument("--yolo-pose", action="store_true", help="YOLO keypoints: OUT/yolo-pose/")
    command.add_argument("--yolo-detect", action="store_true", help="YOLO boxes: OUT/yolo-detect/")
    names = ("coco", "coco-keypoints", "labelme", "bop", "yolo", "yolo-pose", "yolo-detect")
    text = f"the same by name: {', '.join(names)}; may be given several times"
    command.add_argument("--format", metavar="NAME", action="append", default=[], choices=names, help=text)
    command.add_argument("--checked-only", action="store_true", help="only photos that somebody checked")
    command.add_argument("--sure-only", action="store_true", help="leave out poses in doubt; their outlines stay")
    command.add_argument("--split", metavar="A,B,C", help="shares of train, val and test: 0.8,0.1,0.1 (not labelme)")
    command.add_argument("--seed", type=int, default=0, help="of the split; the same seed gives the same sets")


def _synth_command(commands: Any) -> None:
    text = "make a training set from cut-outs over backgrounds, or from rendered shoe models"
    synth = _command(commands, "synth", run=("synth_commands", "synth"), text=text, project=False)
    synth.add_argument("out", metavar="OUT", help="a new folder: images/, annotations.coco.json, recipe.json")
    text = "cut-outs over backgrounds, renders of shoe models, or cut-outs of such renders"
    synth.add_argument("--kind", choices=("composites", "renders", "cutouts"), default="composites", help=text)
    synth.add_argument("--count", metavar="N", type=int, default=1000, help="how many pictures (default: 1000)")
    synth.add_argument("--size", metavar="PX", type=int, default=512, help="their sides (default: 512)")
    synth.add_argument("--seed", metavar="N", type=int, default=0, help="the same seed gives the same pictures")
    many: dict[str, Any] = {"nargs": "+", "default": []}
    text = "photos: folders, files or patterns; beside them there are painted floors and walls"
    synth.add_argument("--backgrounds", metavar="PHOTOS", help=text, **many)
    text = "sneakers: COCO files, folders of them, or pictures with an alpha channel"
    synth.add_argument("--cutouts", metavar="SET", help=text, **many)
    text = "labelled photos (COCO) that serve as backgrounds and keep their own sneakers"
    synth.add_argument("--scenes", metavar="SET", help=text, **many)
    synth.add_argument("--images", metavar="DIR", help="what the COCO file names are relative to (default: its folder)")
    synth.add_argument("--only", metavar="GLOB", help="only labelled or cut-out pictures of such file names", **many)
    synth.add_argument("--exclude", metavar="GLOB", help="no picture of such a file name, backgrounds too", **many)
    synth.add_argument("--upright", metavar="GLOB", help="pictures in which shoes stand as people do", **many)
    synth.add_argument("--models", metavar="MESH", help="for renders: shoe models, beside the built-in one", **many)
    text = "for renders: share of the built-in sneaker beside the models, 0 to 1 (default: 0.5)"
    synth.add_argument("--own-share", metavar="SHARE", type=float, help=text)
    shares = {"empty": "without a sneaker", "photos": "with a photo behind", "own": "that are a scene of --scenes"}
    for (name, text), share in zip(shares.items(), (0.1, 0.45, 0.3), strict=True):
        synth.add_argument(f"--{name}", type=float, default=share, help=f"share of pictures {text} (default: {share})")
    synth.add_argument("--workers", metavar="N", type=int, default=0, help="processes (default: one a processor core)")


def _training_commands(commands: Any) -> None:
    run = ("train_commands", "train")
    train = _command(commands, "train", run=run, text="train a net that finds sneakers", project=False)
    train.add_argument(
        "--recipe", metavar="FILE", help="a recipe of data sets, net and method (TOML); flags win over it"
    )
    train.add_argument("--root", metavar="DIR", action="append", help="where the recipe's data sets lie; repeatable")
    train.add_argument("--data", metavar="SET", nargs="+", help="COCO files, or folders with annotations.coco.json")
    train.add_argument("--val", metavar="SET", nargs="+", help="the same, to measure on")
    train.add_argument("--out", metavar="DIR", required=True, help="where weights, table and curves are written")
    train.add_argument("--resume", action="store_true", help="go on with what is in OUT, if anything is")
    train.add_argument("--minutes", type=float, default=0.0, help="end in time, to be resumed (default: no limit)")
    train.add_argument("--init", metavar="FILE", help="weights to begin with (safetensors) instead of ImageNet's")
    text = "of the net (default: the recipe's, or unet)"
    train.add_argument("--architecture", default="", choices=("unet", "plain"), help=text)
    text = "what the net begins with (default: the recipe's, or mobilenet_v2)"
    train.add_argument("--encoder", default="", choices=("mobilenet_v2", "small"), help=text)
    train.add_argument("--optimiser", choices=("adam", "rmsprop"), help="the method")
    train.add_argument("--schedule", choices=("constant", "cosine", "cyclical"), help="of the learning rate")
    train.add_argument("--rate", type=float, help="the highest learning rate")
    train.add_argument("--size", metavar="PX", type=int, help="height and width of what the net sees, 128 to 1024")
    counts = {"batch": "pictures a step", "epochs": "in all", "samples": "pictures an epoch", "seed": "of all chance"}
    counts |= {"patience": "epochs without progress before it ends", "nodes": "machines", "cache-mb": "kept in memory"}
    counts |= {"workers": "processes that load pictures", "threads": "of the processor"}
    for name, text in counts.items():
        train.add_argument(f"--{name}", metavar="N", type=int, help=text)
    train.add_argument("--no-augment", action="store_true", help="show the pictures whole and as they are")
    for name in ("precision", "strategy", "devices"):
        train.add_argument(f"--{name}", help="as Lightning's trainer takes it")


def _evaluate_command(commands: Any) -> None:
    from core.commands.evaluate_commands import MEANING, THREADS

    run, text = ("evaluate_commands", "evaluate"), "measure the segmenter against labelled photos"
    command = _command(commands, "evaluate", run=run, text=text, project=False)
    command.epilog = f"{command.epilog}\n\n{MEANING}"
    command.add_argument("--coco", metavar="FILE", required=True, help="a COCO file with the sneakers' outlines")
    command.add_argument("--images", metavar="DIR", help="what its file names are relative to (default: its folder)")
    command.add_argument("--net", metavar="NAME", default="", help="a shipped net, or a .safetensors file")
    command.add_argument("--size", metavar="PX", type=int, default=512, help="longer side the net sees (default: 512)")
    command.add_argument("--only", metavar="GLOB", help="only photos whose name matches, such as 'street_*'")
    command.add_argument("--no-refine", action="store_true", help="without the second, closer look at each sneaker")
    command.add_argument("--worst", metavar="DIR", help="draw the ten worst photos into this folder")
    command.add_argument("--device", default="auto", help="cpu, cuda or auto (default)")
    text = f"photos looked at at once (default: {THREADS})"
    command.add_argument("--threads", metavar="N", type=int, default=THREADS, help=text)


def _agreement_commands(commands: Any) -> None:
    text = "begin a second, blind pass: a project beside the first, with some of its photos and none of its labels"
    second = _command(commands, "second-pass", run=("agreement_commands", "second_pass"), text=text)
    second.add_argument("--share", type=float, default=0.1, help="of the labelled photos (default: 0.1)")
    second.add_argument("--seed", metavar="N", type=int, default=0, help="the same seed takes the same photos")
    second.add_argument("--out", metavar="FILE", help="the project to make (default: beside it, “… second pass”)")
    second.add_argument("--annotator", metavar="NAME", help="whose pass it is")
    text = "say what two passes over the same photos differ by: outlines, poses, keypoints and their COCO sigmas"
    agreement = _command(commands, "agreement", run=("agreement_commands", "agreement"), text=text)
    agreement.add_argument("second", metavar="SECOND", help="the project of the second pass")
    agreement.add_argument("--keep", action="store_true", help="have keypoint exports of PROJECT carry the sigmas")


def _study_commands(commands: Any) -> None:
    run, text = ("study_commands", "study"), "answer a question by training small nets; writes a page with curves"
    study = _command(commands, "study", run=run, text=text, project=False)
    studies = study.add_subparsers(title="studies", metavar="STUDY", required=True, dest="name")
    text = "hand-labelled photos alone, composites of their sneakers alone, and both"
    compositing = _study(studies, "compositing", text=text, steps=900)
    text = "also with so many hand-labelled photos only, such as 5 10"
    compositing.add_argument("--photos", metavar="N", nargs="+", type=int, default=[], help=text)
    text = "longer side of the photos that are measured on (default: twice --size)"
    compositing.add_argument("--look", metavar="PX", type=int, default=0, help=text)
    text = "plain CNN, U-Net, sizes, learning rates, optimisers, augmentation, one stage or two, touching shoes apart"
    unet = _study(studies, "unet", text=text, steps=288)
    unet.add_argument("--sizes", metavar="PX", nargs="*", type=int, default=[192, 256], help="other sizes to try")


def _study(studies: Any, name: str, *, text: str, steps: int) -> Any:
    study = studies.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    text = "print one JSON object on stdout and nothing else"
    study.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=text)
    many: dict[str, Any] = {"nargs": "+", "default": []}
    study.add_argument("--coco", metavar="FILE", nargs="+", required=True, help="COCO files of labelled photos")
    study.add_argument("--images", metavar="DIR", help="what their file names are relative to (default: their folder)")
    text = "photos of such names are measured on and never learnt from; name whole shoes or scenes"
    study.add_argument("--val-only", metavar="GLOB", nargs="+", required=True, help=text)
    study.add_argument("--only", metavar="GLOB", help="of the others, learn from such names only", **many)
    study.add_argument("--exclude", metavar="GLOB", help="and never from such names", **many)
    study.add_argument("--backgrounds", metavar="PHOTOS", help="photos behind composites, beside painted ones", **many)
    text = "what the nets begin with"
    study.add_argument("--encoder", default="mobilenet_v2", choices=("mobilenet_v2", "small"), help=text)
    study.add_argument("--from-scratch", action="store_true", help="begin with random weights, not ImageNet's")
    text = "auto (default) takes the faster one, or Lightning's word for it"
    study.add_argument("--precision", default="auto", help=text)
    counts = {"size": (128, "px of what the nets see"), "steps": (steps, "of each training")}
    counts |= {"batch": (8, "pictures a step"), "seeds": (3, "runs of each arm")}
    counts |= {"composites": (600, "pictures made of the cut-outs"), "threads": (0, "of the processor (0: torch's)")}
    counts |= {"workers": (0, "processes that load pictures")}
    for flag, (default, text) in counts.items():
        study.add_argument(f"--{flag}", metavar="N", type=int, default=default, help=f"{text} (default: {default})")
    text = "begin no run that would end later; the same command goes on (default: no limit)"
    study.add_argument("--minutes", type=float, default=0.0, help=text)
    study.add_argument("--out", metavar="DIR", default="docs", help="for the page and its pictures (default: docs)")
    text = f"where finished runs are kept (default: build/study-{name})"
    study.add_argument("--runs", metavar="DIR", default=f"build/study-{name}", help=text)
    return study


def _silhouette_command(commands: Any) -> None:
    run, text = ("silhouette_command", "silhouette"), "draw what a Unity camera sees of a shoe, or serve it over HTTP"
    command = _command(commands, "silhouette", run=run, text=text, project=False)
    what = command.add_mutually_exclusive_group(required=True)
    text = "its seven numbers: position in units, Euler angles and vertical field of view in degrees"
    what.add_argument("--unity", metavar=('"Tx Ty Tz Rx Ry Rz fov"', ""), nargs="+", help=text)
    text = "answer GET /silhouette?numbers=… and POSTed JSON with a PNG, to programs on this computer only"
    what.add_argument("--serve", action="store_true", help=text)
    text = "print the seven numbers of a pose and camera in a JSON file, such as the answer to --unity with --json"
    what.add_argument("--inverse", metavar="FILE", help=text)
    command.add_argument("--out", metavar="FILE", default="silhouette.png", help="the PNG (default: silhouette.png)")
    command.add_argument("--size", metavar="WxH", default="800x600", help="of the picture in px (default: 800x600)")
    command.add_argument("--port", metavar="N", type=int, default=0, help="to serve at (default: one that is free)")
    command.add_argument("--model", metavar="FILE", help="a mesh file (default: the built-in sneaker)")
    command.add_argument("--axes", metavar="+X+Z", help="the file's directions of toe and up; proposed when left out")
    command.add_argument("--length", metavar="MM", type=float, help="the shoe's length in mm")
    command.add_argument("--side", choices=("left", "right"), default="right", help="which foot it is for")
    text = "where toe and top point in Unity (default: +Z+Y, or as Unity imports the file: its X reversed); or =-X+Y"
    command.add_argument("--unity-axes", metavar="+Z+Y", help=text)
    command.add_argument("--unit", metavar="MM", type=float, help="how long a unit of Unity's is (default: 100)")
    text = "vertical field of view in degrees for --inverse without a camera (default: 60)"
    command.add_argument("--fov", metavar="DEG", type=float, default=60.0, help=text)


def _window_commands(commands: Any) -> None:
    run = ("window_commands", "tour")
    tour = _command(commands, "tour", run=run, text="draw every view into a folder, without a screen", project=False)
    tour.add_argument("out", metavar="OUT", help="the folder for the pictures")
    tour.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    run = ("window_commands", "open_sample")
    _command(commands, "sample", run=run, text="open the window on the bundled sample", project=False)
    run = ("window_commands", "bench")
    bench = _command(commands, "bench", run=run, text="measure how fast and exact the program is here", project=False)
    bench.add_argument("name", metavar="NAME", choices=BENCHES, help=" or ".join(BENCHES))
    bench.add_argument("rest", metavar="…", nargs=argparse.REMAINDER, help="options of the bench itself")


def _doctor_command(commands: Any) -> None:
    text = "look at this computer: what is missing, of a wrong version or in the way, and what to do"
    doctor = _command(commands, "doctor", run=("doctor_command", "doctor"), text=text, project=False)
    text = "look at the drive of this project as well"
    doctor.add_argument("project", metavar="PROJECT", nargs="?", default="", help=text)
