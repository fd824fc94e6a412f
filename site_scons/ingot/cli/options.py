# SPDX-License-Identifier: Apache-2.0
"""The page docs/options.md: what a build can be asked for, made from the declarations."""

from __future__ import annotations

from typing import Any

from ingot.recipe.options import EVERYWHERE, GROUPS, OPTIONS, PROGRAM_OPTIONS, READ_BY, Option
from ingot.recipe.targets import TARGETS
from ingot.recipe.whole import ALL
from ingot.shells.fleet.matrix import ON_TWIN

#: Titles of the columns of a table of options: the shells.
SHELLS = ("scons", "SConstruct of your own", "CMake", "Ninja, Make, `ingot build`", "fleet.yaml", "`ingot` verbs")

#: Options that each shell has under a word of its own.
_OWN_WORDS = {
    "board": ("board=", "`board=`", "`BOARD`", "`--board`", "`boards:`", "`--board`"),
    "model": ("model=", "`model`", "`MODEL`", "`MODEL`", "`models:`", "`MODEL`"),
    "name": ("name=", "`name`", "`NAME`", "`--name`", "", ""),
    "app": ("app=", "`app=`", "", "`--app`", "", ""),
    "launcher": ("launcher=", "`INGOT_LAUNCHER`", "`INGOT_LAUNCHER`", "`--launcher`", "`INGOT_LAUNCHER`", ""),
    "build": ("build=", "`out=`", "`OUT`", "`--build`", "`--build`", ""),
    "samples": ("samples=", "`samples=`", "`SAMPLES`", "`--samples`", "`samples:`", "`--samples`"),
}


def words_of(option: Option) -> tuple[str, ...]:
    """How each of SHELLS spells an option; "" where it has none."""
    if option.name in _OWN_WORDS:
        first, *others = _OWN_WORDS[option.name]
        return (f"`{first}`", *others)
    here, keyword, argument = f"`{option.name}=`", f"`{option.name.upper()}`", f"`{option.flag}`"
    if option.group in EVERYWHERE:
        verb = argument if option.group == "network" else ""
        return here, here, keyword, argument, f"`{option.name}`", verb
    if option.name in PROGRAM_OPTIONS:
        return here, here, keyword, argument, "", argument
    return here, "", "", "", "", ""


def targets_of(option: Option) -> str:
    """The targets that read an option, as text; "" for all."""
    return option.targets or ", ".join(READ_BY.get(option.group, ()))


def options_table() -> list[dict[str, Any]]:
    """The declarations as facts."""
    return [
        {
            "name": option.name,
            "group": option.group,
            "kind": option.kind,
            "default": option.default,
            "choices": list(option.choices),
            "compilers": list(option.compilers),
            "targets": targets_of(option),
            "help": option.help,
            "shells": dict(zip(SHELLS, words_of(option), strict=True)),
        }
        for option in OPTIONS
    ]


def options_page() -> str:
    """docs/options.md."""
    lines = [
        "# Options and targets",
        "",
        "Written by `ingot options --markdown`. An option is declared once; each shell takes it from there. A compiler",
        "that does not read an option refuses it, and so does a build without a target that reads it.",
    ]
    for group, title in GROUPS.items():
        members = [option for option in OPTIONS if option.group == group]
        lines += [
            "",
            f"## {title}",
            "",
            _row(("option", "default", "what", *SHELLS)),
            _row(["---"] * (3 + len(SHELLS))),
        ]
        for option in members:
            default = f"`{option.default}`" if option.default else ""
            lines.append(_row((f"`{option.name}`", default, _what(option), *words_of(option))))
    lines += ["", "## Targets", "", *_targets()]
    return "\n".join(lines) + "\n"


def _what(option: Option) -> str:
    parts = [option.help]
    if option.choices:
        parts.append("one of " + ", ".join(f"`{choice}`" for choice in option.choices))
    if option.compilers:
        parts.append("read by " + ", ".join(f"`compiler={name}`" for name in option.compilers))
    if targets_of(option):
        parts.append(f"targets: {targets_of(option)}")
    return "; ".join(parts)


def _targets() -> list[str]:
    shells = ("scons, Ninja, `ingot build -t`", "SConstruct of your own", "CMake", "Make", "fleet.yaml")
    lines = [_row(("target", "what", *shells)), _row(["---"] * 7)]
    for name, text in TARGETS.items():
        if name in ALL:
            cmake = f"`ingot_add_target(<name> {name} <target>)`"
            fleet = "" if name == "flash" else f"`targets: [{name}]`"
            cells = (f"`{name}`", f"`<program>-{name}`", cmake, f"`<prefix>-{name}`", fleet)
            lines.append(_row((f"`{name}`", text, *cells)))
    on_twin = ", ".join(f"`{name}`" for name in ON_TWIN)
    lines += [
        "",
        f"These run on the board's emulated twin: {on_twin}.",
        "On a board without one they say so and fail (`validate` and `load-and-run` take the board of `port=`);",
        "a fleet leaves them out for that board. `sign` is for STM32N6.",
    ]
    return lines


def _row(cells: Any) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
