r"""The site of the documentation: `make docs` builds it into build/site."""

import importlib.metadata
import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert

project = "semivae"
author = "the semivae authors"
release = version = importlib.metadata.version("semivae")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "myst-nb"}
exclude_patterns = ["pages.py"]
html_theme = "furo"
html_title = "semivae"
# Formulas are part of the pages, so that they show without network.
html_math_renderer = "mathml"

# Pages are read on GitHub, too: formulas in ```math and $`...`$, headings as anchors.
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 3

# Notebooks are executed when they have changed; their outputs are kept.
nb_execution_mode = "cache"
nb_execution_cache_path = "../build/notebooks"
nb_execution_timeout = 600
nb_execution_raise_on_error = True

autodoc_typehints = "none"
autodoc_member_order = "bysource"
# What scikit-learn says of these refers to pages of its own site.
OF_SKLEARN = ("fit_transform", "get_metadata_routing", "set_output")
REQUESTS = ("set_fit_request", "set_predict_request", "set_score_request")
autodoc_default_options = {
    "members": True,
    "inherited-members": True,
    "exclude-members": ",".join((*OF_SKLEARN, *REQUESTS)),
}
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Arguments", "params_style")]

# Links to the code lead to the repository, which the site does not know. A page that is not executed (NOTEBOOKS=off)
# does not say the language of its cells.
suppress_warnings = ["myst.xref_missing", "myst-nb.lexer"]


def setup(app: Any) -> None:
    """Lets formulas of GitHub, code as `:py:`, and stars in shapes such as (N, *) pass for those of the site."""

    app.add_html_math_renderer("mathml", (lambda page, node: write(page, node, "inline"), None), (write, None))
    app.connect("source-read", in_dollars)
    # Before the docstrings become those of Sphinx.
    app.connect("autodoc-process-docstring", plain, priority=100)


def write(page: Any, node: Any, display: str = "block") -> None:
    """Writes a formula as MathML, which browsers know."""

    # The converter knows neither arg nor aligned, and aligns columns in a way that browsers do not read.
    formula = re.sub(r"\\arg(?![a-z])", r"\\mathrm{arg}\\,", node.astext()).replace("{aligned}", "{align*}")
    written = convert(formula, display=display)
    page.body.append(re.sub('columnalign="(left|right)"', r'style="text-align: \1; padding-inline: 0.2em"', written))

    raise nodes.SkipNode


def in_dollars(_app: Any, _name: str, content: list[str]) -> None:
    """Writes formulas in a line without the backticks that GitHub wants."""

    content[0] = re.sub(r"\$`([^`]+)`\$", r"$\1$", content[0])


def plain(_app: Any, _kind: str, _name: str, _value: Any, _options: Any, lines: list[str]) -> None:
    """Writes code and stars so that they are not taken for markup."""

    text = re.sub(r":py:`([^`]+)`", r"``\1``", "\n".join(lines))
    lines[:] = re.sub(r"(?<=[(, ])\*(?=[),])", r"\\*", text).splitlines()
