"""Export a folder of labelme files to COCO: `export_coco.py SRC DST` leaves DST/annotations.json."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.cli import main

if __name__ == "__main__":
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        project = str(Path(folder) / "export.outsole")
        for step in (["new", project], ["import", project, "--labelme", str(source)]):
            if main(step):
                sys.exit(f"{step[0]} failed")
        if main(["export", project, str(target), "--coco"]):
            sys.exit("export failed")
    (target / "instances.json").replace(target / "annotations.json")
