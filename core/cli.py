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

from core.commands.console import BAD_INPUT, SUFFIX, Answer, CommandError
from core.document.edit import StaleEdit
from core.document.store import StorageError

INTERRUPTED = 130
_DESCRIPTION = """\
Outline sneakers in photos and record their 6-DoF pose.
Without a command, or with a project alone, the window opens.
"""
_EPILOG = """\
an example:
  outsole new shoes                                 makes shoes.outsole, with the built-in sneaker
  outsole add-photos shoes photos/
  outsole segment shoes --photo a.jpg --box 120,80,460,300
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
    except (CommandError, StorageError, StaleEdit, ValueError) as error:
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
    parser, commands = _parser()
    first = words[0] if words else ""
    is_project = first.endswith(SUFFIX) or (bool(first) and not first.startswith("-") and Path(first).is_file())
    if not words or (len(words) == 1 and first not in commands and is_project):
        project = words[0] if words else ""
        return argparse.Namespace(project=project, json=False, run=("core.commands.window_commands", "open_window"))
    return parser.parse_args(words)


def _parser() -> tuple[argparse.ArgumentParser, frozenset[str]]:
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
    _window_commands(commands)
    return parser, frozenset(commands.choices)


def _command(commands: Any, name: str, *, run: tuple[str, str], text: str, project: bool = True) -> Any:
    command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
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
    model.add_argument("mesh", metavar="MESH", help="the mesh file, or the word sneaker for the built-in one")
    model.add_argument("--axes", metavar="+X+Z", help="the file's directions of toe and up; proposed when left out")
    model.add_argument("--length", metavar="MM", type=float, help="the shoe's length in mm")
    model.add_argument("--shoe", choices=("left", "right", "all"), help="which shoe of a pair, or which foot it is for")
    model.add_argument("--name", help="what to call it")
    model.add_argument("--landmarks", metavar="JSON", help='{"toe tip": [x, y, z], …} in mm in the shoe frame')
    info = _command(commands, "info", run=("project_commands", "info"), text="say what a project holds")
    info.add_argument("--photos", action="store_true", help="list the photos as well")
    text = "look for missing photos, broken outlines, guessed cameras and poses that do not fit"
    _command(commands, "check", run=("check_command", "check"), text=text)


def _label_commands(commands: Any) -> None:
    segment = _command(commands, "segment", run=("label_commands", "segment"), text="outline what stands in boxes")
    segment.add_argument("--photo", metavar="NAME", help="the photo, by path or file name")
    segment.add_argument("--box", metavar="X0,Y0,X1,Y1", action="append", help="a box in px; may be repeated")
    segment.add_argument("--boxes", metavar="JSON", help='boxes of many photos: {"a.jpg": [[x0, y0, x1, y1], …], …}')
    segment.add_argument("--category", default="sneaker", help="what the boxes hold (default: sneaker)")
    text = "refine poses from where they are, against the outlines"
    fit = _command(commands, "fit", run=("label_commands", "fit"), text=text)
    fit.add_argument("--photo", metavar="NAME", help="only this photo, by path or file name")
    fit.add_argument("--instance", metavar="N", help="only this instance of the photo, counted from 1, or its id")


def _exchange_commands(commands: Any) -> None:
    text = "merge labels of another tool into a project; nothing that is there is replaced"
    command = _command(commands, "import", run=("exchange_commands", "import_labels"), text=text)
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("--labelme", metavar="DIR", nargs="+", help="labelme files, or folders of them")
    source.add_argument("--coco", metavar="FILE", help="a COCO instances or keypoints file")
    command.add_argument("--images", metavar="DIR", help="where the images of a COCO file lie (default: beside it)")
    text = "write a project's labels for other tools"
    command = _command(commands, "export", run=("exchange_commands", "export_labels"), text=text)
    command.add_argument("out", metavar="OUT", help="the folder to write to; files of the same name are replaced")
    command.add_argument("--coco", action="store_true", help="COCO instances: OUT/instances.json")
    command.add_argument("--coco-keypoints", action="store_true", help="COCO keypoints: OUT/keypoints.json")
    command.add_argument("--labelme", action="store_true", help="labelme, a file for each photo: OUT/labelme/")
    command.add_argument("--checked-only", action="store_true", help="only photos that somebody checked")
    command.add_argument("--split", metavar="A,B,C", help="shares of train, val and test, such as 0.8,0.1,0.1 (COCO)")
    command.add_argument("--seed", type=int, default=0, help="of the split; the same seed gives the same sets")


def _window_commands(commands: Any) -> None:
    run = ("window_commands", "tour")
    tour = _command(commands, "tour", run=run, text="draw every view into a folder, without a screen", project=False)
    tour.add_argument("out", metavar="OUT", help="the folder for the pictures")
    tour.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    run = ("window_commands", "open_sample")
    _command(commands, "sample", run=run, text="open the window on the bundled sample", project=False)
    run = ("window_commands", "bench")
    bench = _command(commands, "bench", run=run, text="measure how fast and exact the program is here", project=False)
    bench.add_argument("name", metavar="NAME", choices=("fit", "overlay", "ui"), help="fit, overlay or ui")
    bench.add_argument("rest", metavar="…", nargs=argparse.REMAINDER, help="options of the bench itself")
