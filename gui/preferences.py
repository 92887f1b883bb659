"""What this computer's user prefers: one table of settings, kept in a JSON file and checked key by key. No Qt here."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from core.document.signal import Signal
from core.geometry.unity import AXES
from core.storage.folders import config_dir

Value: TypeAlias = bool | int | float | str | tuple[str, ...] | Mapping[str, str]
FILE_NAME = "preferences.json"
BAD_FILE_NAME = "preferences.bad.json"
RECENT_PROJECTS = 12
RECENT_SHOWN = 8
GONE = "The file is not there: it was moved or renamed, or its drive is away."
NETWORK_FIRST = "network first"
TIME = "Time"  # the group that also has a button to forget what was measured


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table.

    kind: "bool", "int", "float", "choice", "text", "list" (of texts) or "map" (text to text). choices: of a choice.
    group: its heading in the dialog, "" for what the window remembers by itself. low, high: limits of a number.
    """

    key: str
    default: Value
    kind: str
    text: str
    group: str = ""
    choices: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""


SETTINGS = (
    Setting("theme", "dark", "choice", "Theme", "Look", choices=("dark", "light")),
    Setting("thumbnails", True, "bool", "Show pictures in the photo list", "Look"),
    Setting("notice_seconds", 6.0, "float", "Hide messages after", "Look", low=2, high=60, unit="s"),
    Setting("annotator", "", "text", "Your name, written beside your edits", "Labelling"),
    Setting("shoe_opacity", 0.55, "float", "Opacity of the shoe", "Shoe", low=0.05, high=1),
    Setting(
        "shoe_look", "solid", "choice", "Shoe drawn as", "Shoe", choices=("solid", "texture", "wireframe", "outline")
    ),
    Setting("snap_when_let_go", False, "bool", "Pull it to its outline when let go near it", "Shoe"),
    Setting("unity_toe", "+Z", "choice", "In Unity the toe points to", "Unity", choices=AXES),
    Setting("unity_up", "+Y", "choice", "In Unity the top points to", "Unity", choices=AXES),
    Setting("unity_unit_mm", 100.0, "float", "A unit of Unity's is", "Unity", low=0.001, high=1e6, unit="mm"),
    Setting(
        "box_method",
        NETWORK_FIRST,
        "choice",
        "Outline what stands in a box by",
        "Segmenter",
        choices=(NETWORK_FIRST, "colour only"),
    ),
    Setting("outline_tolerance", 1.0, "float", "Tolerance of outlines (1: a person's)", "Segmenter", low=0.2, high=5),
    Setting("net", "", "text", "Network: a name or a file (empty: ours)", "Segmenter"),
    Setting("net_px", 512, "int", "The network sees a photo with", "Segmenter", low=128, high=2048, unit="px"),
    Setting("device", "auto", "choice", "The network runs on", "Segmenter", choices=("auto", "cpu", "cuda")),
    Setting("measure_time", True, "bool", "Measure my time (kept on this computer only)", TIME),
    Setting("residuals", False, "bool", "Contour error shown along the outline"),
    Setting("window_geometry", "", "text", "Place of the window"),
    Setting("window_state", "", "text", "Panels of the window"),
    Setting("recent_projects", (), "list", "Recent projects"),
    Setting("recent_commands", (), "list", "Commands found lately"),
    Setting("last_photos", MappingProxyType({}), "map", "Last photo of each project"),
    Setting("tutorial", MappingProxyType({}), "map", "Where the tutorial stopped"),
    Setting("last_folder", "", "text", "Folder of the last file dialog"),
)
BY_KEY: Mapping[str, Setting] = MappingProxyType({setting.key: setting for setting in SETTINGS})


@dataclass(frozen=True, slots=True)
class RecentProject:
    """A project one worked on. reason: why it cannot be opened, "" when it can."""

    path: Path
    reason: str = ""

    @property
    def folder(self) -> str:
        """Its folder, "~" for one's own."""
        folder, home = self.path.parent, Path.home()
        return str(Path("~") / folder.relative_to(home)) if folder.is_relative_to(home) else str(folder)


class Preferences:
    """The settings in use. `changed` carries the key of one that was set.

    problems: sentences about the file, one for each key that was not taken; `troubled` carries one that comes later.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.changed: Signal[str] = Signal()
        self.troubled: Signal[str] = Signal()
        self.file = (folder or config_dir()) / FILE_NAME
        self.problems: tuple[str, ...] = ()
        self._values: dict[str, Value] = {}
        self._foreign: dict[str, Any] = {}
        self._load()

    def __getitem__(self, key: str) -> Any:
        """The value in use: the one chosen, else the default. Raises KeyError for a key that is in no row."""
        return self._values.get(key, BY_KEY[key].default)

    def set(self, key: str, value: Value) -> None:
        """Choose a value and write the file; raises ValueError with a sentence when the row does not allow it."""
        checked = _checked(BY_KEY[key], value)
        if checked != self[key]:
            self._values[key] = checked
            self._save()
            self.changed.emit(key)

    def reset(self, key: str) -> None:
        """Back to the default."""
        if self._values.pop(key, None) is not None:
            self._save()
            self.changed.emit(key)

    def add_recent(self, project_file: str) -> None:
        """Put a project at the top of the recent ones."""
        others = [file for file in self["recent_projects"] if file != project_file]
        self.set("recent_projects", (project_file, *others)[:RECENT_PROJECTS])

    def recent_projects(self, *, but: Path | None = None) -> tuple[RecentProject, ...]:
        """The last projects, newest first, without the one that is open; looks for every file."""
        files = [file for file in self["recent_projects"] if file != str(but)][:RECENT_SHOWN]
        # os.path knows no exceptions: a folder one may not look into counts as gone, too.
        return tuple(RecentProject(Path(file), "" if os.path.exists(file) else GONE) for file in files)  # noqa: PTH110

    def forget_recent(self, *, but: Path | None = None) -> None:
        """Empty the list of recent projects; the one that is open stays, for the next start."""
        self.set("recent_projects", tuple(file for file in self["recent_projects"] if file == str(but)))

    def forget_project(self, project_file: str) -> None:
        """Take one project out of the recent ones; its file stays where it is."""
        self.set("recent_projects", tuple(file for file in self["recent_projects"] if file != project_file))

    def remember_photo(self, project_file: str, photo_id: str) -> None:
        """Note which photo a project was left at."""
        known = {file: photo for file, photo in self["last_photos"].items() if file != project_file}
        newest = list(known.items())[-RECENT_PROJECTS:]
        self.set("last_photos", MappingProxyType({**dict(newest), project_file: photo_id}))

    def _load(self) -> None:
        try:
            raw = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        except (OSError, ValueError, RecursionError) as error:  # ValueError: no text, no JSON, or a number too long
            self._put_aside(f"could not be read ({_reason(error)})")
            return
        if not isinstance(raw, dict):
            self._put_aside("does not hold a table of settings")
            return
        problems = []
        for key, value in raw.items():
            setting = BY_KEY.get(key)
            if setting is None:
                self._foreign[key] = value  # a newer version's: handed back untouched
                continue
            try:
                self._values[key] = _checked(setting, value)
            except ValueError as error:
                problems.append(f"{error} Its default is used.")
        if problems:
            self._keep_copy()
            first = f"{self.file} holds what cannot be used, and all the rest of it is kept."
            self.problems = (first, *problems)

    def _put_aside(self, why: str) -> None:
        """Keep a file that cannot be read under another name: the next `set` would write over it."""
        bad = self.file.with_name(BAD_FILE_NAME)
        try:
            self.file.replace(bad)
            what = f"It was kept as {bad.name} beside it; mend it there and put it back, or choose your settings anew."
        except OSError:
            what = "Look at who may read it and its folder, or move it away."
        self.problems = (f"{self.file} {why}, so the defaults are used. {what}",)

    def _keep_copy(self) -> None:
        """A value that was not taken is gone with the next `set`; the file that held it stays beside."""
        with suppress(OSError):
            self.file.with_name(BAD_FILE_NAME).write_bytes(self.file.read_bytes())

    def _save(self) -> None:
        values = {key: _plain(value) for key, value in self._values.items()}
        text = json.dumps({**self._foreign, **values}, indent=1, ensure_ascii=False, sort_keys=True)
        beside = self.file.with_name(f"{self.file.name}.{os.getpid()}.new")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            # A path may hold a byte that is no letter; with a backslash it is JSON all the same.
            with beside.open("w", encoding="utf-8", errors="backslashreplace") as new:
                new.write(text + "\n")
                new.flush()
                os.fsync(new.fileno())  # a computer that loses its power must find the old file or the new one
            beside.replace(self.file)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            sentence = (
                f"{self.file} could not be written ({_reason(error)}); your settings hold until the window closes. "
                "Look at who may write there, and at the room on the drive."
            )
            if sentence not in self.problems:
                self.problems = (*self.problems, sentence)
                self.troubled.emit(sentence)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}: {error.msg}"
    return "it is no text" if isinstance(error, UnicodeDecodeError) else str(error)


def _plain(value: Value) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _checked(setting: Setting, value: Any) -> Value:
    """The value as the row wants it; raises ValueError with a sentence that names the key."""
    match setting.kind:
        case "bool":
            good = isinstance(value, bool)
        case "int":
            good = isinstance(value, int) and not isinstance(value, bool)
        case "float":
            good = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
            value = float(value) if good else value
        case "choice":
            good = value in setting.choices if isinstance(value, str) else False
        case "text":
            good = isinstance(value, str)
        case "list":
            good = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
            value = tuple(value) if good else value
        case "map":
            good = isinstance(value, Mapping) and all(isinstance(x, str) for pair in value.items() for x in pair)
            value = MappingProxyType(dict(value)) if good else value
        case _:
            raise AssertionError(setting.kind)
    if not good:
        wanted = f"one of {', '.join(setting.choices)}" if setting.choices else f"a {setting.kind}"
        raise ValueError(f"“{setting.key}” must be {wanted}, not {_short(value)}.")
    if setting.kind in ("int", "float") and not setting.low <= value <= setting.high:
        raise ValueError(f"“{setting.key}” must lie between {setting.low:g} and {setting.high:g}, not {_short(value)}.")
    return value


def _short(value: Any) -> str:
    """A value as it stands in a sentence; somebody may have put a whole file there."""
    try:
        written = repr(value)
    except ValueError:  # Python refuses to write an integer of thousands of digits
        return "a number that long"
    return written if len(written) <= 60 else f"{written[:59]}…"
