"""Values in messages."""

from semivae.data.labels.classes import listed, short


def test_long_values_are_shortened_in_messages():
    assert short("a" * 20, 20) == "a" * 20 and short("b" + "a" * 30 + "c", 20) == "b" + "a" * 11 + " ... aac"
    assert len(listed(["x" * 200_000, "y"])) < 100
    assert listed(range(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"
