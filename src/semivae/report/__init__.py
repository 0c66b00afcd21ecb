r"""The report of a fitted model: one HTML file with what it can do, how well, and why to trust it or not."""

__all__ = ["Facts", "collect", "render"]

from semivae.report.collect import collect
from semivae.report.records import Facts
from semivae.report.render import render
