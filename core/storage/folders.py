"""Where this program keeps its caches, preferences, data and logs on this computer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

import platformdirs

VARIABLES = ("OUTSOLE_CONFIG_DIR", "OUTSOLE_CACHE_DIR", "OUTSOLE_DATA_DIR", "OUTSOLE_STATE_DIR")
_PREFIX = "OUTSOLE_"


def cache_dir() -> Path:
    """The folder for what can be made again; $OUTSOLE_CACHE_DIR if set. It may not exist yet."""
    return _folder("OUTSOLE_CACHE_DIR", platformdirs.user_cache_dir("outsole", appauthor=False))


def config_dir() -> Path:
    """The folder for preferences; $OUTSOLE_CONFIG_DIR if set. It may not exist yet."""
    return _folder("OUTSOLE_CONFIG_DIR", platformdirs.user_config_dir("outsole", appauthor=False))


def data_dir() -> Path:
    """The folder for what the program keeps for its user; $OUTSOLE_DATA_DIR if set. It may not exist yet."""
    return _folder("OUTSOLE_DATA_DIR", platformdirs.user_data_dir("outsole", appauthor=False))


def state_dir() -> Path:
    """The folder for logs and what tells of the last run; $OUTSOLE_STATE_DIR if set. It may not exist yet."""
    return _folder("OUTSOLE_STATE_DIR", platformdirs.user_state_dir("outsole", appauthor=False))


def log_dir() -> Path:
    """The folder of the logs. It may not exist yet."""
    return state_dir() / "log"


def wrong_variables(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """A sentence for each of our environment variables that names no folder one could use."""
    known = os.environ if environment is None else environment
    return tuple(filter(None, (_why_wrong(name, known[name]) for name in VARIABLES if known.get(name))))


def unknown_variables(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """A sentence for each environment variable that looks like ours and is none: a slip of the pen, most likely."""
    known = os.environ if environment is None else environment
    sentences = []
    for name in sorted(known):
        nearest = get_close_matches(name, VARIABLES, 1, 0.8) if name.startswith(_PREFIX) else []
        if nearest and name not in VARIABLES:
            sentences.append(f"The environment variable {name} means nothing to Outsole. Is {nearest[0]} meant?")
    return tuple(sentences)


def _why_wrong(name: str, text: str) -> str:
    example = f"set it to the full path of a folder, or take it away (unset {name})"
    try:
        folder = Path(text).expanduser()
    except RuntimeError:  # ~somebody, and nobody is called that
        return f"The environment variable {name} is “{text}”, and there is no such user here: {example}."
    if "\0" in text or not folder.is_absolute():
        return f"The environment variable {name} is “{text}”, which is no full path: {example}."
    nearest = next((place for place in (folder, *folder.parents) if os.path.lexists(place)), None)
    if nearest is None:  # Windows: a drive that is not there
        return f"The environment variable {name} is “{text}”, and there is no drive {folder.anchor} here: {example}."
    if not os.path.isdir(nearest):  # noqa: PTH112 (Path's own raises where one may not look)
        return f"The environment variable {name} is “{text}”, but {nearest} is a file: {example}."
    return ""


def _folder(variable: str, default: str) -> Path:
    chosen = os.environ.get(variable)
    if not chosen:
        return Path(default)
    try:
        return Path(chosen).expanduser()
    except RuntimeError as error:
        raise ValueError(_why_wrong(variable, chosen)) from error
