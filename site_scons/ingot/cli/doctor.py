# SPDX-License-Identifier: Apache-2.0
"""`ingot doctor`: what is installed, what works with it, and what to install for the rest."""

from __future__ import annotations

import click

from ingot.cli.verb import verb


@verb()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def doctor(as_json: bool) -> None:
    """Show what is installed, what works with it, and what to install for the rest."""
    import json
    import platform
    from dataclasses import asdict

    from ingot import __version__
    from ingot.doctor.tools import examine, tasks

    found = examine()
    able = tasks(found)
    if as_json:
        facts = {
            "ingot": __version__,
            "python": platform.python_version(),
            "tools": [asdict(item) | {"present": item.present} for item in found],
            "tasks": [{"task": task, "works": not missing, "missing": missing} for task, missing in able.items()],
        }
        click.echo(json.dumps(facts, indent=2, sort_keys=True))
        return
    click.echo(f"Ingot {__version__}, Python {platform.python_version()}")
    width = max(len(item.name) for item in found)
    for item in found:
        what = item.version if item.present else "missing"
        click.echo(f"  {item.name:<{width}}  {what:<16} {item.purpose}")
    click.echo("\nWhat works")
    for task, missing in able.items():
        click.echo(f"  {'yes' if not missing else 'no ':<4}{task}{'; needs ' + ', '.join(missing) if missing else ''}")
    wanted = [item for item in found if not item.present]
    if wanted:
        click.echo("\nTo install")
        for item in wanted:
            click.echo(f"  {item.name:<{width}}  {item.install}")
