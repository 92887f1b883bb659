"""The page of keys: every command of the window by its menu, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gui.actions.action import Action
from gui.actions.key_rows import key_rows

_INTRODUCTION = """\
# Keys

Every command of the window, by its menu. `F1` shows the keys beside the work and searches them; `Ctrl+K` finds any
command by its words, says its key, and why it cannot be used now. On a Mac, Ctrl is ⌘ and Alt is ⌥.
"""
_CANVAS = "On the photo"
_CANVAS_NOTE = "Keys and what the pointer does while the photo has the focus; a click on it gives it the focus back."


def key_page(actions: Iterable[Action], menus: Sequence[str]) -> str:
    """The whole page; `menus` in the order of the menu bar."""
    table = tuple(actions)
    groups: dict[str, list[tuple[str, str]]] = {}
    for group, text, keys in key_rows(table):
        groups.setdefault(group, []).append((text, keys))
    parts = [_INTRODUCTION]
    for menu in (name.replace("&", "") for name in menus):
        rows = groups.pop(menu, [])
        without = [_plain(action.text) for action in table if _plain(action.group) == menu and not action.keys]
        if rows or without:
            parts.append(_section(f"{menu} menu", "", rows, without))
    for group, rows in groups.items():  # what stands in no menu
        is_canvas = group == "Canvas"
        parts.append(_section(_CANVAS if is_canvas else group, _CANVAS_NOTE if is_canvas else "", rows, []))
    return "\n".join(parts)


def _section(title: str, note: str, rows: Sequence[tuple[str, str]], without: Sequence[str]) -> str:
    lines = [f"## {title}", ""]
    if note:
        lines += [note, ""]
    if rows:
        lines += ["| does | by |", "| --- | --- |"]
        lines += [f"| {_cell(text)} | {_keys(keys)} |" for text, keys in rows]
        lines.append("")
    if without:
        lines += [f"Without a key: {'; '.join(without)}.", ""]
    return "\n".join(lines)


def _keys(keys: str) -> str:
    return " ".join(f"`{one}`" if one != "|" else "`\\|`" for one in keys.split(" · "))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip(".…")
