# SPDX-License-Identifier: Apache-2.0
"""What every verb of the command line has: --json and --quiet, the nearest verb for a mistyped one, lazy modules."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from ingot.base.errors import IngotError, did_you_mean

JSON_HELP = "Print the result as JSON, and nothing else on standard output."
QUIET_HELP = "Print nothing but errors."


#: Verbs that show their progress themselves, or run until they are ended.
OWN_PROGRESS = ("build", "fleet", "monitor", "run", "step", "watch")


def _what(ctx: click.Context) -> str:
    """The verb and what it is about, for a line of progress."""
    first = next((value for value in ctx.params.values() if isinstance(value, str | Path) and str(value)), "")
    words = ctx.command_path.split()[1:]
    return " ".join([*words, *([str(first)] if first else [])])


class Verb(click.Command):
    """A verb. Its function prints for people, and may return what it did as something that JSON holds.

    A function with the arguments `as_json` and `quiet` does with them what it likes. For any other, --json prints what
    it returns (the printed lines as {"printed": [...]} when it returns nothing), and --quiet drops what it prints.
    What programs that it starts write to standard output goes to standard error with --json.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        taken = inspect.signature(self.callback).parameters if self.callback else {}
        known = {parameter.name for parameter in self.params}
        self._own = {name for name in ("as_json", "quiet") if name in taken and name in known}
        for name, flag, text in (("as_json", "--json", JSON_HELP), ("quiet", "--quiet", QUIET_HELP)):
            if name not in known:
                self.params.append(click.Option([flag, name], is_flag=True, help=text))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verb's own flags; then those of the table of options under its titles, as `scons -h` has them.

        Arguments are in the line of usage and in the verb's text, so that they have no row.
        """
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = None if isinstance(parameter, click.Argument) else parameter.get_help_record(ctx)
            if record is not None:
                sections.setdefault(getattr(parameter, "group", "") or "Options", []).append(record)
        from ingot.recipe.options import GROUPS

        for title in ("Options", *GROUPS.values()):
            if title in sections:
                with formatter.section(title):
                    formatter.write_dl(sections[title])

    def invoke(self, ctx: click.Context) -> Any:
        chosen = {name: bool(ctx.params[name]) for name in ("as_json", "quiet")}
        for name in chosen:
            if name not in self._own:
                del ctx.params[name]
        from ingot.base.console import quiet
        from ingot.base.progress import under_way

        notes = quiet() if chosen["quiet"] else contextlib.nullcontext()
        with notes, under_way(_what(ctx), wanted=self._takes_its_time and not chosen["quiet"]):
            return self._invoke(ctx, chosen)

    @property
    def _takes_its_time(self) -> bool:
        """Whether nobody would know what the verb does: not of one that waits for others or says its steps itself."""
        return self.name not in OWN_PROGRESS

    def _invoke(self, ctx: click.Context, chosen: Mapping[str, bool]) -> Any:
        as_json = chosen["as_json"] and "as_json" not in self._own
        quiet = chosen["quiet"] and "quiet" not in self._own and not chosen["as_json"]
        if not as_json and not quiet:
            return super().invoke(ctx)
        status: SystemExit | None = None
        result = None
        with _diverted(quiet) as printed:
            try:
                result = super().invoke(ctx)
            except SystemExit as error:
                status = error
        if as_json:
            facts = {"printed": printed.getvalue().splitlines()} if result is None else result
            print(json.dumps(facts, indent=2, sort_keys=True, default=str))
        if status is not None:
            raise status
        return None


@contextlib.contextmanager
def _diverted(dropped: bool) -> Iterator[io.StringIO]:
    """Collects what is printed. Programs that are started write to standard error; with `dropped` to nowhere."""
    printed = io.StringIO()
    sys.stdout.flush()
    kept = os.dup(1)
    target = os.open(os.devnull, os.O_WRONLY) if dropped else os.dup(2)
    try:
        os.dup2(target, 1)
        with contextlib.redirect_stdout(printed):
            yield printed
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(target)


def verb(name: str | None = None) -> Callable[[Callable[..., Any]], Verb]:
    """Makes a verb of a function, by default of its name."""
    return click.command(name, cls=Verb)


class Verbs(click.Group):
    """Verbs below one word. A mistyped one is answered with the nearest."""

    command_class = Verb

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs with the whole first sentence of each."""
        named = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.get_short_help_str(200)) for name, verb in named if verb is not None])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            raise IngotError(f"there is no verb '{args[0]}'", remedy=did_you_mean(args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)


def verbs() -> Callable[[Callable[..., Any]], Verbs]:
    """Makes a word with verbs below it of a function."""
    return click.group(cls=Verbs)


class LazyVerbs(Verbs):
    """Verbs of a table: title -> name -> (module:attribute, what help says). Modules are imported when a verb runs."""

    def __init__(self, *arguments: Any, table: Mapping[str, Mapping[str, tuple[str, str]]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.sections = table
        self.table = {name: row for section in table.values() for name, row in section.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        module, _, attribute = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(map(len, self.table))
        for title, section in self.sections.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(widest), text) for name, (_, text) in section.items()])
