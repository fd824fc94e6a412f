# SPDX-License-Identifier: Apache-2.0
"""What no hardware has run is called neither exact nor timed: docs, messages, help and comments about Ingot's own NPU
programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ingot.base.places import ROOT
from ingot.device.npu.generated_text import KNOWN

#: Files that are about programs of Ingot's own.
ABOUT = (
    "firmware/npu/*",
    "site_scons/ingot/st/npu/codegen/*.py",
    "site_scons/ingot/st/npu/own.py",
    "site_scons/ingot/device/npu/generated*.py",
    "site_scons/ingot/device/npu/pipes.py",
    "site_scons/ingot/device/run/host_npu.py",
    "site_scons/ingot/device/run/predicted.py",
)
#: Words that claim what nobody has seen.
CLAIMS = re.compile(
    r"bit[- ]exact|measured|\d\s*ms on (?:a|the) board|runs on (?:the )?(?:board|chip|hardware)|proven on hardware",
    re.I,
)


def own_texts() -> Iterator[tuple[str, str]]:
    """File and text: whole files, and of pages the paragraphs that speak of npu=1 or of Ingot's own programs."""
    for pattern in ABOUT:
        for path in sorted(ROOT.glob(pattern)):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    for path in [*sorted((ROOT / "docs").glob("*.md")), ROOT / "CHANGELOG.md", ROOT / "README.md"]:
        for paragraph in path.read_text(encoding="utf-8").split("\n\n"):
            if "npu=1" in paragraph or "npu=only" in paragraph or "npu compile" in paragraph:
                yield str(path.relative_to(ROOT)), paragraph


def faults(texts: Iterator[tuple[str, str]]) -> list[str]:
    """Claims, as "file: words"."""
    return [f"{file}: {found[0]}" for file, text in texts for found in CLAIMS.finditer(text)]


def test_nobody_claims_what_no_hardware_has_run() -> None:
    texts = list(own_texts())
    assert len({file for file, _ in texts}) > 15
    assert faults(iter(texts)) == []


def test_the_claims_are_found() -> None:
    said = "npu=1: 1.2 ms on the board, measured, Bit-exact"
    assert len(faults(iter([("page", said)]))) == 3


def test_every_text_says_that_it_is_not_run() -> None:
    page = (ROOT / "docs" / "npu.md").read_text(encoding="utf-8")
    own = " ".join(page.split("\n## Programs of Ingot's own\n")[1].split("\n## What is refused")[0].split())
    assert KNOWN in own and own.count("been run on hardware") + own.count("not yet run on hardware") >= 2
    for place in (
        "firmware/npu/npu_stm32n6.c",
        "firmware/npu/ingot_npu.h",
        "site_scons/ingot/st/npu/codegen/offload.py",
    ):
        assert re.search("not yet run on hardware", (ROOT / place).read_text(encoding="utf-8"), re.I), place
    option = next(line for line in (ROOT / "docs/options.md").read_text().splitlines() if line.startswith("| `npu` "))
    assert "(experimental)" in option
    assert Path(ROOT / "CHANGELOG.md").read_text().count("Not yet run on hardware") == 2
