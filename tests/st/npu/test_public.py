# SPDX-License-Identifier: Apache-2.0
"""The table of public builds' forms: counted, written, read again; with and without a network."""

from __future__ import annotations

import dataclasses
import json
import re

from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.program import blob_of_epochs
from ingot.st.npu.public import TABLE, counted, public, read_table, table_text
from ingot.st.npu.registers import FIELDS
from support.npu_build import FLASH, RAM, conv_epoch, copy_epoch, unit

ONE, OTHER = conv_epoch(1, RAM, FLASH, RAM + 0x100), copy_epoch(2, RAM + 0x100, RAM + 0x200, 64)


def table(*epochs: HardwareEpoch) -> dict[str, object]:
    """A table that knows each of the epochs as a network of its own: `0`, `1`, ..."""
    found = [counted([epoch], {"blob": blob_of_epochs([epoch])}) for epoch in epochs]
    sources = [{"network": str(number), "repository": "own"} for number in range(len(epochs))]
    document: dict[str, object] = json.loads(table_text(sources, found))
    return document


def test_an_epoch_is_inside_of_the_table_that_counted_it() -> None:
    known = read_table(table(ONE, OTHER))
    assert not known.strange(ONE) and not known.strange(OTHER)
    assert not known.strange_program(blob_of_epochs([ONE, OTHER]), "blob")
    assert known.networks == ("0", "1")


def test_a_network_does_not_prove_itself() -> None:
    left = read_table(table(ONE, OTHER), without="0")
    assert not left.strange(OTHER)
    assert "no public build has kernel 1,1,1,1,0,0,1,4,4" in left.strange(ONE)
    assert "no public build has instruction write,CONVACC,0,mode" in left.strange_program(blob_of_epochs([ONE]), "")


def test_amounts_have_a_range_and_spare_bytes_only_a_least() -> None:
    known = read_table(table(ONE))
    wide = conv_epoch(1, RAM, FLASH, RAM + 0x100, size=(4, 5))
    assert "CONVACC.W is 20; public builds have 16 to 16" in known.strange(wide)
    stream = unit("STRENG1")
    words = dict(ONE.units[stream].words)
    word = FIELDS["STRENG"]["LIMITADDR"].word
    for change, found in ((+64, False), (-64, True)):
        changed = dataclasses.replace(ONE.units[stream], words=words | {word: words[word] + change})
        strange = known.strange(dataclasses.replace(ONE, units=dict(ONE.units) | {stream: changed}))
        assert any("bytes before its limit" in what for what in strange) == found


def test_the_table_has_numbers_and_says_where_each_comes_from() -> None:
    text = TABLE.read_text(encoding="utf-8")
    document = json.loads(text)
    assert set(document) == {"sources", "forms", "amounts"}
    for source in document["sources"]:
        assert re.fullmatch(r"[\w-]+/[\w.-]+@[0-9a-f]{12}", source["repository"]) and source["epochs"] > 0
    assert table_text(document["sources"], []).splitlines()[1] == text.splitlines()[1]
    assert len(public().networks) == len({source["network"] for source in document["sources"]})
