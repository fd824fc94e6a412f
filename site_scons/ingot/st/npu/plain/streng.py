# SPDX-License-Identifier: Apache-2.0
"""A stream's structure as registers of a STRENG.

A raw frame has (end - start) * 8 / bits elements; a line offset of 0 is width times pixel offset.
"""

from __future__ import annotations

from ingot.st.npu.plain.structure import Structure


def streng(item: Structure) -> dict[int, int]:
    """Register words. Raises IngotError for a value that no public build has."""
    writes, raw = item.number("dir"), item.number("raw")
    base, start = item.address("addr_base"), item.number("offset_start")
    bits = item.number("nbits_out" if writes else "nbits_in")
    item.number("nbits_in" if writes else "nbits_out")
    if bits not in (8, 16, 24):
        raise item.unknown("nbits_out" if writes else "nbits_in", str(bits))
    item.only(noblk=0, frame_count=0)
    width, height, pixel = item.number("fwidth"), item.number("fheight"), item.number("batch_offset")
    size = max(0, item.number("offset_end") - start) * 8 // bits if raw else height << 16 | width
    line = item.number("line_offset") or width * pixel
    frames = item.number("frame_tot_cnt", 1)
    right, unsigned = item.number("align_right"), item.number("nbits_unsigned")
    if right and unsigned:
        raise item.unknown("align_right", "1 beside .nbits_unsigned = 1")
    synchronised, partner = item.number("sync_with_other"), item.number("sync_dma")
    values = {
        "SINGLE": int(frames == 1),
        "DIR": writes,
        "CONT": item.number("continuous"),
        "RAW": raw,
        "RAW_OUT": item.number("raw_out"),
        "LSBMODE": right,
        "SIGNEXT": right,
        **{f"SIZE{n}": 8 for n in range(bits // 8)},
        "ADDR": base + start,
        "FSIZE": size,
        "DEPTH": item.number("batch_depth"),
        "OFFSET": pixel & 0xFFFF,
        "LOFF": line & 0xFFFF,
        "FOFFSET": item.number("frame_offset"),
        "FRAME_RPT": item.number("frame_loop_cnt"),
        "FRPTOFF": item.number("loop_offset"),
        "POS": 0x24,
        "EVENT": 0x100000,
        "FRMTRG_EN": synchronised,
        "FRMTRG_SRC": partner,
        "ADDRLIMIT": 1,
        "STOPPREFTC": 1,
        "FRAMELIMIT": 1,
        "DOFF_MSB": pixel >> 16,
        "LIMIT": frames,
        "LIMITADDR": base + item.number("offset_limit") - 1,
        "CACHEABLE": item.number("cacheable"),
        "ALLOC": item.number("cache_allocate"),
        "LOFF_MSB": line >> 16,
    }
    return item.packed("STRENG", values)
