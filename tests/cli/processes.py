"""Commands in a process of their own, several in one, as it takes seconds to start."""

import os
import subprocess
import sys
from types import SimpleNamespace

# Separates the outputs of the commands; the number after it is the exit code.
END = "\x1e"
RUN = """
import sys
{before}
from semivae.cli.main import main
for sys.argv in {commands}:
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code
    for output in (sys.stdout, sys.stderr):
        print(end=f"{end}{{code or 0}}{end}", file=output, flush=True)
"""


def semivae(*commands, before="", **environment):
    """Runs commands one after another in one process; returns the code and the outputs, as bytes, of each."""

    argvs = [
        ["semivae", *(os.fsdecode(part if isinstance(part, bytes) else str(part)) for part in c)] for c in commands
    ]
    code = RUN.format(before=before, commands=ascii(argvs), end=END)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env={**os.environ, **environment}, timeout=120
    )
    assert done.returncode == 0, done.stderr
    shown, said = (output.split(END.encode())[:-1] for output in (done.stdout, done.stderr))

    return [
        SimpleNamespace(returncode=int(code), stdout=out, stderr=err)
        for out, code, err in zip(shown[::2], shown[1::2], said[::2], strict=True)
    ]
