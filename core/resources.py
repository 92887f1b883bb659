"""Where the files lie that the program brings along: beside its packages, in a checkout, a wheel and a bundle alike."""

from __future__ import annotations

from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
