"""How Sphinx builds these pages: `make docs` writes them to build/docs/html."""

from __future__ import annotations

import tomllib
from pathlib import Path

_ABOUT = tomllib.loads((Path(__file__).resolve().parent.parent / "pyproject.toml").read_text(encoding="utf-8"))

project = "Outsole"
release = _ABOUT["project"]["version"]
extensions = ["myst_parser"]
myst_enable_extensions = ["attrs_inline", "colon_fence"]
myst_heading_anchors = 4  # so that a link to a heading works in the site and in the folder alike

html_theme = "furo"
html_title = f"Outsole {release}"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_static_path = ["style"]
html_css_files = ["outsole.css"]
html_js_files = ["zoom.js"]
html_logo = "../resources/icons/outsole.svg"
html_favicon = "../resources/icons/outsole-small.svg"
# The accents of the window's two themes.
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1a5fbe", "color-brand-content": "#1a5fbe"},
    "dark_css_variables": {"color-brand-primary": "#68abf5", "color-brand-content": "#68abf5"},
}
