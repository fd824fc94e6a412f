# SPDX-License-Identifier: Apache-2.0
"""`ingot doctor`: what is installed, what works with it, and what to install for the rest; or what a model file is."""

from __future__ import annotations

import click

from ingot.cli.verb import verb


@verb()
@click.argument("model", required=False, default="")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def doctor(model: str, as_json: bool) -> None:
    """Show what is installed, what works with it, and what to install for the rest.

    With a MODEL, any file: what it is, whether it fits, what does not, and how to make one that does.
    """
    if model:
        _of_model(model, as_json)
        return
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


def _of_model(model: str, as_json: bool) -> None:
    import json
    from dataclasses import asdict
    from pathlib import Path

    from ingot.doctor.model import diagnose

    found = diagnose(Path(model))
    if as_json:
        click.echo(json.dumps({"file": model, **asdict(found)}, indent=2, sort_keys=True))
        return
    click.echo(f"{model}: {found.what}")
    if found.operators:
        click.echo("  " + ", ".join(f"{count} {kind}" for kind, count in found.operators.items()))
    for line in found.ports:
        click.echo(f"  {line}")
    if found.kind in ("tflite", "c-array", "onnx"):
        click.echo("\nIt fits: the built-in compiler takes it." if found.fits else "\nIt does not fit:")
    for line in found.problems:
        click.echo(f"  {line}")
    if found.advice:
        click.echo("\nWhat to do")
    for line in found.advice:
        click.echo(f"  {line}")
    if found.snippet:
        click.echo("\n" + "\n".join(f"    {line}" for line in found.snippet.splitlines()))
