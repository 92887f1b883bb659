"""The page of commands: every subcommand of a parser with its arguments, options and defaults, as Markdown.

It is written from the parser's own lists and not from its help, whose lines depend on the terminal and on Python.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable

_INTRODUCTION = """\
# Command line

What the window does without a hand, commands do too. `outsole` alone opens the window where you stopped,
`outsole shoes.outsole` opens that project; `outsole COMMAND --help` says in the terminal what stands here.

- `PROJECT` is the project file; its suffix `.outsole` may be left out. A project is open in one program at a time:
  close its window before a command works on it.
- `--json`, which every command takes, prints one object on stdout and nothing else: `{"ok": true, …}`, or
  `{"ok": false, "error": "…"}`.
- The exit code is 0 when all is well, 1 when something was refused or is wrong, 2 for bad usage or input.
"""


def command_page(parser: argparse.ArgumentParser) -> str:
    """The whole page."""
    commands = _commands_of(parser)
    parts = [_INTRODUCTION, "| command | does |", "| --- | --- |"]
    parts += [f"| [`{name}`](#outsole-{_anchor(name)}) | {_cell(text)} |" for name, _, text in commands]
    parts.append("")
    for name, command, _ in commands:
        parts += _section(command, f"outsole {name}", level=2)
    return "\n".join(parts).rstrip() + "\n"


def _commands_of(parser: argparse.ArgumentParser) -> list[tuple[str, argparse.ArgumentParser, str]]:
    """(name, parser, what it does) of each subcommand, in the order they were added."""
    found = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            texts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            found += [(name, command, texts.get(name, "")) for name, command in action.choices.items()]
    return found


def _section(command: argparse.ArgumentParser, title: str, *, level: int) -> list[str]:
    lines = [f"{'#' * level} {title}", ""]
    if command.description:
        lines += [_prose(" ".join(command.description.split())), ""]
    lines += ["```text", _usage(command, title), "```", ""]
    shown = [action for action in command._actions if _is_shown(action) and not _is_project(action)]
    rows = [_row(action) for action in sorted(shown, key=lambda one: (bool(one.option_strings), not one.required))]
    if rows:
        lines += ["| argument | means |", "| --- | --- |", *rows, ""]
    if command.epilog:
        lines += ["```text", command.epilog.strip("\n"), "```", ""]
    for name, part, _ in _commands_of(command):
        lines += _section(part, f"{title} {name}", level=level + 1)
    return lines


def _is_shown(action: argparse.Action) -> bool:
    hidden = isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
    return not hidden and action.help is not argparse.SUPPRESS and "--json" not in action.option_strings


def _is_project(action: argparse.Action) -> bool:
    return action.metavar == "PROJECT" and action.required  # said once for all commands


def _usage(command: argparse.ArgumentParser, title: str) -> str:
    words = [title]
    words += [_spelled(a) for a in command._actions if a.option_strings and a.required]
    if any(a.option_strings and not a.required and _is_shown(a) for a in command._actions):
        words.append("[options]")
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            words.append(f"{action.metavar} …")
        elif not action.option_strings and _is_shown(action):
            words.append(_value(action))
    return " ".join(words)


def _row(action: argparse.Action) -> str:
    text = _cell(" ".join((action.help or "").split()).replace("%%", "%"))
    default = _default(action)
    if default and "default" not in text:
        text = f"{text} (default: {default})".strip()
    if action.option_strings and action.required:
        text = f"**needed**; {text}"
    return f"| {_code(_spelled(action))} | {text} |"


def _spelled(action: argparse.Action) -> str:
    """An option as it is typed, with its value."""
    if not action.option_strings:
        return _value(action)
    if isinstance(action, argparse.BooleanOptionalAction):
        return ", ".join(action.option_strings)
    value = _value(action)
    name = action.option_strings[-1]
    return f"{name} {value}" if value else name


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    name = action.metavar
    if isinstance(name, tuple):
        return " ".join(part for part in name if part)
    if name is None:
        name = _choices(action.choices) if action.choices is not None else _placeholder(action)
    if action.nargs == "+":
        return f"{name} …"
    if action.nargs == "*":
        return f"[{name} …]"
    if action.nargs == "?":
        return f"[{name}]"
    return name


def _choices(choices: Iterable[object]) -> str:
    return "|".join(str(choice) for choice in choices)


def _placeholder(action: argparse.Action) -> str:
    numeric = action.type in (int, float)
    return "N" if numeric else action.dest.upper().replace("_", "-")


def _default(action: argparse.Action) -> str:
    value = action.default
    if value in (None, "", [], False, True, argparse.SUPPRESS):
        return ""
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9-]", "", name.lower())


def _cell(text: str) -> str:
    return _prose(text).replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _prose(text: str) -> str:
    """Options and file names of a help text as code, and nothing of it as Markdown."""
    escaped = re.sub(r"([*_<\[\]])", r"\\\1", text)
    return re.sub(r"(?<![\w`-])(--[a-z][a-z-]*)", r"`\1`", escaped)
