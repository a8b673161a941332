"""How Sphinx builds the handbook of the library."""

from importlib.metadata import version as version_of
from importlib.util import find_spec

project = "community-core"
author = "community-core contributors"
copyright = "community-core contributors"
version = release = version_of("community-core")
language = "zh_CN"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(collections\.abc|datetime|dt|fractions|pathlib|sqlalchemy)\..*"),  # other projects' own pages
    (
        "py:.*",
        r"(Choice|Clock|Connection|Engine|Language|Path|Source|Store|URL|WorkingDays)",
    ),  # imported for type checkers only
    (
        "py:.*",
        r"(community_core\.(model|ports|rules\.(answer|engine|plan|function_plan|pattern))\..*|CodecError|Engine\..*)",
    ),  # inside
]

autodoc_member_order = "bysource"
add_module_names = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100

html_theme = "furo" if find_spec("furo") else "alabaster"
html_title = "community-core"
html_show_sourcelink = False
