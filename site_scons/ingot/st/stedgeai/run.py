# SPDX-License-Identifier: Apache-2.0
"""Running the tool: in a folder of its own, stdin closed, with a time limit; what it says when it fails."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ingot.base.errors import IngotError

ERROR_LINES, LAST_LINES = 5, 12
_ERROR = re.compile(r"\berror\b|^\s*E\d{2,}|\bINTERNAL\b|traceback|exception", re.IGNORECASE)


def run_tool(program: Path, arguments: Sequence[str], folder: Path, timeout: float) -> str:
    """Runs the program in `folder`; returns what it printed. Raises IngotError when it fails or takes too long."""
    command = [str(program), *arguments]
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=os.name == "posix",
    )
    try:
        printed, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        _kill(process)
        printed, _ = process.communicate()
        raise IngotError(
            f"stedgeai did not end within {timeout:g} s{_last(printed)}",
            where=shlex.join(command),
            remedy="Give it more time with st_timeout=SECONDS.",
        ) from None
    except BaseException:
        _kill(process)
        raise
    if process.returncode:
        raise failure(process.returncode, printed, shlex.join(command))
    return printed


def failure(status: int, printed: str, command: str) -> IngotError:
    """The message of a run that failed: the tool's own last error lines first, then how it was called."""
    errors = [line.strip() for line in printed.splitlines() if _ERROR.search(line)][-ERROR_LINES:]
    what = "; ".join(errors) if errors else "it named no error"
    return IngotError(
        f"stedgeai failed with status {status}: {what}{_last(printed)}",
        where="compiler=stedgeai",
        remedy=f"It was called as: {command}",
    )


def _last(printed: str) -> str:
    lines = [line.rstrip() for line in printed.splitlines() if line.strip()][-LAST_LINES:]
    return "\n  it printed last:\n" + "\n".join(f"    {line}" for line in lines) if lines else "; it printed nothing"


def _kill(process: subprocess.Popen[str]) -> None:
    """Ends the tool and what it started."""
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
