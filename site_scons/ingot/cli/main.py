# SPDX-License-Identifier: Apache-2.0
"""The command `ingot`: the steps of a build as verbs, for build systems other than SCons and for people.

Every verb has --json and --quiet; those that write files have --depfile (what they read, as a Makefile rule). A mistake
of the user's, or a comparison that fails, is one message on stderr and exit status 2.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType

import click

from ingot import __version__
from ingot.base.console import say_error
from ingot.base.errors import IngotError, os_error
from ingot.cli.table import SECTIONS
from ingot.cli.verb import LazyVerbs

#: What ends a process without its `finally`, unless somebody handles it; Windows has no SIGHUP.
ENDS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(cls=LazyVerbs, table=SECTIONS, context_settings=SETTINGS)
@click.version_option(__version__, message="ingot %(version)s")
def ingot() -> None:
    """Neural-network models as sources of a firmware build."""


def main() -> None:
    """The entry point: runs the command, and turns users' mistakes into one message."""
    try:
        with orderly_end():
            ingot(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(130)
    except IngotError as error:
        say_error(error)
        sys.exit(2)
    except BrokenPipeError:  # whoever read the output has enough
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        say_error(os_error(error))
        sys.exit(2)


@contextlib.contextmanager
def orderly_end() -> Iterator[None]:
    """In this block SIGTERM and SIGHUP end the process as sys.exit() does: what it started and wrote is cleared up.

    A signal that is handled or ignored already (nohup) is left as it is. For the main thread.
    """
    taken = [number for number in ENDS if signal.getsignal(number) == signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _exit)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
