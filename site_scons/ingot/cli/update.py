# SPDX-License-Identifier: Apache-2.0
"""`ingot update`: models replaced in the field (docs/updates.md).

ingot update make | info | check | plan | report | send
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingot.base.errors import IngotError
from ingot.cli.verb import verbs
from ingot.cli.words import table_options

if TYPE_CHECKING:
    from ingot.device.protocol.client import Client

FilePath = click.Path(path_type=Path, dir_okay=False)
version_option = click.option("--version", type=int, required=True, help="Of the model: above every one confirmed.")
line_options = table_options("port", "baud")
BAUD = 115200  # where none is given
SHOWN_STEP = 10  # percent


@verbs()
def update() -> None:
    """Replace models in the field: make, verify, choose and send packages."""


@update.command()
@click.argument("image", type=FilePath)
@version_option
@click.option("--from", "older", type=FilePath, help="The fielded image: makes a delta against it.")
@click.option("--params", is_flag=True, help="Only params, for any fielded model with the same code.")
@click.option("--key", type=FilePath, help="The private key: signs the package, and the image where it is not.")
@click.option("--out", type=FilePath, required=True, help="The package.")
def make(image: Path, version: int, older: Path | None, params: bool, key: Path | None, out: Path) -> Any:
    """Pack IMAGE for devices in the field: the whole of it, its params, or what differs from the fielded one."""
    from ingot.base.files import write_if_changed
    from ingot.image.image import parse_image
    from ingot.image.seal import Seal
    from ingot.image.signature import signed_image
    from ingot.update.make import make_package
    from ingot.update.package import Kind, signed_package

    content, secret = _read(image), _read(key) if key else b""
    trailer = parse_image(content, str(image)).trailer
    if key and trailer and not Seal.parse(trailer, str(image)).signature:
        content = signed_image(content, secret, str(image), str(key))
    kind = Kind.PARAMS if params else Kind.DELTA if older else Kind.WHOLE
    package = make_package(content, version, str(image), kind, _read(older) if older else b"", str(older))
    if key:
        package = signed_package(package, secret, str(key))
    packed = package.to_bytes()
    write_if_changed(out, packed)
    print(f"{out}: {kind.name.lower()}, {len(packed):,} bytes for an image of {len(content):,}, version {version}")
    return {"file": str(out), "kind": kind.name.lower(), "bytes": len(packed), "image_bytes": len(content)}


@update.command()
@click.argument("package", type=FilePath)
def info(package: Path) -> Any:
    """Show what PACKAGE is for, and what it does."""
    from ingot.update.package import HEADER_SIZE, parse_package

    found = parse_package(_read(package), str(package))
    facts = {
        "kind": found.kind.name.lower(),
        "board": found.board,
        "model": found.model,
        "version": found.version,
        "layout": found.layout_id.hex(),
        "bytes": HEADER_SIZE + len(found.patch),
        "image_bytes": found.to_size,
        "image_sha256": found.to_digest.hex(),
        "from_bytes": found.from_size,
        "from_sha256": found.from_digest.hex() if found.from_size else "",
        "key": found.key_id.hex(),
    }
    for name, value in facts.items():
        print(f"{name:<14}{value if value != '' else '-'}")
    return facts


@update.command()
@click.argument("package", type=FilePath)
@click.option("--key", type=FilePath, help="The public key that must have signed it.")
@click.option("--from", "older", type=FilePath, help="The fielded image, for anything but a whole image.")
def check(package: Path, key: Path | None, older: Path | None) -> Any:
    """Apply PACKAGE as a device does, and verify signature, result and the image in it."""
    from ingot.update.check import check_package

    result = check_package(_read(package), str(package), _read(key) if key else None, _read(older) if older else None)
    print(f"ok     {package}: version {result['version']}, {result['image_bytes']:,} bytes, {result['rules']} rules")
    return result


@update.command()
@click.argument("image", type=FilePath)
@version_option
@click.option("--report", type=FilePath, required=True, help="Of the device: what `ingot update report` printed.")
@click.option("--from", "older", type=FilePath, multiple=True, help="An image that may be the fielded one.")
def plan(image: Path, version: int, report: Path, older: tuple[Path, ...]) -> Any:
    """Say what to send so that the device of REPORT runs IMAGE, and how many bytes that is."""
    from ingot.base.untrusted import decode_text, read_bounded
    from ingot.update.plan import plan_update
    from ingot.update.send import parse_report

    said = parse_report(decode_text(read_bounded(report, "yaml"), str(report)), str(report))
    found = plan_update(said, _read(image), str(image), version, {str(file): _read(file) for file in older})
    if not found.choices:
        print("nothing: the device runs this image")
    for choice in found.choices:
        what = f"{choice.bytes:>12,} bytes" if choice.package else f"not possible: {choice.reason}"
        print(f"{choice.kind.name.lower():<8}{what}")
    return {
        "send": found.best.kind.name.lower() if found.best else None,
        "choices": [
            {"kind": choice.kind.name.lower(), "bytes": choice.bytes or None, "reason": choice.reason}
            for choice in found.choices
        ],
    }


@update.command()
@line_options
def report(port: str, baud: int) -> Any:
    """Ask the device at PORT what it runs, for `ingot update plan`."""
    from ingot.update.send import REFUSALS, report_of

    with _client(port, baud) as client:
        said = report_of(client)
    for word, value in said.items():
        print(word, value)
    if given_up := int(said.get("given_up", "0")):
        print(f"# the last model on trial was given up: {REFUSALS.get(-given_up, 'for an unknown reason')}")
    return said


@update.command()
@click.argument("package", type=FilePath)
@line_options
def send(package: Path, port: str, baud: int) -> Any:
    """Send PACKAGE to the device at PORT; after a break of the line it goes on where it was."""
    from ingot.base.console import say
    from ingot.update.package import parse_package
    from ingot.update.send import send_package

    content = _read(package)
    parse_package(content, str(package))
    told = 0

    def shown(done: int, total: int) -> None:
        nonlocal told
        if 100 * done // total >= told + SHOWN_STEP:
            told = 100 * done // total
            say(f"{told} %")

    with _client(port, baud) as client:
        send_package(client, content, shown)
    print(f"sent {len(content):,} bytes; the model is on trial at the device's next start")
    return {"bytes": len(content)}


@contextlib.contextmanager
def _client(port: str, baud: int) -> Iterator[Client]:
    from ingot.device.protocol.client import Client
    from ingot.device.protocol.link import SerialLink

    if not port:
        raise IngotError("needs the device's serial port", where="update", remedy="Give --port.")
    line = SerialLink(port, baud or BAUD)
    try:
        yield Client(line)
    finally:
        line.close()


def _read(file: Path) -> bytes:
    from ingot.base.untrusted import read_bounded

    return read_bounded(file, "image", "cannot be read")
