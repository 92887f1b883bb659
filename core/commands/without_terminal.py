"""Tells somebody who started the program from a desktop, where no terminal shows what it prints."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping

# What desktops set for the programs they start.
_LAUNCHERS = ("GIO_LAUNCHED_DESKTOP_FILE", "DESKTOP_STARTUP_ID", "XDG_ACTIVATION_TOKEN")
_TITLE = "Outsole"


def is_unheard(environment: Mapping[str, str] | None = None) -> bool:
    """Whether what is printed reaches nobody."""
    known = os.environ if environment is None else environment
    if sys.stderr is None:
        return True
    return not sys.stderr.isatty() and any(known.get(name) for name in _LAUNCHERS)


def show_message(text: str) -> bool:
    """Show it by whatever the desktop has for that, without waiting for an answer; False where there is nothing."""
    command = message_command(text)
    if command is None:
        return False
    try:
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return True


def message_command(text: str) -> list[str] | None:
    """What to run to show a text."""
    if sys.platform == "win32":
        # PowerShell takes the printed quotes for quotes as well; two of any are one that ends nothing.
        quoted = re.sub("(['\u2018-\u201b])", r"\1\1", text)
        script = f"(New-Object -ComObject Wscript.Shell).Popup('{quoted}', 0, '{_TITLE}', 16)"
        return ["powershell", "-NoProfile", "-WindowStyle", "Hidden", "-Command", script]
    if sys.platform == "darwin":
        words = text.replace("\\", "\\\\").replace('"', '\\"')
        return ["osascript", "-e", f'display alert "{_TITLE}" message "{words}" as critical']
    for program, *options in (
        ("zenity", "--error", "--no-markup", "--width=640", f"--title={_TITLE}", f"--text={text}"),
        ("kdialog", "--title", _TITLE, "--error", text),
        ("xmessage", "-center", "-title", _TITLE, text),
    ):
        found = shutil.which(program)
        if found is not None:
            return [found, *options]
    return None
