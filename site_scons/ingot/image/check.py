# SPDX-License-Identifier: Apache-2.0
"""Everything about an image that can be verified without a target, a line a rule.

The loader on the device has the same rules (firmware/runtime/ingot_reloc_check.c); `Rule.refusals` says which of its
codes each of them is, and tests/firmware/test_same_verdict.py compares both on damaged images. Rules without a code are
of the host alone: they need more memory than the loader has, or help ST's loader.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingot.board.aliases import NO_ALIASES, Aliases
from ingot.image import rules, rules_params
from ingot.image.image import parse_image
from ingot.image.subject import Machine, Subject

SHOWN = 3


@dataclass(frozen=True)
class Finding:
    """The verdict of one rule. detail: what was found, also when it is fine."""

    rule: str
    passed: bool
    detail: str = ""

    def __str__(self) -> str:
        return f"{'ok    ' if self.passed else 'FAILED'} {self.rule}{': ' + self.detail if self.detail else ''}"


@dataclass(frozen=True)
class Rule:
    """problems: what breaks it, in words. refusals: the loader's codes for it; empty for a rule of the host alone."""

    problems: Callable[[Subject], Iterator[str]]
    refusals: tuple[str, ...] = ()


RULES: dict[str, Rule] = {
    "flags are known": Rule(rules.flags, ("API", "FLAGS", "TOOLCHAIN", "FLOAT_ABI")),
    "the machine fits": Rule(rules.machine, ("CPU", "TOOLCHAIN", "FLOAT_ABI", "DEBUG_INFO", "RUNTIME_VERSION")),
    "sections are in order": Rule(rules.sections, ("SEGMENT", "SECTION_ORDER", "CUT", "CONTEXT")),
    "sections are aligned": Rule(rules.alignment, ("SECTION_ALIGNMENT", "POOL_ALIGNMENT", "CONTEXT")),
    "the file is complete": Rule(rules_params.size, ("PARAMS_CUT", "CUT", "TAIL")),
    "entry points are functions": Rule(rules.entry_points, ("ENTRY_POINT",)),
    "context fits": Rule(rules.context, ("CONTEXT", "NAME", "STRUCT_SIZES")),
    "pools are of known kinds": Rule(rules.pool_table, ("POOL_TABLE", "POOL_KIND", "POOL_RANGE", "NAME")),
    "pools behind the NPU cache are external": Rule(rules.cached_pools, ("POOL_CACHED",)),
    "pools' params are in the file": Rule(rules_params.pool_params, ("POOL_RANGE", "PARAMS_CUT", "PARAMS_MISSING")),
    "epoch-controller blobs are whole": Rule(rules_params.blobs, ("BLOB",)),
    "pools do not overlap": Rule(rules.pool_overlaps, ("POOL_OVERLAP",)),
    "GOT entries are addresses of the image": Rule(rules.got, ("GOT",)),
    "relocations are words of the data": Rule(rules.relocations, ("RELOCATION_PLACE", "RELOCATION_VALUE")),
    "params have their CRC-32": Rule(rules_params.params_crc, ("PARAMS_CRC",)),
    "seal holds": Rule(
        rules_params.sealed, ("SEAL_FORM", "SEAL_DIGEST", "SEAL_PARAMS", "SEAL_MISSING", "TAIL", "PARAMS_CUT")
    ),
    "reserved words of the GOT are zero": Rule(rules.got_reserved),
    "no word is relocated twice": Rule(rules.relocated_once),
    "blobs of the read-only part are whole": Rule(rules_params.blobs_in_rom),
    "params have their CRC-32 beside the seal": Rule(rules_params.sealed_params_crc),
}


def check_image(
    content: bytes,
    where: str,
    params: bytes | None = None,
    aliases: Aliases = NO_ALIASES,
    machine: Machine | None = None,
) -> list[Finding]:
    """All rules, in order.

    params: content of the second file of a split image. aliases: of the board, where it is known. machine: the firmware
    that shall load it; None: any that there is.

    Raises IngotError when the file cannot be taken apart at all.
    """
    image = parse_image(content, where, machine.abi if machine else None)
    inside = image.params if image.header["params_offset"] else params
    subject = Subject(content, image, inside, where, aliases, machine)
    findings = []
    for name, rule in RULES.items():
        try:
            problems = list(itertools.islice(rule.problems(subject), SHOWN))
        except struct.error:
            problems = ["runs out of the data"]
        findings.append(Finding(name, not problems, "; ".join(problems)))
    return findings
