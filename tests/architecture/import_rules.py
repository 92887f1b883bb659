"""Who may import whom: Qt and the heavy libraries in their rooms, layers downward, no circle, a light window process.

Every rule takes a project and yields a sentence for each violation: file, line, what, remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from architecture.source_tree import Import, Module, Project, program

QT = frozenset({"PySide6", "PySide2", "PyQt6", "PyQt5", "shiboken6", "pyqtgraph", "qtpy"})

# Library -> the parts of core that may import it, and nobody else.
ROOMS = {
    "torch": ("core.vision", "core.training"),
    "torchvision": ("core.vision", "core.training"),
    "safetensors": ("core.vision",),
    "lightning": ("core.training",),
    "albumentations": ("core.training",),
    "numba": ("core.render", "core.fit"),
}

# What the window's process never loads, and what it loads only after its first paint.
NEVER_IN_WINDOW = frozenset(
    {
        "torch",
        "torchvision",
        "lightning",
        "albumentations",
        "safetensors",
        "scipy",
        "numba",
        "trimesh",
        "matplotlib",
        "transformers",
        "vtk",
        "vtkmodules.all",
    }
)
AFTER_FIRST_PAINT = frozenset({"pyqtgraph", "cv2", "sqlalchemy", "vtkmodules", "PIL", "shapely", "pycocotools"})

# The inference process starts here; what this module imports inside its functions is loaded there, not in the window.
OTHER_PROCESS = "core.jobs.server"

_BELOW_FORMATS = ("geometry", "labels", "document", "storage", "render", "metrics")
LAYERS = {
    "resources": (),
    "geometry": (),
    "labels": ("geometry",),
    "document": ("geometry", "labels"),
    "storage": ("geometry", "labels", "document"),
    "effort": ("geometry", "labels", "document", "storage"),
    "render": ("geometry", "labels"),
    "meshes": ("geometry", "labels"),
    "sneaker": ("geometry", "labels", "document", "storage", "render", "meshes", "resources"),
    "fit": ("geometry", "labels", "render"),
    "metrics": ("geometry", "labels", "render"),
    "vision": ("geometry", "labels", "resources"),
    "formats": _BELOW_FORMATS,
    "training": ("geometry", "labels", "storage", "render", "metrics", "formats", "vision", "sneaker", "meshes"),
    "doctor": ("resources", "storage", "jobs"),
    "jobs": (*_BELOW_FORMATS, "formats", "fit", "vision", "training", "sneaker", "meshes"),
}
EVERYTHING = ("core.cli", "core.__main__", "core.commands", "core.bench")  # the commands: they may import all of core
TASKS_ALONE = frozenset({"core.fit", "core.vision", "core.training", "core.meshes", "trimesh"})

# A part may import the parts with a smaller number; those at the top also each other.
WINDOW_LEVELS = {
    "gui.__main__": 9, "gui.app": 9, "gui.bench": 9, "gui.tour": 9,
    "gui.main_window": 8,
    "gui.commands": 7,
    "gui.workplace": 6,
    "gui.actions": 5, "gui.panels": 5, "gui.residual_view": 5, "gui.tutorial": 5,
    "gui.dialogs": 4, "gui.canvas": 4, "gui.live_overlap": 4, "gui.residuals": 4, "gui.model_pictures": 4,
    "gui.effort": 4,
    "gui.inference": 3, "gui.background": 3, "gui.widgets": 3, "gui.click_watch": 3,
    "gui.icons": 2, "gui.proposals": 2, "gui.desk": 2, "gui.pose_edits": 2, "gui.unity_scene": 2,
    "gui.posed_shoe": 3,
    "gui.qt_probe": 0, "gui.faults": 0, "gui.run_watch": 2,
    "gui.session": 1, "gui.theme": 1, "gui.fit_keys": 1,
    "gui.tools": 0, "gui.preferences": 0, "gui.style_sheet": 0, "gui.instance_color": 0,
}  # fmt: skip
TOP = 9
CLOSED_TO_WINDOW = ("core.fit", "core.vision", "core.training", "core.cli")


def no_qt_in_core(project: Project) -> Iterator[str]:
    """Core runs without a window, and the tools' arithmetic with it."""
    for module in program(project):
        if module.part != "gui.tools" and not module.name.startswith("core"):
            continue
        for entry in module.imports:
            if _top(entry.target) in QT:
                remedy = "hand it plain numbers; whatever draws or listens belongs elsewhere in gui/"
                yield f"{_at(module, entry)}: {module.part} knows no Qt, and this imports {entry.target}; {remedy}"


def heavy_libraries_in_their_rooms(project: Project) -> Iterator[str]:
    """torch and numba stay where they are needed."""
    for module in program(project):
        for entry in module.imports:
            rooms = ROOMS.get(_top(entry.target))
            if rooms and module.part not in rooms:
                yield f"{_at(module, entry)}: imports {entry.target}; move this to {' or '.join(rooms)}"


def window_starts_light(project: Project) -> Iterator[str]:
    """Importing gui.app loads neither what the window never needs nor what it needs only after its first paint."""
    starts = [name for name in ("gui.app", "gui.__main__") if name in project]
    for module, entry, chain in _reachable(project, starts, follow=lambda module, entry: not entry.lazy):
        library = _listed(entry.target, NEVER_IN_WINDOW | AFTER_FIRST_PAINT)
        if library and not entry.lazy:
            remedy = "import it inside the function that needs it" if library in AFTER_FIRST_PAINT else _TO_A_TASK
            yield f"{_at(module, entry)}: starting the window loads {library} ({chain}); {remedy}"


def window_stays_light(project: Project) -> Iterator[str]:
    """Nothing the window's process reaches loads the heavy libraries, imports inside functions counted."""
    starts = [name for name in project if name.startswith("gui")]
    for module, entry, chain in _reachable(project, starts, follow=lambda module, entry: not _elsewhere(module, entry)):
        library = _listed(entry.target, NEVER_IN_WINDOW)
        if library and not _elsewhere(module, entry):
            yield f"{_at(module, entry)}: the window can come to load {library} ({chain}); {_TO_A_TASK}"


def no_import_circle(project: Project) -> Iterator[str]:
    """No module reaches itself, lazy imports counted; imports for type checkers are not."""
    graph = {m.name: sorted({name for _, name in _edges(project, m)} - {m.name}) for m in program(project)}
    for circle in _circles(graph):
        lines = []
        for name in circle:
            entry = next(e for e, target in _edges(project, project[name]) if target in circle and target != name)
            lines.append(f"    {_at(project[name], entry)} imports {entry.target}")
        remedy = "move what both need into a lower module, or pass it in"
        yield f"{project[circle[0]].path}: {len(circle)} files import each other; {remedy}\n" + "\n".join(lines)


def core_layers_point_downward(project: Project) -> Iterator[str]:
    """A part of core imports only the parts its row in LAYERS names."""
    for module in program(project):
        words = module.name.split(".")
        if words[0] != "core" or len(words) == 1 or module.part in EVERYTHING:
            continue
        if words[1] not in LAYERS:
            yield f"{module.path}:1: core.{words[1]} has no row in LAYERS of tests/architecture/import_rules.py"
            continue
        for entry in module.imports:
            target = entry.target.split(".")
            if target[0] == "gui":
                yield f"{_at(module, entry)}: core imports {entry.target}; the window uses core, never the reverse"
            elif target[0] == "core" and len(target) > 1 and target[1] not in (words[1], *LAYERS[words[1]]):
                allowed = ", ".join(LAYERS[words[1]]) or "no other part of core"
                yield f"{_at(module, entry)}: core.{words[1]} imports core.{target[1]}; it may import {allowed}"


def only_tasks_import_the_machines(project: Project) -> Iterator[str]:
    """Within core.jobs the fit, the networks and the importers are known to the task files alone, lazily to others."""
    for module in program(project):
        if module.part != "core.jobs" or _is_task(module.name):
            continue
        for entry in module.imports:
            machine = _listed(entry.target, TASKS_ALONE)
            if machine:
                yield f"{_at(module, entry)}: imports {machine}; only core/jobs/tasks.py and task_*.py may"
            elif _is_task(entry.target) and not entry.lazy and not entry.typing_only:
                yield f"{_at(module, entry)}: imports {entry.target}; import it inside the function that runs the task"


def window_layers_point_downward(project: Project) -> Iterator[str]:
    """A part of gui imports only parts on a lower level, and of core nothing that belongs to another process."""
    for module in program(project):
        if not module.name.startswith("gui."):
            continue
        level = WINDOW_LEVELS.get(module.part)
        if level is None:
            yield f"{module.path}:1: {module.part} has no row in WINDOW_LEVELS of tests/architecture/import_rules.py"
            continue
        for entry in module.imports:
            target = ".".join(entry.target.split(".")[:2])
            if target in CLOSED_TO_WINDOW or _is_task(entry.target):
                yield f"{_at(module, entry)}: imports {entry.target}; ask for it by a request through gui.inference"
            other = WINDOW_LEVELS.get(target)
            if other is None or target == module.part or other < level or other == level == TOP:
                continue
            remedy = "pass the value in, or connect a signal one level up"
            yield f"{_at(module, entry)}: {module.part} imports {target}, which is not below it; {remedy}"


RULES: tuple[Callable[[Project], Iterator[str]], ...] = (
    no_qt_in_core,
    heavy_libraries_in_their_rooms,
    window_starts_light,
    window_stays_light,
    no_import_circle,
    core_layers_point_downward,
    only_tasks_import_the_machines,
    window_layers_point_downward,
)

_TO_A_TASK = "move the work into a task of core.jobs, or this import into a module the window does not use"


def _at(module: Module, entry: Import) -> str:
    return f"{module.path}:{entry.line}"


def _top(target: str) -> str:
    return target.partition(".")[0]


def _listed(target: str, names: frozenset[str]) -> str:
    words = target.split(".")
    return next((p for p in (".".join(words[:n]) for n in range(len(words), 0, -1)) if p in names), "")


def _is_task(target: str) -> bool:
    words = target.split(".")
    return words[:2] == ["core", "jobs"] and len(words) > 2 and words[2].startswith(("tasks", "task_"))


def _elsewhere(module: Module, entry: Import) -> bool:
    return entry.lazy and (module.name == OTHER_PROCESS or (module.part == "core.jobs" and _is_task(entry.target)))


def _edges(project: Project, module: Module) -> Iterator[tuple[Import, str]]:
    for entry in module.imports:
        if entry.typing_only:
            continue
        parent = entry.target.rpartition(".")[0]
        name = entry.target if entry.target in project else parent
        if name in project and _top(name) in ("core", "gui") and not project[name].path.endswith("__init__.py"):
            yield entry, name


def _reachable(
    project: Project, starts: list[str], follow: Callable[[Module, Import], bool]
) -> Iterator[tuple[Module, Import, str]]:
    chains = {name: name for name in starts}
    waiting = list(starts)
    while waiting:
        module = project[waiting.pop(0)]
        for entry in module.imports:
            if not entry.typing_only:
                yield module, entry, chains[module.name]
        for entry, name in _edges(project, module):
            if name not in chains and follow(module, entry):
                chains[name] = f"{chains[module.name]} > {name}"
                waiting.append(name)


def _circles(graph: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """The sets of modules that reach each other, by Tarjan's algorithm (SIAM J. Comput. 1, 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def connect(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in graph[name]:
            if other not in index:
                connect(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            together = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(together) > 1:
                found.append(sorted(together))

    for name in graph:
        if name not in index:
            connect(name)
    return iter(found)
