"""Where a bundled program keeps its compiled kernels: in one folder, wherever the program lies and was started."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What numba is told in NUMBA_CACHE_LOCATOR_CLASSES. Its own choice takes the absolute path of a kernel's source into
# account; in a bundle that path is made up from the folder the program was started in, so every folder would have its
# own cache, and a minute of compiling.
LOCATOR = "core.render.kernel_cache.KernelFolder"


class KernelFolder:
    """Answers what numba asks about one function; NUMBA_CACHE_DIR must name a folder of this very build.

    py_function: the plain function. py_file: its source as the compiler knew it, which need not exist.
    """

    def __init__(self, py_function: Callable[..., Any], py_file: str) -> None:
        self._py_file = py_file  # numba names it in a warning
        self._line = py_function.__code__.co_firstlineno
        self._module = py_function.__module__

    @classmethod
    def from_function(cls, py_function: Callable[..., Any], py_file: str) -> KernelFolder | None:
        """The answers for one function, None when the folder cannot be written."""
        own = cls(py_function, py_file)
        try:
            own.ensure_cache_path()
        except OSError:
            return None
        return own if os.access(own.get_cache_path(), os.W_OK) else None

    def get_cache_path(self) -> str:
        """The folder of the function's package."""
        from numba.core import config

        return str(Path(config.CACHE_DIR, self._module.rpartition(".")[0]))

    def ensure_cache_path(self) -> None:
        """Make that folder; raises OSError where that cannot be."""
        Path(self.get_cache_path()).mkdir(parents=True, exist_ok=True)

    def get_source_stamp(self) -> str:
        """The same for ever: another build has another folder."""
        return ""

    def get_disambiguator(self) -> str:
        """What tells functions of one name apart."""
        return str(self._line)
