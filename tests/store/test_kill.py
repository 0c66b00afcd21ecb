"""A killed save leaves the complete old model or the complete new one."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from semivae.store import read_folder, write_folder

ROUNDS = 20

# Saves one version after another, and prints the version before each save.
WRITER = """
import sys
from itertools import count
from semivae.store import write_folder

for version in count(int(sys.argv[2])):
    print(version, flush=True)
    files = {f"part{i}": bytes([version % 256]) * 200_000 for i in range(5)}
    write_folder(sys.argv[1], {"version": version}, files, overwrite=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL")
def test_killed_save_leaves_a_complete_model(tmp_path):
    folder = tmp_path / "model"
    write_folder(folder, {"version": 0}, {f"part{i}": bytes(200_000) for i in range(5)}, overwrite=False)
    chance = random.Random(0)
    version, interrupted = 0, 0

    for _ in range(ROUNDS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, folder, str(version + 1)], stdout=subprocess.PIPE, text=True
        ) as writer:
            writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.03))
            os.kill(writer.pid, signal.SIGKILL)
            started = version + 1 + len(writer.stdout.read().split())

        facts, files = read_folder(folder)  # checks every file
        assert version <= facts["version"] <= started
        assert all(set(content) == {facts["version"] % 256} for content in files.values()) and len(files) == 5

        interrupted += facts["version"] < started
        version = facts["version"]

    assert interrupted > 0, "no kill hit an unfinished save"
    assert version > 0, "no save finished"
