"""Memory that a step frees is kept for the next, and given back after the run."""

import json
import subprocess
import sys

import pytest

# Blocks of 64 MiB, more than glibc keeps by itself, in a process of their own: one in which an allocation has failed
# before takes memory from elsewhere. The first steps fill the pool: small blocks taken between two large ones can keep
# a freed one too short for the next.
SCRIPT = """
import json, resource
import torch
from semivae.engine.memory import kept_memory

def faults(steps):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt

    for _ in range(steps):
        torch.ones(2**24)

    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def resident():
    with open("/proc/self/statm") as facts:
        return int(facts.read().split()[1]) * resource.getpagesize()

found = {"usual": faults(4)}

with kept_memory() as found["can"]:
    faults(16)
    found |= {"kept": faults(4), "inside": resident()}

print(json.dumps(found | {"after": resident()}))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the settings are glibc's")
def test_pages_of_large_blocks_are_mapped_once_and_given_back():
    found = json.loads(subprocess.run([sys.executable, "-c", SCRIPT], check=True, stdout=subprocess.PIPE).stdout)

    if not found["can"]:
        pytest.skip("this C library has no such settings")

    assert found["kept"] < found["usual"] / 4
    assert found["after"] < found["inside"] - 2**25
