"""Messages that quote Python parameters name flags in the command."""

import pytest
import typer

from semivae.cli.flags import flags_of, in_flags
from semivae.cli.main import app

COMMANDS = list(typer.main.get_command(app).commands.values())


@pytest.mark.parametrize(
    ("python", "flags"),
    [
        ("labels=3", "--labels 3"),
        ("labels_per_class=5; every class", "--labels-per-class 5; every class"),
        ("targets=['a b', 'y'], model='m3'", "--target 'a b' --target y, --model m3"),
        ("settings=['hidden=(8,)']", "--set 'hidden=(8,)'"),
        ("(see task=...)", "(see --task ...)"),
        ("header=False", "--no-header"),
        ("header=True", "no --no-header"),
        ("compare=False", "--no-compare"),
        ("overwrite=True", "--overwrite"),
        ("labels_from=None", "no --labels-from"),
        ("random_state=7", "--seed 7"),
        ("labels='l.csv'", "--labels-from l.csv"),
        ("id_columns=['key']", "--id key"),
        ("shard='1/8'.", "--shard 1/8."),
        ("given=['kind=big']", "--given kind=big"),
        ("missing_label=[]", "--missing-label none"),
        ("kinds={'visits': 'count', 'a b': 'real'}", "--kind visits=count --kind 'a b=real'"),
        ("epochs='auto'", "--set epochs=auto"),
        ("epochs=-3 must be at least 1", "--set epochs=-3 must be at least 1"),
        ("hidden=(500, 500)", "--set 'hidden=(500, 500)'"),
        ("standardize=True", "--set standardize=True"),
    ],
)
def test_parameters_become_flags(python, flags):
    assert in_flags(f"some {python}\n  Fix: {python}", COMMANDS) == f"some {flags}\n  Fix: {flags}"


@pytest.mark.parametrize(
    "text",
    [
        "width=3",  # neither a flag nor a setting
        "semivae.stream(path, target='NAME', labels='FILE'); fit(stream)",
        "VAEPredictor().fit(X, y, real=[...])",
        "np.savez('rows.npz', X=X, y=y.astype(str), model='a')",
        "/tmp/labels=3/file",
        "overwrite='maybe'",
    ],
)
def test_other_text_stays(text):
    assert in_flags(text, COMMANDS) == text


def test_every_flag_that_a_message_can_name_is_declared():
    declared = {flag for command in COMMANDS for option in command.params for flag in option.opts}

    assert {max(option.opts, key=len) for option in flags_of(COMMANDS).values()} <= declared
