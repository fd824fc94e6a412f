# SPDX-License-Identifier: Apache-2.0
"""A convolution's structure as registers of a CONVACC.

Padding fields take min(pad, 2, kernel - 1), the rest is ZFRAME; all of it in DEEPMODE, DSS2MODE or with a zfbias.
Columns of crops and ZFRAME count elements (pixels times depth).
"""

from __future__ import annotations

from ingot.st.npu.plain.structure import Structure


def convacc(item: Structure) -> dict[int, int]:
    """Register words. Raises IngotError for a value that no public build has."""
    depth, width, height = item.number("batchDepth"), item.number("fWidth"), item.number("fHeight")
    kernel = {"h": item.number("kernelWidth"), "v": item.number("kernelHeight")}
    deep, dss2, bias = item.number("deepmode"), item.number("dss2mode"), item.number("zfbias")
    sides = {"L": ("left", "h"), "R": ("right", "h"), "T": ("top", "v"), "B": ("bot", "v")}
    pads: dict[str, int] = {}
    frame: dict[str, int] = {}
    for side, (name, axis) in sides.items():
        pad = item.number(f"{name}_padding")
        pads[side] = 0 if deep or dss2 or bias else min(pad, 2, kernel[axis] - 1)
        frame[side] = (pad - pads[side]) * (depth if axis == "h" else 1)
    item.only(rounding_f=0, saturation_f=0, shift_f=0, relu_mode_o=0)
    fstat = item.number("fstatcnt") if "fstatcnt" in item.members else 0
    return item.packed(
        "CONVACC",
        {
            "NOSUM": 1 - item.number("accumulate"),
            "NO1SUM": 1 - item.number("accumulate_first"),
            "GEN1SUM": item.number("accumulate_gen_first"),
            "SIMD": item.number("simd"),
            "AFILTMODE": item.number("afilt_mode"),
            "FUNSIGNED": item.number("f_unsigned"),
            "KUNSIGNED": item.number("k_unsigned"),
            "KSETEN": item.number("kseten"),
            "FSTAT": int(fstat > 0),
            "DEEPMODE": deep,
            "DSS2MODE": dss2,
            "KW": kernel["h"],
            "KH": kernel["v"],
            "BTCDEPTH": depth,
            "NR": item.number("nKernels"),
            "LPAD": pads["L"],
            "RPAD": pads["R"],
            "TPAD": pads["T"],
            "BPAD": pads["B"],
            "HSTRD": item.number("hstride"),
            "VSTRD": item.number("vstride"),
            "FSTATCNT": fstat,
            "INSHIFT": item.number("shift_a"),
            "FRNDMODE": item.number("round_mode_f"),
            "OUTSHIFT": item.number("shift_o"),
            "ORNDMODE": item.number("round_mode_o"),
            "ROUND": item.number("rounding_o"),
            "SAT": item.number("saturation_o"),
            "RAW": item.number("raw_o"),
            "OBYTES": item.number("outbytes_o"),
            "FBYTES": item.number("inbytes_f"),
            "FSHIFT": 16,
            "W": width * depth,
            "H": height,
            "LCROP": item.number("left_crop") * depth,
            "RCROP": item.number("right_crop") * depth + depth - 1,
            "TCROP": item.number("top_crop"),
            "BCROP": item.number("bot_crop"),
            "KTOT": item.number("kfilt_tot", 1),
            "KFIRST": item.number("kfilt_first"),
            "KLAST": item.number("kfilt_last"),
            "ATOT": item.number("afilt_tot"),
            "AFIRST": item.number("afilt_first"),
            "ALAST": item.number("afilt_last"),
            "ZLEFT": frame["L"],
            "ZRIGHT": frame["R"],
            "ZTOP": frame["T"],
            "ZBOTTOM": frame["B"],
            "FSUB": item.number("fsub"),
            "ZFBIAS": bias,
        },
    )
