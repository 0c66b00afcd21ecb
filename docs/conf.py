r"""The site of the documentation: `make docs` builds it into build/site."""

import importlib.metadata
import re

project = "semivae"
author = "the semivae authors"
release = version = importlib.metadata.version("semivae")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
]
source_suffix = {".md": "myst-nb"}
exclude_patterns = ["pages.py"]
html_theme = "furo"
html_title = "semivae"
html_static_path: list[str] = []

# Files of GitHub and of the site: formulas in ```math and $`...`$, headings as anchors.
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 3

# Notebooks are executed when they or the package have changed; their outputs are kept in build/notebooks.
nb_execution_mode = "cache"
nb_execution_cache_path = "../build/notebooks"
nb_execution_timeout = 600
nb_execution_raise_on_error = True

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {
    "members": True,
    "inherited-members": True,
    # What scikit-learn says of these refers to pages of its own site.
    "exclude-members": "fit_transform,get_metadata_routing,set_output,set_score_request,set_predict_request,set_fit_request",
}
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Arguments", "params_style")]

# Links to the code lead to the repository, which the site does not know; pages of the repository beside docs/ neither.
suppress_warnings = ["myst.xref_missing", "misc.highlighting_failure"]


def setup(app):
    """Lets formulas of GitHub, code as `:py:`, and stars in shapes such as (N, *) pass for those of the site."""

    def formulas(_, name, content):
        content[0] = re.sub(r"\$`([^`]+)`\$", r"$\1$", content[0])

    def plain(_, kind, name, value, options, lines):
        text = re.sub(r":py:`([^`]+)`", r"``\1``", "\n".join(lines))
        lines[:] = re.sub(r"(?<=[(, ])\*(?=[),])", r"\\*", text).splitlines()

    app.connect("source-read", formulas)
    # Before the docstrings become those of Sphinx.
    app.connect("autodoc-process-docstring", plain, priority=100)
