# SPDX-License-Identifier: Apache-2.0
"""`ingot cache`: what is kept of compiled networks."""

from __future__ import annotations

import sys
from typing import Any

import click

from ingot.cli.verb import verbs


@verbs()
def cache() -> None:
    """The cache of compiled networks (its folder: INGOT_CACHE)."""


@cache.command()
def stats() -> Any:
    """Show how much is kept, and where."""
    from ingot.compiler.cache.compiled import store

    found = store().stats()
    facts = {"folder": str(store().folder), "entries": found.entries, "bytes": found.size}
    print(f"{store().folder}: {found.entries:,} networks, {found.size:,} bytes")
    print(f"asked for {found.found + found.missed:,} times: {found.found:,} found, {found.missed:,} compiled")
    return {**facts, "found": found.found, "compiled": found.missed}


@cache.command()
def verify() -> None:
    """Read every entry and compare it with its checksum; exit status 2 when one is damaged."""
    from ingot.compiler.cache.compiled import store

    found = store().stats(look=True)
    print(f"{store().folder}: {found.entries:,} networks, {found.damaged} damaged")
    if found.damaged:
        print("ingot: damaged entries are never used; `ingot cache clean` removes them", file=sys.stderr)
        sys.exit(2)


@cache.command()
@click.option("--unused-days", type=float, default=0.0, show_default=True, help="Only what was not used for so long.")
def clean(unused_days: float) -> Any:
    """Remove entries."""
    from ingot.compiler.cache.compiled import store

    removed = store().clean(unused_days)
    print(f"{store().folder}: removed {removed.entries:,} networks, {removed.size:,} bytes")
    return {"folder": str(store().folder), "removed": removed.entries, "bytes": removed.size}
