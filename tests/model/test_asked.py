# SPDX-License-Identifier: Apache-2.0
"""What a build can ask of the compiler stands once; what repeats it for other readers says the same."""

import json
from dataclasses import fields

import pytest

from ingot.base.errors import IngotError
from ingot.compiler.compile import CompileOptions
from ingot.model.asked import CHOICES, FIELDS, IO_OPTIONS, USUAL, Asked
from ingot.model.manifest import SCHEMA
from ingot.recipe.options import BY_NAME
from ingot.steps.registry import call, step_arguments


def test_the_schema_of_a_model_yaml_has_the_same_values() -> None:
    section = json.loads(SCHEMA.read_text())["properties"]["io"]["properties"]
    options = {key if key in IO_OPTIONS else f"io_{key}": what for key, what in section.items()}
    assert options.keys() == set(IO_OPTIONS)
    assert {FIELDS[name]: tuple(what["enum"]) for name, what in options.items() if "enum" in what} == {
        name: values for name, values in CHOICES.items() if name.startswith("io_")
    }


def test_every_field_is_an_option_of_the_builtin_compiler() -> None:
    builtin = {
        name for name, option in BY_NAME.items() if option.compilers == ("builtin",) and option.group == "network"
    }
    assert set(FIELDS) == builtin
    assert list(FIELDS.values()) == [item.name for item in fields(Asked)]


def test_a_step_has_an_argument_for_each_field() -> None:
    assert set(FIELDS.values()) <= set(step_arguments("compile_network"))
    assert "asked" not in step_arguments("compile_network")
    assert {"cut_inputs", "io_layout"} <= set(step_arguments("info")) and "optimize" not in step_arguments("info")


def test_arguments_that_are_no_field_reach_the_step() -> None:
    with pytest.raises(TypeError, match="optimise"):
        call("info", {"model": "net.tflite", "optimise": "ram"})


@pytest.mark.parametrize(("name", "value"), [*((name, "sometimes") for name in CHOICES), ("ram_limit", -1)])
def test_another_value_is_refused(name: str, value: object) -> None:
    USUAL.check_choices()
    with pytest.raises(IngotError, match=r"is '?(sometimes|-1)"):
        Asked(**{name: value}).check_choices()  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FIELDS)
def test_the_report_names_what_was_asked_for(name: str) -> None:
    """In the words of the command line. A verdict of `verify` counts for the same text only."""
    field, usual = FIELDS[name], getattr(USUAL, FIELDS[name])
    value = CHOICES[field][1] if field in CHOICES else {bool: not usual, int: 7, str: "1x2"}[type(usual)]
    told = CompileOptions(**{field: value}).as_text()
    assert told != CompileOptions().as_text() and told[name] == str(int(value) if isinstance(value, bool) else value)
