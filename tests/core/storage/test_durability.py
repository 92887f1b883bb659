"""What a project acknowledged is there after the program was killed, at whatever moment."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

from core.document.document import Document
from core.storage.database import create_project, open_project

KILLS = int(os.environ.get("OUTSOLE_KILLS", "5"))

# Edits of every kind, each acknowledged with the number it leaves in the photo's notes.
WORKER = """
import sys
from dataclasses import replace
from core.document.document import Document
from core.document.edit import Edit
from core.geometry.region import Region
from core.labels.instance import Instance, new_id
from core.labels.photo import Photo, guessed_camera
from core.storage.database import open_project

document = Document(open_project(sys.argv[1]))
if "p" not in document.project.entries:
    document.commit(Edit.of("Add", None, Photo("p", "p.jpg", (640, 480), guessed_camera(640, 480), notes="0")))
number = int(document.photo("p").notes)
print("ready", flush=True)
while True:
    number += 1
    before = document.photo("p")
    outline = [(index * number % 640 + 0.1, index * 31 % 480) for index in range(100)]
    instances = (*before.instances, Instance(new_id(), str(number), region=Region.from_points(outline)))[-30:]
    document.commit(Edit.of("Change", before, replace(before, instances=instances, notes=str(number))))
    if number % 7 == 0:
        document.undo()
        document.redo()
    print(number, flush=True)
"""


def test_nothing_acknowledged_is_lost_when_the_program_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "shoes.outsole"
    create_project(path).close()
    rng = random.Random(7)
    acknowledged = 0
    for _ in range(KILLS):
        worker = subprocess.Popen([sys.executable, "-c", WORKER, str(path)], stdout=subprocess.PIPE, text=True)
        assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
        killer = threading.Timer(rng.uniform(0.0, 0.15), worker.kill)
        killer.start()
        heard = [int(line) for line in worker.stdout if line.endswith("\n")]
        worker.wait()
        killer.join()
        acknowledged = max([acknowledged, *heard])

        store = open_project(path)
        document = Document(store)
        photo = document.photo("p")
        found = int(photo.notes)
        # Killed inside an undo, the last acknowledged number may be the one before: its redo had not been asked yet.
        assert found >= acknowledged or (document.can_redo and found == acknowledged - 1)
        assert [instance.category for instance in photo.instances] == [
            str(number) for number in range(max(1, found - 29), found + 1)
        ]
        if found > 0:
            assert document.undo() is not None and int(document.photo("p").notes) == found - 1
            assert document.redo() is not None and document.photo("p") is photo
        acknowledged = found
        store.close()
    assert acknowledged > 0
