"""What the program can say: the texts in its sources, with “…” where a value is put in."""

from __future__ import annotations

import ast
import re
from pathlib import Path

FOLDERS = ("core", "gui", "packaging")


def program_texts(checkout: Path) -> set[str]:
    """Every text of the sources on one line; shell scripts by their lines."""
    texts: set[str] = set()
    for folder in FOLDERS:
        for file in (checkout / folder).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            texts |= {_one_line(_written(node)) for node in ast.walk(tree) if isinstance(node, _TEXTS)}
        for file in (checkout / folder).rglob("*.sh"):
            texts |= {_one_line(line) for line in file.read_text(encoding="utf-8").splitlines()}
    return texts


def _written(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(map(_written, values))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _written(left) + _written(right)
    return "…"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


_TEXTS = (ast.Constant, ast.JoinedStr, ast.BinOp)
