"""Where this program keeps its caches, preferences and data on this computer."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_dir() -> Path:
    """The folder for what can be made again; $OUTSOLE_CACHE_DIR if set. It may not exist yet."""
    return _folder("OUTSOLE_CACHE_DIR", platformdirs.user_cache_dir("outsole", appauthor=False))


def config_dir() -> Path:
    """The folder for preferences; $OUTSOLE_CONFIG_DIR if set. It may not exist yet."""
    return _folder("OUTSOLE_CONFIG_DIR", platformdirs.user_config_dir("outsole", appauthor=False))


def data_dir() -> Path:
    """The folder for what the program keeps for its user; $OUTSOLE_DATA_DIR if set. It may not exist yet."""
    return _folder("OUTSOLE_DATA_DIR", platformdirs.user_data_dir("outsole", appauthor=False))


def _folder(variable: str, default: str) -> Path:
    chosen = os.environ.get(variable)
    return Path(chosen).expanduser() if chosen else Path(default)
