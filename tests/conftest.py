"""What every test stands on: no screen, one thread, fresh folders, and the sample data where there is some."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

CHECKOUT = Path(__file__).resolve().parent.parent
SHARED_DATA = CHECKOUT.parent / "shared" / "data"
FRESH = Path(tempfile.mkdtemp(prefix="outsole-test-"))

# A hand's run tries new examples each time and finds new faults; a clean clone is judged on the same ones twice.
# Neither judges by the clock: a machine that is busy is not a fault.
settings.register_profile("new", deadline=None)
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same" if os.environ.get("CI") else "new")

# Qt, VTK, numba and the thread pools read these once, when first imported: before any test module is.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if sys.platform.startswith("linux"):
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
for pool in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA"):
    os.environ[f"{pool}_NUM_THREADS"] = "1"
# Compiling takes seconds a kernel, so compiled kernels outlive the test run; everything else starts empty.
os.environ.setdefault("NUMBA_CACHE_DIR", str(CHECKOUT / "build" / "numba"))
for purpose in ("CONFIG", "CACHE", "DATA", "STATE"):
    folder = FRESH / purpose.lower()
    folder.mkdir()
    os.environ[f"OUTSOLE_{purpose}_DIR"] = str(folder)


def pytest_unconfigure() -> None:
    """Takes the fresh folders away again, also after a failed run."""
    shutil.rmtree(FRESH, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of sample photos, models and golden values beside the checkout; skips where there is none."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"needs the sample data in {SHARED_DATA}")
    return SHARED_DATA
