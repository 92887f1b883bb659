"""An export's folder appears whole or not at all: it is written beside its place and moved there when complete."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4


def put_in_place(made: Path, out_dir: Path) -> None:
    """Move a folder that is complete to where it belongs; an earlier one there goes, unless this fails."""
    if not out_dir.exists():
        made.rename(out_dir)
        return
    former = out_dir.with_name(f".{out_dir.name}.{uuid4().hex[:8]}.old")
    out_dir.rename(former)
    try:
        made.rename(out_dir)
    except OSError:
        former.rename(out_dir)
        raise
    shutil.rmtree(former, ignore_errors=True)
