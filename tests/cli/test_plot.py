"""`semivae plot`: one figure of a model, in each form, and a refusal where the model or the rows cannot show it."""

import pytest


def test_every_figure_of_images_is_drawn(run, digits, tmp_path):
    named = ["unit_divergences", "reliability_curve", "confusion_matrix", "manifold", "interpolations", "traversals"]

    for name in [*named, "surprising_images", "repaired"]:
        run("plot", digits, name, "digits", "--out", tmp_path / f"{name}.png")

        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("form", "start"), [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_forms(run, digits, tmp_path, form, start):
    out = tmp_path / f"loss.{form}"
    run("plot", digits, "loss_curves", "--out", out)

    assert out.read_bytes().startswith(start)
    assert "exists" in run("plot", digits, "loss_curves", "--out", out, code=2).stderr


def test_a_table_has_no_images(run, embedding, table, tmp_path):
    wrong = run("plot", embedding, "traversals", table, "--out", tmp_path / "x.png", code=2).stderr

    assert "those that can be drawn are" in wrong and "agreements" in wrong


def test_refusals(run, digits, tmp_path):
    out = ("--out", tmp_path / "x.png")

    assert "the figures are" in run("plot", digits, "latents", "digits", *out, code=2).stderr
    assert "it shows rows" in run("plot", digits, "latent_map", *out, code=2).stderr
    assert "--list" in run("plot", digits, code=2).stderr


def test_list(run):
    shown = run("plot", "--list").stdout

    assert "confusion_matrix" in shown and max(map(len, shown.splitlines())) <= 80
