# SPDX-License-Identifier: Apache-2.0
"""A pool's structure as registers of a POOL. Columns of crops count elements (pixels times depth)."""

from __future__ import annotations

from ingot.st.npu.plain.structure import Structure


def poolacc(item: Structure) -> dict[int, int]:
    """Register words. Raises IngotError for a value that no public build has."""
    depth = item.number("batchSize")
    item.only(avgnopad=0, shift_f=0, rounding_f=0, saturation_f=0, relu_mode_o=0, pad_val_en=0, pad_val=0)
    return item.packed(
        "POOL",
        {
            "TYPE": item.number("operation"),
            "ROUND": item.number("rounding_o"),
            "SAT": item.number("saturation_o"),
            "OUTSHIFT": item.number("shift_o"),
            "DUALLINE": item.number("dualLine"),
            "CROPEN": 1,
            "FBYTES": item.number("inbytes_f"),
            "FSHIFT": 16,
            "WINX": item.number("poolWinX"),
            "WINY": item.number("poolWinY"),
            "STRDX": item.number("strideX"),
            "STRDY": item.number("strideY"),
            "TPAD": item.number("topPad"),
            "BPAD": item.number("bottomPad"),
            "LPAD": item.number("leftPad"),
            "RPAD": item.number("rightPad"),
            "BSIZE": depth,
            "X": item.number("inputX") * depth,
            "Y": item.number("inputY"),
            "OUTX": item.number("outputX"),
            "OUTY": item.number("outputY"),
            "MULVAL": item.number("mulval"),
            "LCROP": item.number("leftCrop") * depth,
            "RCROP": item.number("rightCrop") * depth + depth - 1,
            "TCROP": item.number("topCrop"),
            "BCROP": item.number("bottomCrop"),
            "FOBYTES": item.number("outbytes_f"),
            "FRND": item.number("round_mode_f"),
            "OBYTES": item.number("outbytes_o"),
            "ORND": item.number("round_mode_o"),
        },
    )
