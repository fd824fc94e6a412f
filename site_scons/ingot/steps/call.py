# SPDX-License-Identifier: Apache-2.0
"""Calling a step with arguments that are texts, as a command line has them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ingot.base.errors import DamagedFile, IngotError, did_you_mean
from ingot.base.progress import MOMENTS, under_way
from ingot.base.text_values import real_number, switch, table, whole_number
from ingot.steps.registry import Argument, Kind, call, step_arguments


def call_step(name: str, inputs: Sequence[str], outputs: Sequence[str], options: Sequence[str]) -> None:
    """Runs a step; the texts are `argument=value`, an argument of several files stands several times.

    Raises IngotError: for a step or argument that is not there, a value of another kind, and what the step raises.
    """
    declared = step_arguments(name)
    values: dict[str, Any] = {}
    for text in (*inputs, *outputs, *options):
        key, equals, value = text.partition("=")
        if not equals or key not in declared:
            raise IngotError(f"{name} has no argument '{key}'", remedy=did_you_mean(key, declared))
        if declared[key].kind in (Kind.FILES, Kind.TEXTS):
            values.setdefault(key, []).append(_value(declared[key], value))
        else:
            values[key] = _value(declared[key], value)
    for argument in declared.values():
        if argument.name not in values and argument.required:
            values[argument.name] = _default(name, argument)
    run_step(name, values)


def run_step(name: str, arguments: Mapping[str, Any]) -> Any:
    """What a step of a build returns, whose inputs the build made. Raises IngotError as the step does.

    A file that the step finds damaged is moved aside, so that the next build makes it again, whatever the shell: none
    of them looks into files that it has written itself. Make and CMake's Makefiles look at the stamps of steps only, so
    those of its folder go as well. Verbs are given files of anybody's, and move none.
    """
    try:
        with under_way(name.replace("_", " "), MOMENTS[1:]):  # the shell has said its name before
            return call(name, arguments)
    except DamagedFile as error:
        aside = error.path.with_name(f"{error.path.name}.damaged")
        try:
            error.path.replace(aside)
            for stamp in aside.parent.glob("*.stamp"):
                stamp.unlink()
        except OSError:
            raise error from None
        remedy = f"{error.remedy}\n  It is {aside.name} now: build again, and the file is made anew.".lstrip()
        raise IngotError(error.what, where=error.where, remedy=remedy) from None


def _default(step: str, argument: Argument) -> Any:
    """What a required argument is that the command line leaves out: it cannot say None or an empty list."""
    if argument.absent:
        return None
    if argument.kind is Kind.FILES:
        return []
    raise IngotError(f"{step} needs '{argument.name}'", remedy=f"Give it with --in, --out or --set {argument.name}=...")


def _value(argument: Argument, text: str) -> Any:
    if argument.kind in (Kind.FILE, Kind.FILES):
        return Path(text)
    if argument.kind is Kind.SWITCH:
        return switch(argument.name, text)
    if argument.kind is Kind.WHOLE:
        return whole_number(argument.name, text)
    if argument.kind is Kind.REAL:
        return real_number(argument.name, text)
    if argument.kind is Kind.TABLE:
        return table(argument.name, text)
    return text


def files_read(inputs: Sequence[str], options: Sequence[str]) -> list[str]:
    """What a step reads: its inputs, the board's pools and chip, the model.yaml, and Ingot's own code."""
    from ingot.base.stamp import code_files
    from ingot.board import load_board

    files = [text.partition("=")[2] for text in inputs]
    for text in inputs:
        key, _, value = text.partition("=")
        if key == "board":
            board = load_board(Path(value))
            files += [os.path.relpath(path) for path in (board.pools_file, *board.files[1:])]
    files += [text.partition("=")[2] for text in options if text.startswith("manifest=")]
    return [*files, *(str(path) for path in code_files())]
