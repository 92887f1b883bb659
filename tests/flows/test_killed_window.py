"""What the window acknowledged is in the project after it was killed, whenever; OUTSOLE_KILLS=50 kills more."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from job_builders import painted_photo
from open_window import photo_of
from scripted_editing import PHOTO_ID, digest_of, done_count

from core.document.document import Document
from core.document.edit import Edit
from core.storage.database import create_project, open_project

KILLS = int(os.environ.get("OUTSOLE_KILLS", "3"))
LONGEST_S = 1.2
TESTS = Path(__file__).resolve().parent.parent


@pytest.mark.timeout(120 + 10 * KILLS)
def test_every_acknowledged_edit_survives_a_kill(tmp_path: Path) -> None:
    project = tmp_path / "shoes.outsole"
    photo = photo_of(Path(painted_photo(tmp_path).file), tmp_path)
    store = create_project(project)
    Document(store).commit(Edit.of("Add photo", None, replace(photo, id=PHOTO_ID)))
    store.close()
    rng = random.Random(11)
    acknowledged = unacknowledged = 0
    for _ in range(KILLS):
        heard = edited_until_killed(project, after_s=rng.uniform(0.0, LONGEST_S))
        acknowledged += len(heard)
        if heard:
            unacknowledged += check(project, heard[-1])
    print(
        f"{KILLS} kills, {acknowledged} acknowledged edits, {unacknowledged} kills between commit and acknowledgement"
    )
    assert acknowledged > 0


def edited_until_killed(project: Path, *, after_s: float) -> list[str]:
    """What a window acknowledged before it was killed so many seconds after its first edit could begin."""
    paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    command = [sys.executable, str(TESTS / "scripted_editing.py"), str(project)]
    environment = {**os.environ, "PYTHONPATH": paths}
    window = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True)
    assert window.stdout is not None and window.stdout.readline() == "ready\n"
    killer = threading.Timer(after_s, window.kill)
    killer.start()
    heard = [line for line in window.stdout if line.endswith("\n")]
    window.wait()
    killer.join()
    return heard


def check(project: Path, acknowledged: str) -> bool:
    """The reopened project holds what was acknowledged last, or that and the one act that was under way."""
    count, digest = acknowledged.split()
    store = open_project(project)
    document = Document(store)
    ahead = done_count(document) - int(count)
    assert ahead in (-1, 0, 1), f"{count} edits were acknowledged, {done_count(document)} found"
    if ahead == 1:
        document.undo()
    elif ahead == -1:  # killed within an undo, which the script never leaves without its redo
        document.redo()
    assert digest_of(document.photo(PHOTO_ID)) == digest
    if ahead == 1:
        document.redo()
    elif ahead == -1:
        document.undo()
    store.close()
    return ahead != 0
