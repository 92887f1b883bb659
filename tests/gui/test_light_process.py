"""The window's process stays light: what it loads before the first paint, and what it never loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEVER = {"torch", "scipy", "numba", "trimesh", "matplotlib", "vtk"}
AFTER_FIRST_PAINT = {"pyqtgraph", "cv2", "sqlalchemy", "PIL", "shapely", "vtkmodules"}

SCRIPT = """
import json, sys
from pathlib import Path
from gui.app import make_application, make_window
app = make_application(["outsole"])
window = make_window()
window.show()
app.processEvents()
early = sorted({name.partition(".")[0] for name in sys.modules})
place = window.workplace
place.desk.create(Path(sys.argv[1]) / "light")
from core.sneaker.shipped import SAMPLE_FOLDER
from core.storage.image_file import photo_from_file
from core.document.edit import Edit
photo = photo_from_file(sorted(SAMPLE_FOLDER.glob("*.jpg"))[0], project_folder=place.desk.folder, position=0)
place.session.commit(Edit.of("Add", None, photo))
place.session.open_photo(photo.id)
from core.geometry.region import Region
from core.labels.instance import Instance
outlined = Instance("a", "sneaker", region=Region.from_box(300, 300, x1_px=900, y1_px=700))
place.session.commit(Edit.of("Outline", photo, photo.with_instance(outlined)))
place.session.select("a")
window.commands.run("place_shoe")
app.processEvents()
late = sorted({name.partition(".")[0] for name in sys.modules})
window.close()
print(json.dumps([early, late, place.session.photo is None]))
"""


def test_the_window_loads_no_more_than_it_may(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert run.returncode == 0, run.stderr
    early, late, closed = json.loads(run.stdout.strip().splitlines()[-1])
    assert closed
    assert not (NEVER | AFTER_FIRST_PAINT) & set(early)
    assert not NEVER & set(late)
    assert "sqlalchemy" in late, "the check looked at a window that did nothing"
