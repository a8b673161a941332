"""How Sphinx builds the handbook of the library."""

from importlib.metadata import version as version_of
from importlib.util import find_spec

project = "community-core"
author = "community-core contributors"
copyright = "community-core contributors"
version = release = version_of("community-core")
language = "zh_CN"

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo" if find_spec("furo") else "alabaster"
html_title = "community-core"
html_show_sourcelink = False
