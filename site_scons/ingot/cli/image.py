# SPDX-License-Identifier: Apache-2.0
"""`ingot image`: relocatable images as files, away from any target.

ingot image info | check | keys | sign | verify | self-test
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from ingot.base.errors import IngotError
from ingot.cli.verb import verbs
from ingot.cli.words import table_options

FilePath = click.Path(path_type=Path, dir_okay=False)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
params_option = click.option("--params", type=FilePath, help="The second file of a split image.")


@verbs()
def image() -> None:
    """Look at, check, sign relocatable images."""


@image.command()
@click.argument("file", type=FilePath)
@params_option
@json_option
def info(file: Path, params: Path | None, as_json: bool) -> None:
    """Show what FILE is, what it needs, and where its parts are."""
    from ingot.image.image import parse_image
    from ingot.image.info import as_dict, as_text

    facts = as_dict(parse_image(_read(file), str(file)), _optional(params))
    print(json.dumps(facts, indent=2, sort_keys=True) if as_json else as_text(facts))


@image.command()
@click.argument("file", type=FilePath)
@click.option("--board", help="Whose memory it goes to: then pools with one byte at two addresses overlap as well.")
@params_option
@json_option
def check(file: Path, params: Path | None, as_json: bool, board: str | None) -> None:
    """Verify everything about FILE that needs no target; exit status 1 when a rule is broken."""
    from ingot.board import NO_ALIASES, load_board
    from ingot.cli.words import board_file
    from ingot.image.check import check_image

    aliases = load_board(board_file(board)).aliases if board else NO_ALIASES
    findings = check_image(_read(file), str(file), _optional(params), aliases)
    if as_json:
        print(json.dumps([vars(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            print(finding)
    if not all(finding.passed for finding in findings):
        sys.exit(1)


@image.command()
@click.argument("private", type=FilePath)
@click.argument("public", type=FilePath)
@click.option("--c", "c_file", type=FilePath, help="Also the public key as a C initializer, for a firmware's policy.")
def keys(private: Path, public: Path, c_file: Path | None) -> None:
    """Make an Ed25519 key pair: PRIVATE is kept secret, PUBLIC is given to whoever verifies."""
    from ingot.base.files import write_if_changed
    from ingot.image.signature import c_key, new_keys

    if private.exists():
        raise IngotError(
            "is there already", where=str(private), remedy="Choose another name; keys are not overwritten."
        )
    secret, shown = new_keys()
    write_if_changed(private, secret)
    private.chmod(0o600)
    write_if_changed(public, shown)
    if c_file is not None:
        write_if_changed(c_file, c_key(shown, str(public)))


@image.command()
@click.argument("file", type=FilePath)
@click.option("--key", type=FilePath, required=True, help="The private key, as `ingot image keys` makes it.")
@click.option("--out", type=FilePath, help="Default: FILE itself.")
def sign(file: Path, key: Path, out: Path | None) -> None:
    """Sign a sealed image."""
    from ingot.base.files import write_if_changed
    from ingot.image.signature import signed_image

    write_if_changed(out or file, signed_image(_read(file), _read(key), str(file), str(key)))


@image.command()
@click.argument("file", type=FilePath)
@click.option("--key", type=FilePath, required=True, help="The public key.")
def verify(file: Path, key: Path) -> None:
    """Verify FILE's seal and its signature; exit status 1 when one does not hold."""
    from ingot.image.image import parse_image
    from ingot.image.seal import FIXED, Seal, seal_holds
    from ingot.image.signature import verify_bytes

    content = _read(file)
    parsed = parse_image(content, str(file))
    if not parsed.trailer:
        raise IngotError("has no seal", where=str(file))
    seal = Seal.parse(parsed.trailer, str(file))
    before = content[: len(content) - len(parsed.trailer)]
    if not seal_holds(before, parsed.trailer):
        print(f"FAILED {file}: it is not what was sealed")
        sys.exit(1)
    if not seal.signature:
        print(f"FAILED {file}: it is not signed")
        sys.exit(1)
    if not verify_bytes(_read(key), parsed.trailer[: FIXED.size], seal.signature, str(key)):
        print(f"FAILED {file}: the signature is not of this key ({seal.key_id.hex()} signed it)")
        sys.exit(1)
    print(f"ok     {file}: {seal.model} ({seal.model_version}) for {seal.board}, signed by {seal.key_id.hex()}")


@image.command("self-test")
@click.argument("file", type=FilePath)
@click.option("--model", required=True, help="What the image was built of; its preprocessing counts for --input.")
@click.option("--network", type=FilePath, required=True, help="The network_c_info.json of the image.")
@table_options("input", "seed")
@click.option("--out", type=FilePath, help="Default: FILE itself.")
def self_test(file: Path, model: str, network: Path, input: str, seed: int, out: Path | None) -> None:
    """Put golden inputs and outputs into FILE; a device compares them when the model is on trial."""
    from ingot.base.files import write_if_changed
    from ingot.cli.words import manifest_of, model_file
    from ingot.device.run.golden import golden_test
    from ingot.image.self_test import with_self_test
    from ingot.network.c_info import read_c_info

    manifest = manifest_of(model)
    test = golden_test(model_file(manifest), read_c_info(network), seed, input, str(manifest.path))
    content = with_self_test(_read(file), str(file), test)
    write_if_changed(out or file, content)
    print(f"{out or file}: self-test of {test.output_bytes:,} bytes of outputs, {len(test.to_bytes()):,} bytes more")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise IngotError(f"cannot be read: {error.strerror}", where=str(file)) from None


def _optional(file: Path | None) -> bytes | None:
    return None if file is None else _read(file)
