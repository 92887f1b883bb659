"""The whole job in the real window, by mouse and keys, checked against the truth of the sample photos."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_the_tour_ends_near_the_truth(tmp_path: Path) -> None:
    out = tmp_path / "tour"
    done = subprocess.run(
        [sys.executable, "-m", "gui.tour", str(out)], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pictures = sorted(out.glob("*.png"))
    assert len(pictures) >= 40
    page = (out / "index.html").read_text(encoding="utf-8")
    for picture in pictures:
        image = QImage(str(picture))
        assert (image.width(), image.height()) == (1280, 800) and picture.name in page
    assert json.loads((out / "export" / "instances.json").read_text())["annotations"]
    assert "ADD" in done.stdout and "d, rotation" in done.stdout
