"""What a bundle of Outsole consists of: which modules, data and libraries go in, and which stay out.

Read by outsole.spec while PyInstaller runs, and by the tests without it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
NAME = "outsole"
ENTRY = CHECKOUT / "packaging" / "bundle_entry.py"
RESOURCES = CHECKOUT / "resources"
ICON = RESOURCES / "icons" / "outsole-256.png"

# The packages whose modules are named in strings, which PyInstaller cannot follow.
OWN_PACKAGES = ("core", "gui")

# What numba looks up by name when a kernel calls linear algebra.
HIDDEN_MODULES = ("scipy.linalg.cython_blas", "scipy.linalg.cython_lapack")

# Nothing of the program imports them: they come along with libraries that can do without.
EXCLUDED_MODULES = (
    "IPython", "PyQt5", "PyQt6", "PySide2", "PySide6.QtNetwork", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets",
    "PySide6.QtQml", "PySide6.QtQuick", "_pytest", "albumentations", "cupy", "dask", "hypothesis", "jinja2",
    "jupyter", "lightning", "matplotlib", "mypy", "networkx.drawing", "pandas", "pip", "pydantic", "pyglet",
    "pygments", "pytest", "pytestqt", "pytorch_lightning", "readline", "setuptools", "sphinx",
    "sqlalchemy.dialects.mssql", "sqlalchemy.dialects.mysql", "sqlalchemy.dialects.oracle",
    "sqlalchemy.dialects.postgresql", "tensorboard", "tkinter", "torchmetrics", "torchvision", "vtkmodules.all",
    "wheel",
)  # fmt: skip
TORCH_MODULES = ("torch", "safetensors.torch", "sympy", "mpmath", "networkx")

# Files in the bundle that nobody opens; patterns of fnmatch over their path in it, with / on every system.
UNWANTED_FILES = (
    "*/tests/*", "*/test/*", "*/examples/*", "*/include/*", "*/share/cmake/*", "*.pyi", "*.a", "*.lib", "*.cmake",
    "torch/bin/*", "torch/test/*", "torch/lib/libtorchbind_test*", "torch/lib/libjitbackend_test*",
    "torch/lib/libbackend_with_compiler*", "torch/lib/libaoti_custom_ops*", "torch/_inductor/*.jinja",
    "PySide6/Qt/translations/*", "PySide6/translations/*", "PySide6/Qt/qml/*", "PySide6/qml/*",
    "*/plugins/egldeviceintegrations/*", "*/plugins/generic/*", "*/plugins/networkinformation/*", "*/plugins/tls/*",
    "*/plugins/printsupport/*", "*/plugins/sqldrivers/*", "*/plugins/qml*/*", "*/plugins/vectorimageformats/*",
    "*/plugins/designer/*", "*/plugins/wayland-graphics-integration-server/*",
    "*/plugins/platforms/*eglfs*", "*/plugins/platforms/*linuxfb*", "*/plugins/platforms/*minimal*",
    "*/plugins/platforms/*vkkhr*", "*/plugins/platforms/*vnc*", "*/plugins/platforminputcontexts/*virtualkeyboard*",
    "*/plugins/imageformats/*pdf*", "*/plugins/imageformats/*tga*", "*/plugins/imageformats/*wbmp*",
    "*/plugins/imageformats/*icns*",
    "*Qt6Qml*", "*Qt6Quick*", "*Qt6Pdf*", "*Qt6VirtualKeyboard*", "*Qt6Network.*", "*Qt6Network6*",
    "*Qt6EglFS*", "*Qt6WaylandCompositor*", "*Qt6WaylandEglCompositor*",
)  # fmt: skip
KEPT_FILES = ("torch/bin/torch_shm_manager*",)  # torch looks for it when it is imported
# Libraries of the system that Python needs and that differ between systems. Others, of graphics and desktop, must be
# the system's own: they talk to its driver, its fonts and its display.
KEPT_SYSTEM_LIBRARIES = (
    "libbz2.so*", "libcrypto.so*", "libexpat.so*", "libffi.so*", "liblzma.so*", "libsqlite3.so*", "libssl.so*",
    "libuuid.so*", "libz.so*",
)  # fmt: skip


def version() -> str:
    """The program's version, as pyproject.toml has it."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def described_packages() -> list[str]:
    """The packages whose versions the program tells, its own first."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [NAME, *(re.split(r"[^A-Za-z0-9._-]", text)[0] for text in project["dependencies"])]


def excluded_modules(*, with_torch: bool) -> list[str]:
    """The modules that stay out."""
    return [*EXCLUDED_MODULES, *(() if with_torch else TORCH_MODULES)]


def is_wanted(path: str) -> bool:
    """Whether a file that PyInstaller found goes in. path: its place in the bundle."""
    place = path.replace("\\", "/")
    if any(fnmatch(place, pattern) for pattern in KEPT_FILES):
        return True
    return not any(fnmatch(place, pattern) for pattern in UNWANTED_FILES)


def data_files() -> list[tuple[str, str]]:
    """What is not Python: (file or folder, folder in the bundle)."""
    return [(str(RESOURCES), "resources")]


def executable_names() -> dict[str, bool]:
    """The programs of a bundle, and whether each has a console: Windows opens one for every program that has."""
    return {NAME: False, f"{NAME}-cli": True} if sys.platform == "win32" else {NAME: True}


def windows_version() -> tuple[int, int, int, int]:
    """The version as Windows writes it: four numbers."""
    numbers = [int(number) for number in re.findall(r"\d+", version())][:4]
    first, second, third, fourth = (*numbers, 0, 0, 0, 0)[:4]
    return first, second, third, fourth
