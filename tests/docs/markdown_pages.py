"""The Markdown pages of the project as a reader meets them: links, images and the anchors of headings."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

CHECKOUT = Path(__file__).resolve().parents[2]
_INCLUDE = re.compile(r"^```\{include\} (\S+)", re.MULTILINE)
_DIRECTIVE = re.compile(r"\{(?:image|figure|include)\} (\S+)")
_IN_HTML = re.compile(r"<(?:img|a)\b[^>]*?\b(?:src|href)=[\"']([^\"']+)")
_SCHEMES = frozenset({"http", "https", "mailto"})


@dataclass(frozen=True, slots=True)
class Link:
    """A link or an image of a page, as it is written there. line: counted from 1."""

    page: Path
    line: int
    target: str

    @property
    def place(self) -> str:
        """Where it stands, for a message."""
        return f"{self.page.relative_to(CHECKOUT)}:{self.line}"


def pages() -> tuple[Path, ...]:
    """README, every page of docs, and those that lie beside what they tell of."""
    folders = [CHECKOUT / name for name in ("docs", "packaging", "resources")]
    return (CHECKOUT / "README.md", *(page for folder in folders for page in sorted(folder.rglob("*.md"))))


def links_of(page: Path) -> Iterator[Link]:
    """Every link and image of a page."""
    for token in _tokens(page):
        line = (token.map or [0])[0] + 1
        yield from (Link(page, line, named) for named in _DIRECTIVE.findall(token.info) if token.type == "fence")
        for piece in (token, *(token.children or ())):
            target = piece.attrGet("href") if piece.type == "link_open" else piece.attrGet("src")
            if target:
                yield Link(page, line, str(target))
            if piece.type in ("html_block", "html_inline"):
                yield from (Link(page, line, html.unescape(found)) for found in _IN_HTML.findall(piece.content))


def wrong_links(page: Path) -> list[str]:
    """A sentence for each link of a page that leads nowhere; addresses of the web are only looked at for their form."""
    sentences = []
    for link in links_of(page):
        reason = _why_wrong(link)
        if reason:
            sentences.append(f"{link.place}: {link.target} {reason}")
    return sentences


@lru_cache(maxsize=64)
def anchors_of(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, and of the pages it includes."""
    found = {str(token.attrGet("id")) for token in _tokens(page) if token.type == "heading_open"}
    for name in _INCLUDE.findall(page.read_text(encoding="utf-8")):
        found |= anchors_of((page.parent / name).resolve())
    return frozenset(found)


def _why_wrong(link: Link) -> str:
    parts = urlsplit(link.target)
    if parts.scheme:
        if parts.scheme not in _SCHEMES:
            return f"has the scheme {parts.scheme}, which no reader opens"
        return "" if parts.scheme == "mailto" or "." in parts.netloc else "names no computer"
    path = unquote(parts.path)
    if path.startswith("/"):
        return "is absolute; it holds on one computer alone"
    target = (link.page.parent / path).resolve() if path else link.page
    if not target.is_relative_to(CHECKOUT):
        return "leads out of the project"
    if not target.exists():
        return "is not there"
    if parts.fragment and target.suffix == ".md" and unquote(parts.fragment) not in anchors_of(target):
        return f"has no heading of that anchor; it has {', '.join(sorted(anchors_of(target)))}"
    return ""


@lru_cache(maxsize=64)
def _tokens(page: Path) -> tuple[Token, ...]:
    reader = MarkdownIt("commonmark", {"html": True}).enable("table").use(anchors_plugin, max_level=6)
    return tuple(reader.parse(page.read_text(encoding="utf-8")))
