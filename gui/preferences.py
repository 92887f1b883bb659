"""What this computer's user prefers: one table of settings, kept in a JSON file and checked key by key. No Qt here."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from core.document.signal import Signal
from core.geometry.unity import AXES
from core.storage.folders import config_dir
from core.storage.table_file import NoTable, change_table, read_table

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
    Setting("text_size", "normal", "choice", "Text size", "Look", choices=("small", "normal", "large", "larger")),
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

    Of the file only those keys change that were set here: another window keeps its own in the same file.
    problems: sentences about the file, one for each key that was not taken; `troubled` carries one that comes later.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.changed: Signal[str] = Signal()
        self.troubled: Signal[str] = Signal()
        self.file = (folder or config_dir()) / FILE_NAME
        self.problems: tuple[str, ...] = ()
        self._values: dict[str, Value] = {}
        self._foreign: dict[str, Any] = {}
        self._unwritten: set[str] = set()
        self._at_rest: Callable[[], object] | None = None
        self._load()

    def __getitem__(self, key: str) -> Any:
        """The value in use: the one chosen, else the default. Raises KeyError for a key that is in no row."""
        return self._values.get(key, BY_KEY[key].default)

    def set(self, key: str, value: Value) -> None:
        """Choose a value, to be written; raises ValueError with a sentence when the row does not allow it."""
        checked = _checked(BY_KEY[key], value)
        if checked != self[key]:
            self._values[key] = checked
            self._save(key)
            self.changed.emit(key)

    def reset(self, key: str) -> None:
        """Back to the default."""
        if self._values.pop(key, None) is not None:
            self._save(key)
            self.changed.emit(key)

    def write_at_rest(self, start: Callable[[], object] | None) -> None:
        """From now on a change only calls `start`: a timer that is set anew by it, and calls `write` in the end.

        None: what is still to be written is written now, and every later change at once.
        """
        self._at_rest = start
        if start is None:
            self.write()

    def write(self) -> None:
        """Put into the file what was changed here since the last time."""
        changed = frozenset(self._unwritten)
        if not changed:
            return
        try:
            change_table(self.file, lambda table: self._merged(table, changed))
        except OSError as error:
            sentence = (
                f"{self.file} could not be written ({error.strerror or error}); your settings hold until the window "
                "closes. Look at who may write there, and at the room on the drive."
            )
            if sentence not in self.problems:
                self.problems = (*self.problems, sentence)
                self.troubled.emit(sentence)
        else:
            self._unwritten -= changed

    def add_recent(self, project_file: str) -> None:
        """Put a project at the top of the recent ones."""
        others = [file for file in self._everyones("recent_projects") if file != project_file]
        self.set("recent_projects", (project_file, *others)[:RECENT_PROJECTS])

    def recent_projects(self, *, but: Path | None = None) -> tuple[RecentProject, ...]:
        """The last projects, newest first, without the one that is open; looks for every file."""
        files = [file for file in self["recent_projects"] if file != str(but)][:RECENT_SHOWN]
        # os.path knows no exceptions: a folder one may not look into counts as gone, too.
        return tuple(RecentProject(Path(file), "" if os.path.exists(file) else GONE) for file in files)  # noqa: PTH110

    def forget_recent(self, *, but: Path | None = None) -> None:
        """Empty the list of recent projects; the one that is open stays, for the next start."""
        recent = self._everyones("recent_projects")
        self.set("recent_projects", tuple(file for file in recent if file == str(but)))

    def forget_project(self, project_file: str) -> None:
        """Take one project out of the recent ones; its file stays where it is."""
        recent = self._everyones("recent_projects")
        self.set("recent_projects", tuple(file for file in recent if file != project_file))

    def remember_photo(self, project_file: str, photo_id: str) -> None:
        """Note which photo a project was left at."""
        known = {file: photo for file, photo in self._everyones("last_photos").items() if file != project_file}
        newest = list(known.items())[-RECENT_PROJECTS:]
        self.set("last_photos", MappingProxyType({**dict(newest), project_file: photo_id}))

    def _load(self) -> None:
        try:
            raw = read_table(self.file)
        except FileNotFoundError:
            return
        except OSError as error:
            self._put_aside(f"could not be read ({error.strerror or error})")
            return
        except NoTable as error:
            self._put_aside(str(error))
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

    def _everyones(self, key: str) -> Any:
        """A value that every window adds to, with what others have added."""
        if key not in self._unwritten:
            with suppress(OSError, ValueError, KeyError):
                self._values[key] = _checked(BY_KEY[key], read_table(self.file)[key])
        return self[key]

    def _save(self, key: str) -> None:
        self._unwritten.add(key)
        (self._at_rest or self.write)()

    def _merged(self, table: dict[str, Any] | None, changed: Collection[str]) -> dict[str, Any]:
        """What the file is to hold: all that is in it and good, but what was changed here."""
        own = self._foreign | {key: _plain(value) for key, value in self._values.items()}
        if table is None:  # taken away, or broken by hand meanwhile
            self._keep_copy()
            return own
        kept = {key: value for key, value in table.items() if key not in changed and _is_good(key, value)}
        return kept | {key: own[key] for key in changed if key in own}


def _is_good(key: str, value: Any) -> bool:
    """Whether a value of the file may stay there; a key of a newer version may."""
    try:
        return key not in BY_KEY or _checked(BY_KEY[key], value) is not None
    except ValueError:
        return False


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
