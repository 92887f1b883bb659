"""How large and how plain the code may be: budgets, names, docstrings, hints, and the calls that are never right.

Every rule takes a project and yields a sentence for each violation: file, line, what, remedy. A budget that fails is a
reason to look for the part that wants a file of its own, not for a larger number.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from architecture.source_tree import (
    Definition,
    Function,
    Module,
    Project,
    called_name,
    docstring_lines,
    dotted,
    program,
)

FILE_LINES = 400
LINES_OF = {"gui/main_window.py": 150, "gui/canvas/canvas.py": 250}
FUNCTION_LINES = 60
CLASS_METHODS = 20
CLASS_ATTRIBUTES = 12
EMPTY_WORDS = frozenset(
    {"util", "utils", "misc", "helper", "helpers", "manager", "managers", "base", "common"}
)  # they say nothing about what is inside, so everything ends up there
BROAD = frozenset({"Exception", "BaseException"})


def files_stay_short(project: Project) -> Iterator[str]:
    """At most 400 lines a file, fewer where such programs grow fat."""
    for module in project.values():
        lines, budget = module.text.count("\n"), LINES_OF.get(module.path, FILE_LINES)
        if lines > budget:
            yield f"{module.path}:{lines}: {lines} lines, budget {budget}; give one of its ideas a file of its own"


def functions_stay_short(project: Project) -> Iterator[str]:
    """At most 60 lines a function, docstring not counted."""
    for module, definition in _definitions(project):
        node = definition.node
        if isinstance(node, ast.ClassDef):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1 - docstring_lines(node)
        if lines > FUNCTION_LINES:
            remedy = "name its steps and make them functions"
            yield f"{_at(module, node)}: {node.name} has {lines} lines, budget {FUNCTION_LINES}; {remedy}"


def classes_stay_small(project: Project) -> Iterator[str]:
    """At most 20 methods and 12 attributes a class; the fields of a frozen value are not counted."""
    for module, definition in _definitions(project):
        node = definition.node
        if not isinstance(node, ast.ClassDef):
            continue
        methods = {child.name for child in node.body if isinstance(child, Function)}
        if len(methods) > CLASS_METHODS:
            remedy = "split it by what changes together"
            yield f"{_at(module, node)}: {node.name} has {len(methods)} methods, budget {CLASS_METHODS}; {remedy}"
        attributes = _attributes(node)
        if len(attributes) > CLASS_ATTRIBUTES:
            remedy = "group those that change together into a frozen value"
            count = f"{len(attributes)} attributes ({', '.join(sorted(attributes))})"
            yield f"{_at(module, node)}: {node.name} has {count}, budget {CLASS_ATTRIBUTES}; {remedy}"


def packages_are_empty(project: Project) -> Iterator[str]:
    """Re-exporting packages are where circles live."""
    for module in project.values():
        if module.path.endswith("__init__.py") and module.text.strip():
            yield f"{module.path}:1: not empty; import from the file that defines the name"


def names_say_something(project: Project) -> Iterator[str]:
    """No file, folder or class named after nothing."""
    for module in project.values():
        for word in _words(module.name):
            if word in EMPTY_WORDS:
                yield f"{module.path}:1: {word!r} in its path says nothing; name the file after what it knows"
        for definition in module.definitions:
            empty = EMPTY_WORDS.intersection(_words(definition.node.name))
            if empty and isinstance(definition.node, ast.ClassDef):
                name, word = definition.node.name, min(empty)
                yield f"{_at(module, definition.node)}: {word!r} in {name} says nothing; name it after what it is"


def no_event_loop_by_hand(project: Project) -> Iterator[str]:
    """processEvents lets any slot run in the middle of any other."""
    for module in program(project):
        for call in module.calls:
            if called_name(call) == "processEvents":
                yield f"{_at(module, call)}: calls processEvents; do the work in a task, or let a timer go on"


def tests_never_sleep(project: Project) -> Iterator[str]:
    """A test waits for what it waits for, never for a while."""
    for module in project.values():
        if not module.name.startswith("tests."):
            continue
        plain_sleep = any(entry.target == "time.sleep" for entry in module.imports)
        for call in module.calls:
            name = dotted(call.func)
            if name == "time.sleep" or (plain_sleep and name == "sleep"):
                yield f"{_at(module, call)}: sleeps; wait for the event or the reply itself, with a time limit"
            elif called_name(call) == "wait" and "qtbot" in name.lower():
                yield f"{_at(module, call)}: qtbot.wait; use waitSignal or waitUntil with the condition"


def no_error_is_swallowed(project: Project) -> Iterator[str]:
    """A broad except passes the error on: it raises, or uses it in what it returns, sends or logs."""
    for module in project.values():
        for handler in module.handlers:
            if _is_broad(handler.type) and not _passes_on(handler):
                remedy = "catch the one error that is expected, or pass it on"
                yield f"{_at(module, handler)}: swallows every error; {remedy}"
        for call in module.calls:
            if called_name(call) == "suppress" and any(_is_broad(argument) for argument in call.args):
                yield f"{_at(module, call)}: suppresses every error; name the one that is expected"


def every_file_says_what_it_knows(project: Project) -> Iterator[str]:
    """A docstring at the top of each module."""
    for module in project.values():
        inside = module.name.startswith(("core", "gui", "packaging"))
        if inside and not module.path.endswith("__init__.py") and not ast.get_docstring(module.tree):
            yield f"{module.path}:1: no docstring; say in one sentence what the file knows"


def core_is_documented(project: Project) -> Iterator[str]:
    """A docstring for each public class and function of core."""
    for module, definition in _definitions(project):
        node = definition.node
        hidden = definition.nested or node.name.startswith("_")
        hidden = hidden or (definition.owner is not None and definition.owner.name.startswith("_"))
        if module.name.startswith("core") and not hidden and not _is_variant(node) and not ast.get_docstring(node):
            remedy = "say shape, dtype, unit, frame, range and errors"
            yield f"{_at(module, node)}: {node.name} has no docstring; {remedy}"


def functions_are_annotated(project: Project) -> Iterator[str]:
    """Hints for every argument and every result in core, gui and packaging."""
    for module, definition in _definitions(project):
        node = definition.node
        if module.name.startswith("tests") or isinstance(node, ast.ClassDef):
            continue
        missing = [a.arg for a in _arguments(node, definition.owner is not None) if a.annotation is None]
        missing += ["the result"] if node.returns is None else []
        if missing:
            yield f"{_at(module, node)}: {node.name} has no type for {', '.join(missing)}; annotate it"


RULES: tuple[Callable[[Project], Iterator[str]], ...] = (
    files_stay_short,
    functions_stay_short,
    classes_stay_small,
    packages_are_empty,
    names_say_something,
    no_event_loop_by_hand,
    tests_never_sleep,
    no_error_is_swallowed,
    every_file_says_what_it_knows,
    core_is_documented,
    functions_are_annotated,
)


def _at(module: Module, node: ast.stmt | ast.expr | ast.excepthandler) -> str:
    return f"{module.path}:{node.lineno}"


def _definitions(project: Project) -> Iterator[tuple[Module, Definition]]:
    return ((module, definition) for module in project.values() for definition in module.definitions)


def _words(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[._]", " ", name).lower().split()


def _arguments(node: Function, is_method: bool) -> list[ast.arg]:
    places = [*node.args.posonlyargs, *node.args.args]
    is_static = any(dotted(decorator) == "staticmethod" for decorator in node.decorator_list)
    named = places[1:] if is_method and not is_static else places
    return [*named, *node.args.kwonlyargs, *(a for a in (node.args.vararg, node.args.kwarg) if a is not None)]


def _is_variant(node: ast.ClassDef | Function) -> bool:
    """Setters and overloads are documented by what they belong to."""
    names = (dotted(decorator) for decorator in node.decorator_list)
    return any(name.endswith((".setter", ".deleter")) or name.split(".")[-1] == "overload" for name in names)


def _is_frozen(node: ast.ClassDef) -> bool:
    calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
    keywords = [keyword for call in calls for keyword in call.keywords] + node.keywords
    return any(k.arg == "frozen" and isinstance(k.value, ast.Constant) and k.value.value for k in keywords)


def _attributes(node: ast.ClassDef) -> set[str]:
    """The names its methods assign on self, and the fields of a dataclass that is not frozen."""
    names: set[str] = set()
    is_dataclass = any(
        dotted(d.func if isinstance(d, ast.Call) else d).endswith("dataclass") for d in node.decorator_list
    )
    if is_dataclass and not _is_frozen(node):
        names |= {child.target.id for child in node.body if _is_field(child)}  # type: ignore[attr-defined]
    for method in (child for child in node.body if isinstance(child, Function) and child.args.args):
        own = method.args.args[0].arg
        for part in ast.walk(method):
            if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store) and dotted(part.value) == own:
                names.add(part.attr)
    return names


def _is_field(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and "ClassVar" not in ast.dump(node)


def _is_broad(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(one is None or dotted(one).rpartition(".")[2] in BROAD for one in kinds)


def _passes_on(handler: ast.ExceptHandler) -> bool:
    for part in (part for statement in handler.body for part in ast.walk(statement)):
        if isinstance(part, ast.Raise):
            return True
        if isinstance(part, ast.Name) and handler.name is not None and part.id == handler.name:
            return True
        if isinstance(part, ast.Call) and called_name(part) in ("exception", "format_exc", "print_exc", "exc_info"):
            return True
    return False
