# SPDX-License-Identifier: Apache-2.0
"""The steps of a build by name: where each lives, and what kinds of arguments it takes.

Light to import: the module of a step is imported when the step runs. A step's arguments are declared once, as the
annotated parameters of its function.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError, did_you_mean

_MODULES = {
    "compile": ("obtain_model", "compile_network", "intact", "take_prebuilt", "run_stedgeai"),
    "app_config": ("app_config",),
    "link": ("linker_script", "check_firmware", "check_network", "show_map", "binaries", "weights_hex"),
    "run": ("emulate", "run_app", "verify", "measure_epochs"),
    "inspect": ("info", "report"),
    "image": ("reloc_sources", "reloc_st_sources", "reloc_places", "pack_image", "reloc_verify"),
    "flash": ("sign", "flash"),
    "validate": ("validate", "load_and_run"),
    "bounds": ("bounds",),
    "several": ("networks_header", "verify_together"),
    "evaluate": ("evaluate",),
    "bench": ("bench",),
    "explore": ("explore", "measure_way"),
    "kernels": ("compile_kernels",),
    "sbom": ("sbom",),
    "npu": ("list_npu", "verify_npu"),
    "quantize": ("quantize_model", "check_quantized"),
    "refuse": ("refuse",),
}

#: name of a step -> its module.
STEPS: Mapping[str, str] = {step: f"ingot.steps.{module}" for module, steps in _MODULES.items() for step in steps}


class Kind(Enum):
    """What the value of an argument is."""

    FILE = "a file"
    FILES = "a list of files"
    TEXT = "a text"
    TEXTS = "a list of texts"
    WHOLE = "a whole number"
    REAL = "a number"
    SWITCH = "0 or 1"
    TABLE = "a table"


@dataclass(frozen=True)
class Argument:
    """One argument of a step. required: the step has no default for it. absent: it may be None."""

    name: str
    kind: Kind
    required: bool
    absent: bool


_KINDS: Mapping[Any, Kind] = {
    Path: Kind.FILE,
    Sequence[Path]: Kind.FILES,
    str: Kind.TEXT,
    Sequence[str]: Kind.TEXTS,
    int: Kind.WHOLE,
    float: Kind.REAL,
    bool: Kind.SWITCH,
    dict[str, Any]: Kind.TABLE,
    Mapping[str, Any]: Kind.TABLE,
    Mapping[str, str]: Kind.TABLE,
}


def step_function(name: str) -> Callable[..., Any]:
    """The function of a step; imports its module. Raises IngotError for a name that is no step's."""
    if name not in STEPS:
        raise IngotError(f"there is no step '{name}'", remedy=did_you_mean(name, STEPS))
    function: Callable[..., Any] = getattr(importlib.import_module(STEPS[name]), name)
    return function


@functools.cache
def step_arguments(name: str) -> Mapping[str, Argument]:
    """The arguments of a step by name, in the order of its function. Raises IngotError as step_function does."""
    function = step_function(name)
    hints = typing.get_type_hints(types.SimpleNamespace(__annotations__=_parameters(function)), function.__globals__)
    found = {}
    for parameter in inspect.signature(function).parameters.values():
        kinds = [kind for kind in _alternatives(hints[parameter.name]) if kind is not type(None)]
        absent = len(kinds) < len(_alternatives(hints[parameter.name]))
        required = parameter.default is inspect.Parameter.empty
        found[parameter.name] = Argument(parameter.name, _KINDS[kinds[0]], required, absent)
    return found


def _parameters(function: Callable[..., Any]) -> dict[str, Any]:
    return {name: hint for name, hint in function.__annotations__.items() if name != "return"}


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
