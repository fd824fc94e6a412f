# SPDX-License-Identifier: Apache-2.0
"""The verb `step`, which build files are full of. Light to import: a build runs it a dozen times."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from ingot.cli.verb import verb

Words = tuple[str, ...]


@verb()
@click.argument("name")
@click.option("--in", "inputs", multiple=True, metavar="ARG=FILE", help="A file that is read.")
@click.option("--out", "outputs", multiple=True, metavar="ARG=FILE", help="A file that is written.")
@click.option("--set", "options", multiple=True, metavar="ARG=VALUE", help="Another argument.")
@click.option("--watch", default="", help="Nobody reads it; another text is another command.")
@click.option("--depfile", default="", help="Write what was read here, as a Makefile rule.")
@click.option("--target", default="", help="Target of that rule. Default: the first output.")
@click.option("--stamp", default="", help="An empty file to touch at the end.")
@click.option("--log", default="", help="Write what is printed to this file; when the step fails, to <file>.part.")
@click.option("--then", default="", help="Of a proof: print the table of the build, and that this comes next.")
def step(
    name: str,
    inputs: Words,
    outputs: Words,
    options: Words,
    watch: str,
    depfile: str,
    target: str,
    stamp: str,
    log: str,
    then: str,
) -> None:
    """Run one step of a build; build files are full of these."""
    from ingot.base.console import print_to
    from ingot.base.depfile import write_depfile
    from ingot.link.summary import print_summary
    from ingot.steps.call import call_step, files_read

    part = print_to(f"{log}.part") if log else None
    call_step(name, inputs, outputs, options)
    if then:
        summary = next(Path(word.partition("=")[2]) for word in outputs if word.startswith("summary="))
        print_summary(summary, {}, then)
    if part:
        sys.stdout.flush()
        part.replace(log)
    if stamp:
        _touch(stamp)
    if depfile:
        named = target or stamp or outputs[0].partition("=")[2]
        write_depfile(Path(depfile), [named], files_read(inputs, options), phony=bool(target))


def _touch(path: str) -> None:
    """An empty file whose time says that something ran."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).touch()
    os.utime(path)
