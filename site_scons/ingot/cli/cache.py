"""`ingot cache`: what is kept of compiled networks."""

from __future__ import annotations

import sys

import click


@click.group()
def cache() -> None:
    """The cache of compiled networks (its folder: INGOT_CACHE)."""


@cache.command()
def stats() -> None:
    """Show how much is kept, and where."""
    from ingot.compiler.cache.compiled import store

    found = store().stats()
    print(f"{store().folder}: {found.entries:,} networks, {found.size:,} bytes")
    print(f"asked for {found.found + found.missed:,} times: {found.found:,} found, {found.missed:,} compiled")


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
def clean(unused_days: float) -> None:
    """Remove entries."""
    from ingot.compiler.cache.compiled import store

    removed = store().clean(unused_days)
    print(f"{store().folder}: removed {removed.entries:,} networks, {removed.size:,} bytes")
