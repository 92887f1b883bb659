"""The pages lead where they say, quote what the program says, and those made from the program are as it is now."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("markdown_it", reason="needs what the extra “docs” brings: pip install -e '.[docs]'")

import markdown_pages
from markdown_pages import CHECKOUT, links_of, pages, wrong_links
from program_texts import program_texts
from pytestqt.qtbot import QtBot

from core.cli import make_parser
from core.commands.examples import EXAMPLES

DOCS = CHECKOUT / "docs"
TROUBLESHOOTING = DOCS / "troubleshooting.md"
PICTURES = ("*.png", "*.svg")
COMMAND = re.compile(r"`outsole ([a-z][a-z-]+)(?=[ `])")
KEY = re.compile(r"`((?:Ctrl\+|Shift\+|Alt\+)+[^`\s]+|F\d{1,2})`")
MODIFIERS = {"Ctrl+Shift", "Ctrl+Alt", "Alt+Shift"}


def script(name: str) -> ModuleType:
    """A script of the docs folder; it is no part of a package, so it is loaded by its path."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(CHECKOUT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert wrong_links(page) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[a](gone.md)", "is not there"),
        ("![a](gone.png)", "is not there"),
        ("[a](#no-such-heading)", "no heading of that anchor; it has a-heading"),
        ("[a](other.md#a-headin)", "no heading of that anchor"),
        ("[a](/etc/hosts)", "holds on one computer alone"),
        ("[a](../../etc)", "leads out of the project"),
        ("[a](htp://example.org)", "scheme htp"),
        ("[a](https://nowhere)", "names no computer"),
        ('<img src="gone.png">', "is not there"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(
    text: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markdown_pages, "CHECKOUT", tmp_path)
    (tmp_path / "other.md").write_text("# A heading\n")
    page = tmp_path / "page.md"
    page.write_text(f"# A heading\n\nSome words and {text}.\n")
    (sentence,) = wrong_links(page)
    assert sentence.startswith("page.md:3: ") and reason in sentence


def test_good_links_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown_pages, "CHECKOUT", tmp_path)
    (tmp_path / "other one.md").write_text("# Words & more\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n\n[a](other%20one.md#words--more) [b](#here) [c](https://example.org/x#y) <mailto:a@example.org>\n"
    )
    assert wrong_links(page) == []


def test_every_picture_is_shown_on_a_page() -> None:
    shown = {(link.page.parent / link.target).resolve() for page in pages() for link in links_of(page)}
    there = {file for pattern in PICTURES for file in DOCS.rglob(pattern)}
    assert sorted(there - shown) == []


def test_pictures_of_the_pages_are_those_the_tour_takes() -> None:
    kept = script("refresh_pictures").SHOWN
    steps = "".join(file.read_text(encoding="utf-8") for file in (CHECKOUT / "gui" / "tour").glob("*_steps.py"))
    assert [name for name in kept if f'"{name}"' not in steps] == []
    assert [name for name in kept.values() if not (DOCS / "pictures" / f"{name}.png").exists()] == []


def test_generated_pages_are_fresh(qtbot: QtBot) -> None:
    stale = [
        file.name
        for file, text in script("write_reference").pages().items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    assert not stale, f"{' and '.join(stale)} no longer say what the program does; `make docs` writes them anew"


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_of_commands_can_be_typed(name: str) -> None:
    parser, commands = make_parser()
    assert name in commands
    for line, meaning in EXAMPLES[name]:
        assert meaning
        for command in line.split(" && "):
            program, *words = shlex.split(command)
            assert program == "outsole" and words[0] in commands
            parser.parse_args(words)


def test_every_command_that_works_on_something_has_an_example() -> None:
    _, commands = make_parser()
    assert sorted(commands - set(EXAMPLES)) == ["sample", "study"]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(CHECKOUT).as_posix())
def test_commands_and_keys_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    _, commands = make_parser()
    assert set(COMMAND.findall(text)) - commands == set()
    known = set(re.findall(r"`([^`]+)`", (DOCS / "keys.md").read_text(encoding="utf-8")))
    assert {key for key in KEY.findall(text) if key.replace("Enter", "Return") not in known} - MODIFIERS == set()


def quotes_of(page: Path) -> list[str]:
    """The sentences a page quotes, each on one line, with “…” for what changes."""
    blocks = re.findall(r"^(?:> ?.*\n)+", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [" ".join(line.lstrip("> ") for line in block.splitlines()).strip() for block in blocks]


def test_what_is_quoted_is_what_the_program_says() -> None:
    said = program_texts(CHECKOUT)
    quotes = quotes_of(TROUBLESHOOTING)
    assert len(quotes) > 20
    assert [quote for quote in quotes if not any(quote in text for text in said)] == []


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="needs what the extra “docs” brings: pip install -e '.[docs]'")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", tmp_path / "trees"]
    built = subprocess.run([*command, DOCS, tmp_path / "html"], capture_output=True, text=True, check=False)
    assert (built.returncode, built.stderr) == (0, "")
    index = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    for page in DOCS.glob("*.md"):
        assert page.name == "index.md" or f'href="{page.stem}.html"' in index, f"{page.name} is in no table of contents"
