# SPDX-License-Identifier: Apache-2.0
"""The steps of a build by name: where each lives, and what kinds of arguments it takes.

Light to import: the module of a step is imported when the step runs. A step's arguments are declared once, as the
annotated parameters of its function; a parameter that is a dataclass stands for an argument for each of its fields.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
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
    found: dict[str, Argument] = {}
    for parameter, hint in _parameters(name).items():
        if is_dataclass(hint):
            hints = typing.get_type_hints(hint)
            found |= {item.name: Argument(item.name, _KINDS[hints[item.name]], False, False) for item in fields(hint)}
            continue
        kinds = [kind for kind in _alternatives(hint) if kind is not type(None)]
        absent = len(kinds) < len(_alternatives(hint))
        required = parameter.default is inspect.Parameter.empty
        found[parameter.name] = Argument(parameter.name, _KINDS[kinds[0]], required, absent)
    return found


def call(name: str, arguments: Mapping[str, Any]) -> Any:
    """What a step returns. arguments: by the names of step_arguments. Raises IngotError as the step does."""
    rest = dict(arguments)
    for parameter, hint in _parameters(name).items():
        if is_dataclass(hint):
            names = [item.name for item in fields(hint) if item.name in rest]
            made = typing.cast(Callable[..., Any], hint)
            rest[parameter.name] = made(**{field: rest.pop(field) for field in names})
    return step_function(name)(**rest)


@functools.cache
def _parameters(name: str) -> Mapping[inspect.Parameter, Any]:
    """The parameters of a step's function with their types."""
    function = step_function(name)
    annotations = {key: hint for key, hint in function.__annotations__.items() if key != "return"}
    hints = typing.get_type_hints(types.SimpleNamespace(__annotations__=annotations), function.__globals__)
    return {parameter: hints[parameter.name] for parameter in inspect.signature(function).parameters.values()}


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
