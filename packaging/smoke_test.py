"""Tries a bundle, or an installed program, off screen: `python packaging/smoke_test.py PROGRAM [--out FOLDER]`.

The program itself is driven by mouse and keys: sample opened, sneaker outlined, pose found (Q), COCO and BOP written,
window closed. Needs nothing but Python's standard library, so that it runs on a machine that has only the program.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

EXPORTED = ("instances.json", "keypoints.json", "bop/train/000000/scene_gt.json")
# Rows are stored as what differs from the row above: in a blank picture that is nothing at all.
LEAST_SHARE_CHANGING = 0.01
PATIENCE_S = 420.0


class Failed(Exception):
    """The program did not do what it should; the text says what."""


def command_of(program: Path) -> list[str]:
    """How a program is started: a file, or the bundle's folder that holds it."""
    names = ("outsole-cli.exe", "outsole")
    file = next((program / name for name in names if (program / name).is_file()), program)
    return [str(file)]


def try_program(command: Sequence[str], out: Path) -> list[str]:
    """What was found, a sentence each; raises Failed."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    for purpose in ("CONFIG", "DATA", "CACHE", "STATE"):
        environment[f"OUTSOLE_{purpose}_DIR"] = str(out / "own" / purpose.lower())
    told = [_help(command, environment), _start(command, environment)]
    began = time.monotonic()
    tour = out / "tour"
    done = _run([*command, "tour", str(tour), "--short"], environment)
    if done.returncode or "An internal error" in done.stdout:
        raise Failed(f"The short tour ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    told += [f"short tour: 0 after {time.monotonic() - began:.1f} s", done.stdout.rstrip()]
    told.append(look_at_pictures(tour))
    told.append(look_at_export(tour / "export"))
    return told


def look_at_pictures(folder: Path) -> str:
    """That there are pictures and none is blank; raises Failed."""
    pictures = sorted(folder.glob("*.png"))
    if len(pictures) < 8:
        raise Failed(f"{folder} holds {len(pictures)} pictures; eight or more were to be drawn.")
    least = min(pictures, key=changing_share)
    if changing_share(least) < LEAST_SHARE_CHANGING:
        raise Failed(f"{least} is blank, or nearly.")
    return f"{len(pictures)} pictures, the emptiest changes at {changing_share(least):.0%} of its bytes: {least.name}"


def look_at_export(folder: Path) -> str:
    """That COCO and BOP files hold a pose; raises Failed."""
    for name in EXPORTED:
        content = json.loads((folder / name).read_text(encoding="utf-8")) if (folder / name).is_file() else None
        if not content:
            raise Failed(f"{folder / name} was not written, or is empty.")
    outlined = json.loads((folder / EXPORTED[0]).read_text(encoding="utf-8"))["annotations"]
    if not outlined or not outlined[0].get("segmentation"):
        raise Failed(f"{folder / EXPORTED[0]} holds no outline.")
    return f"export: {', '.join(EXPORTED)}"


def changing_share(picture: Path) -> float:
    """The share of a PNG's bytes, as they are filtered, that are not 0: hardly any in a picture of one colour."""
    content = picture.read_bytes()
    at, packed = 8, b""
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"IDAT":
            packed += content[at + 8 : at + 8 + length]
        at += 12 + length
    pixels = zlib.decompress(packed)
    return 1.0 - pixels.count(0) / len(pixels)


def _help(command: Sequence[str], environment: dict[str, str]) -> str:
    began = time.monotonic()
    done = _run([*command, "--help"], environment)
    if done.returncode or "usage: outsole" not in done.stdout:
        raise Failed(f"--help ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return f"--help: {time.monotonic() - began:.2f} s"


def _start(command: Sequence[str], environment: dict[str, str]) -> str:
    done = _run([*command, "bench", "start", "--starts", "3"], environment)
    found = re.search(r"first paint.*", done.stdout)
    if not found:
        raise Failed(f"bench start ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return f"start: {found.group()}"


def _run(command: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
            cwd=tempfile.gettempdir(),
        )
    except subprocess.TimeoutExpired as late:
        raise Failed(f"{' '.join(command)} did not end within {PATIENCE_S:.0f} s.") from late
    except OSError as wrong:
        raise Failed(f"{command[0]} cannot be started: {wrong}.") from wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the program works, 1 with what failed."""
    parser = argparse.ArgumentParser(description="Try a bundle or an installed program, off screen.")
    parser.add_argument("program", type=Path, help="the program, or the bundle's folder")
    parser.add_argument("--out", type=Path, help="keep the pictures and the export here")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="outsole-smoke-", ignore_cleanup_errors=True) as folder:
        out = (options.out or Path(folder)).resolve()
        try:
            print("\n".join(try_program(command_of(options.program.absolute()), out)))
        except Failed as failed:
            print(failed, file=sys.stderr)
            return 1
    print("The program works.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
