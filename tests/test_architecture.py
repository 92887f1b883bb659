"""The house rules, looked up in the syntax trees alone; and each rule shown to fail on a snippet that breaks it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from architecture import import_rules, shape_rules
from architecture.source_tree import Project, read_checkout, read_sources

Rule = Callable[[Project], Iterator[str]]
RULES: tuple[Rule, ...] = (*import_rules.RULES, *shape_rules.RULES)
CHECKOUT = Path(__file__).resolve().parent.parent


@functools.cache
def checkout() -> Project:
    return read_checkout(CHECKOUT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_house_rule(rule: Rule) -> None:
    broken = sorted(set(rule(checkout())))
    if broken:
        pytest.fail("\n".join([rule.__doc__ or "", *broken]), pytrace=False)


def test_the_checkout_is_what_was_read() -> None:
    assert "core.geometry.camera" in checkout()
    assert "tests.test_architecture" in checkout()


def block(lines: int) -> str:
    return "".join(f"    x = {n}\n" for n in range(lines))


METHODS = "".join(f"    def m{n}(self) -> None: ...\n" for n in range(21))
MANY_ATTRIBUTES = "class A:\n    def __init__(self) -> None:\n" + "".join(f"        self.a{n} = 0\n" for n in range(13))
MANY_FIELDS = "".join(f"    a{n}: int\n" for n in range(13))

# rule, the sources that break it, and words of the sentence it must say
BROKEN: list[tuple[Rule, dict[str, str], str]] = [
    (import_rules.no_qt_in_core, {"core/geometry/a.py": "from PySide6.QtCore import QObject"}, "core/geometry/a.py:1"),
    (import_rules.no_qt_in_core, {"core/fit/a.py": "def f():\n    import pyqtgraph as pg"}, "core/fit/a.py:2"),
    (import_rules.no_qt_in_core, {"gui/tools/a.py": "import PySide6"}, "gui.tools knows no Qt"),
    (import_rules.heavy_libraries_in_their_rooms, {"core/fit/a.py": "import torch.nn as nn"}, "core.vision"),
    (import_rules.heavy_libraries_in_their_rooms, {"core/jobs/tasks.py": "def f():\n    import numba"}, "core.render"),
    (import_rules.window_starts_light, {"gui/app.py": "import cv2"}, "inside the function"),
    (import_rules.window_starts_light, {"gui/app.py": "import vtkmodules.all"}, "vtkmodules.all"),
    (
        import_rules.window_starts_light,
        {"gui/app.py": "from core.labels import a", "core/labels/a.py": "if 1:\n    import scipy.ndimage"},
        "core/labels/a.py:2: starting the window loads scipy (gui.app > core.labels.a)",
    ),
    (
        import_rules.window_stays_light,
        {"gui/app.py": "def f():\n    from core.labels.a import g", "core/labels/a.py": "def g():\n    import trimesh"},
        "core/labels/a.py:2",
    ),
    (
        import_rules.window_stays_light,
        {"gui/app.py": "import core.jobs.client", "core/jobs/client.py": "def f():\n    import torch"},
        "core/jobs/client.py:2",
    ),
    (
        import_rules.no_import_circle,
        {"core/fit/a.py": "from core.fit import b", "core/fit/b.py": "def f():\n    from core.fit.a import g"},
        "2 files import each other",
    ),
    (
        import_rules.no_import_circle,
        {"gui/tools/a.py": "from . import b", "gui/tools/b.py": "from .a import x"},
        "gui/tools/b.py:1 imports gui.tools.a.x",
    ),
    (import_rules.core_layers_point_downward, {"core/geometry/a.py": "import core.labels.photo"}, "no other part"),
    (import_rules.core_layers_point_downward, {"core/labels/a.py": "from gui import app"}, "never the reverse"),
    (import_rules.core_layers_point_downward, {"core/novel/a.py": ""}, "has no row in LAYERS"),
    (
        import_rules.only_tasks_import_the_machines,
        {"core/jobs/server.py": "def f():\n    import core.fit.search"},
        ":2",
    ),
    (import_rules.only_tasks_import_the_machines, {"core/jobs/server.py": "from core.jobs import tasks"}, "inside"),
    (import_rules.window_layers_point_downward, {"gui/tools/a.py": "import gui.canvas.canvas"}, "not below it"),
    (import_rules.window_layers_point_downward, {"gui/panels/a.py": "import gui.actions"}, "not below it"),
    (
        import_rules.window_layers_point_downward,
        {"gui/inference.py": "import core.fit.search"},
        "through gui.inference",
    ),
    (import_rules.window_layers_point_downward, {"gui/novel.py": ""}, "has no row"),
    (shape_rules.files_stay_short, {"core/a.py": "\n" * 401}, "401 lines"),
    (shape_rules.files_stay_short, {"gui/main_window.py": "\n" * 151}, "budget 150"),
    (shape_rules.files_stay_short, {"gui/canvas/canvas.py": "\n" * 251}, "budget 250"),
    (shape_rules.functions_stay_short, {"core/a.py": "def f():\n" + block(60)}, "f has 61 lines"),
    (shape_rules.classes_stay_small, {"core/a.py": "class A:\n" + METHODS}, "21 methods"),
    (shape_rules.classes_stay_small, {"core/a.py": MANY_ATTRIBUTES}, "13 attributes"),
    (shape_rules.classes_stay_small, {"core/a.py": "@dataclass\nclass A:\n" + MANY_FIELDS}, "13 attributes"),
    (shape_rules.packages_are_empty, {"core/fit/__init__.py": "from core.fit import a"}, "not empty"),
    (shape_rules.names_say_something, {"core/utils/a.py": ""}, "'utils'"),
    (shape_rules.names_say_something, {"gui/tools/drag_helper.py": ""}, "'helper'"),
    (shape_rules.names_say_something, {"gui/a.py": "class SessionManager: ..."}, "SessionManager"),
    (shape_rules.names_say_something, {"gui/a.py": "class BaseTool: ..."}, "BaseTool"),
    (shape_rules.no_event_loop_by_hand, {"gui/a.py": "QApplication.processEvents()"}, "gui/a.py:1"),
    (shape_rules.tests_never_sleep, {"tests/test_a.py": "import time\ntime.sleep(1)"}, "tests/test_a.py:2"),
    (shape_rules.tests_never_sleep, {"tests/test_a.py": "from time import sleep\nsleep(1)"}, "tests/test_a.py:2"),
    (shape_rules.tests_never_sleep, {"tests/test_a.py": "def test_a(qtbot):\n    qtbot.wait(100)"}, "waitUntil"),
    (shape_rules.no_error_is_swallowed, {"core/a.py": "try:\n    f()\nexcept Exception:\n    pass"}, "core/a.py:3"),
    (shape_rules.no_error_is_swallowed, {"core/a.py": "try:\n    f()\nexcept:\n    x = 1"}, "core/a.py:3"),
    (
        shape_rules.no_error_is_swallowed,
        {"core/a.py": "try:\n    f()\nexcept (OSError, Exception) as error:\n    x = 1"},
        "core/a.py:3",
    ),
    (shape_rules.no_error_is_swallowed, {"gui/a.py": "with suppress(Exception):\n    f()"}, "gui/a.py:1"),
    (shape_rules.every_file_says_what_it_knows, {"gui/a.py": "x = 1"}, "no docstring"),
    (shape_rules.core_is_documented, {"core/a.py": "def f(): ..."}, "f has no docstring"),
    (shape_rules.core_is_documented, {"core/a.py": "class A:\n    '''A.'''\n    def f(self): ..."}, "core/a.py:3"),
    (shape_rules.functions_are_annotated, {"gui/a.py": "def f(a, *b: int) -> None: ..."}, "no type for a;"),
    (shape_rules.functions_are_annotated, {"core/a.py": "class A:\n    def f(self): ..."}, "no type for the result"),
]


@pytest.mark.parametrize(("rule", "sources", "words"), BROKEN, ids=lambda value: getattr(value, "__name__", None))
def test_rule_can_fail(rule: Rule, sources: dict[str, str], words: str) -> None:
    sentences = list(rule(read_sources(sources)))
    assert len(sentences) == 1
    assert words in sentences[0]


def test_every_rule_is_shown_to_fail() -> None:
    assert {rule.__name__ for rule in RULES} == {rule.__name__ for rule, _, _ in BROKEN}


GOOD = {
    "core/__init__.py": "",
    "core/geometry/pose.py": '"""Poses."""\nimport numpy\ndef f(a: int, *b: int) -> int:\n    """One."""\n',
    "core/labels/photo.py": (
        '"""Photos."""\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from core.labels.project import P\n'
        "from core.geometry.pose import f\n"
        '@dataclass(frozen=True, slots=True)\nclass Photo:\n    """One."""\n' + MANY_FIELDS
    ),
    "core/labels/project.py": '"""Projects."""\nfrom core.labels.photo import Photo\n',
    "core/vision/net.py": '"""A net."""\nimport torch\n',
    "core/fit/search.py": '"""Search."""\nimport numba\nfrom core.render import raster\n',
    "core/render/raster.py": '"""Raster."""\ndef _f() -> None:\n    import numba\n',
    "core/jobs/messages.py": '"""Messages."""\n',
    "core/jobs/tasks.py": '"""Tasks."""\nfrom core.fit import search\nfrom core.vision.net import N\nimport trimesh\n',
    "core/jobs/server.py": (
        '"""Server."""\ndef _serve(job: int) -> None:\n    from core.jobs import tasks\n'
        "    try:\n        tasks.run(job)\n    except Exception as error:\n        send(str(error))\n"
    ),
    "core/jobs/client.py": '"""Client."""\nfrom core.jobs.server import x\n',
    "core/cli.py": '"""Commands."""\nfrom core.jobs import client\nfrom core.fit import search\n',
    "gui/app.py": '"""The program."""\nfrom gui import main_window\nfrom gui.bench import run\n',
    "gui/bench.py": '"""Measures."""\n',
    "gui/main_window.py": '"""The window."""\nfrom PySide6.QtWidgets import QWidget\nfrom gui.canvas.canvas import C\n',
    "gui/canvas/canvas.py": '"""The canvas."""\nfrom gui.session import S\n',
    "gui/session.py": '"""What the window looks at."""\nfrom core.labels.photo import Photo\n',
    "gui/inference.py": (
        '"""Asks the core."""\nfrom core.jobs.client import C\n'
        "def show() -> None:\n    import vtkmodules.vtkRenderingCore\n"
    ),
    "tests/test_a.py": "def test_a(qtbot):\n    qtbot.waitUntil(done)\n    thread.wait()\n",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_lets_good_code_pass(rule: Rule) -> None:
    assert list(rule(read_sources(GOOD))) == []


def test_an_imported_name_is_an_import_of_its_file() -> None:
    project = read_sources({"core/fit/a.py": "from . import b\nfrom .b import c\nfrom ..geometry.pose import Pose\n"})
    targets = [entry.target for entry in project["core.fit.a"].imports]
    assert targets == ["core.fit.b", "core.fit.b.c", "core.geometry.pose.Pose"]
