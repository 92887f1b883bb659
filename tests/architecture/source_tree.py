"""Reads the checkout's Python files once, with ast only: what each imports, defines, calls and catches."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDERS = ("core", "gui", "packaging", "tests")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name, spelt out: `from a.b import c` is `a.b.c`. Lazy: inside a function."""

    target: str
    line: int
    lazy: bool = False
    typing_only: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """A class or function and where it stands: the class around it, and whether it is inside a function."""

    node: ast.ClassDef | Function
    owner: ast.ClassDef | None
    nested: bool


@dataclass(slots=True)
class Module:
    """One file: its dotted name, its text, and what the rules look at."""

    name: str
    path: str
    text: str
    tree: ast.Module
    imports: list[Import] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    handlers: list[ast.ExceptHandler] = field(default_factory=list)
    calls: list[ast.Call] = field(default_factory=list)

    @property
    def part(self) -> str:
        """The folder or file one step below the top that it belongs to: core.geometry.pose is in core.geometry."""
        return ".".join(self.name.split(".")[:2])


Project = Mapping[str, Module]


class _Reader(ast.NodeVisitor):
    def __init__(self, module: Module) -> None:
        self.module = module
        self.depth = 0
        self.typing_only = False
        self.owner: ast.ClassDef | None = None

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(alias.name, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        source = node.module or ""
        if node.level:
            package = self.module.name.split(".")
            is_package = self.module.path.endswith("__init__.py")
            above = package[: len(package) - node.level + is_package]
            source = ".".join([*above, *([node.module] if node.module else [])])
        for alias in node.names:
            self._add(source if alias.name == "*" else f"{source}.{alias.name}", node.lineno)

    def visit_If(self, node: ast.If) -> None:
        before = self.typing_only
        self.typing_only = before or dotted(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for child in node.body:
            self.visit(child)
        self.typing_only = before
        self.visit(node.test)
        for child in node.orelse:
            self.visit(child)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.module.definitions.append(Definition(node, self.owner, self.depth > 0))
        before, self.owner = self.owner, node
        self.generic_visit(node)
        self.owner = before

    def visit_FunctionDef(self, node: Function) -> None:
        self.module.definitions.append(Definition(node, self.owner, self.depth > 0))
        before, self.owner = self.owner, None
        for outside in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            if outside is not None:
                self.visit(outside)
        self.depth += 1
        for child in node.body:
            self.visit(child)
        self.depth -= 1
        self.owner = before

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.module.handlers.append(node)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.module.calls.append(node)
        first = node.args[0] if node.args else None
        if called_name(node) in ("import_module", "__import__") and isinstance(first, ast.Constant):
            self._add(str(first.value), node.lineno)
        self.generic_visit(node)

    def _add(self, target: str, line: int) -> None:
        self.module.imports.append(Import(target, line, self.depth > 0, self.typing_only))


def called_name(call: ast.Call) -> str:
    """The last name of what is called: `a.b.c()` is c."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def dotted(node: ast.expr) -> str:
    """`a.b.c` as written, or "" where it is no chain of names."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def docstring_lines(node: ast.ClassDef | Function) -> int:
    """How many lines its docstring takes."""
    first = node.body[0]
    has_one = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return (first.end_lineno or first.lineno) - first.lineno + 1 if has_one else 0


def read_module(path: str, text: str) -> Module:
    """The module at a path relative to the checkout, parsed."""
    parts = path.removesuffix(".py").split("/")
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    module = Module(name, path, text, ast.parse(text, path))
    _Reader(module).visit(module.tree)
    return module


def read_sources(sources: Mapping[str, str]) -> Project:
    """A project from texts by path: what the rules are tested on."""
    modules = (read_module(path, text) for path, text in sources.items())
    return {module.name: module for module in modules}


def read_checkout(checkout: Path) -> Project:
    """The project in a folder."""
    files = (file for folder in FOLDERS for file in sorted((checkout / folder).rglob("*.py")))
    return read_sources({file.relative_to(checkout).as_posix(): file.read_text(encoding="utf-8") for file in files})


def program(project: Project) -> Iterator[Module]:
    """The modules of core and gui."""
    return (module for module in project.values() if module.name.partition(".")[0] in ("core", "gui"))
