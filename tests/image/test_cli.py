# SPDX-License-Identifier: Apache-2.0
"""`ingot image` as people call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingot.base.errors import IngotError
from ingot.cli.main import ingot
from support.host_library import needs_cc
from support.images import make_image, sealed
from support.loader import verdict


def run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(ingot, ["image", *map(str, words)])
    if isinstance(result.exception, IngotError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "network_rel.bin"
    path.write_bytes(sealed(make_image().to_bytes()))
    return path


def test_info(file: Path) -> None:
    text = run("info", file).output
    for words in ("network", "Cortex-M55", "RELOC.PARAM.0", "COPY.MIXED", "epoch_items", "SHA256"):
        assert words in text
    facts = json.loads(run("info", file, "--json").output)
    image = make_image()
    assert facts["xip_ram"] == image.xip_ram and facts["copy_ram"] == image.copy_ram
    assert facts["params"]["crc32"] == facts["params"]["crc32_computed"]
    assert len(facts["entry_points"]) == 10


def test_check(file: Path) -> None:
    assert "FAILED" not in run("check", file).output
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert "FAILED seal holds" in run("check", file, code=1).output
    findings = json.loads(run("check", file, "--json", code=1).output)
    assert [finding["rule"] for finding in findings if not finding["passed"]] == ["seal holds"]


@needs_cc
def test_sign_and_verify(file: Path, tmp_path: Path) -> None:
    private, public, other = tmp_path / "key.pem", tmp_path / "key.pub", tmp_path / "other.pub"
    run("keys", private, public)
    run("keys", tmp_path / "other.pem", other)
    assert private.stat().st_mode & 0o077 == 0
    assert "not signed" in run("verify", file, "--key", public, code=1).output
    run("sign", file, "--key", private)
    assert "signed by" in run("verify", file, "--key", public).output
    assert "not of this key" in run("verify", file, "--key", other, code=1).output
    assert "FAILED" not in run("check", file).output
    assert verdict(file.read_bytes(), "sealed") == ""  # the loader reads on: the digest covers the longer seal
    content = bytearray(file.read_bytes())
    content[200] ^= 1
    file.write_bytes(content)
    assert "not what was sealed" in run("verify", file, "--key", public, code=1).output


def test_mistakes(file: Path, tmp_path: Path) -> None:
    with pytest.raises(IngotError, match="cannot be read"):
        run("info", tmp_path / "absent.bin")
    (tmp_path / "junk").write_bytes(b"junk")
    with pytest.raises(IngotError, match="does not start with 'NBIN'"):
        run("check", tmp_path / "junk")
    with pytest.raises(IngotError, match="is not a private key"):
        run("sign", file, "--key", tmp_path / "junk")
    bare = tmp_path / "bare.bin"
    bare.write_bytes(make_image().to_bytes())
    with pytest.raises(IngotError, match="has no seal to sign"):
        run("sign", bare, "--key", tmp_path / "junk")
    run("keys", tmp_path / "key.pem", tmp_path / "key.pub")
    with pytest.raises(IngotError, match="is there already"):
        run("keys", tmp_path / "key.pem", tmp_path / "key.pub")
