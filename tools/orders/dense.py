# SPDX-License-Identifier: Apache-2.0
"""Writes firmware/kernels/dense_x<n>_mve.h: blocks with Helium for pixels of n chunks of 16 bytes, without a loop over
the chunks, so that what makes bytes of the sums stands between all products.

    python tools/orders/dense.py [n ...]

firmware/kernels/dense_x_mve.h has what is around it, and says which register is what.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from search import best_order
from text import continued, packed

KERNELS = Path(__file__).resolve().parents[2] / "firmware" / "kernels"
CHUNKS = (1, 2, 3, 4, 5, 6, 7, 8, 9)
DEEP = 9
"""The last of them stands for all that are deeper: after HEAD chunks there is a loop."""
HEAD = 8
TRIES = 40000

SUMS = (("r0", "r2", "r4", "r6"), ("r8", "r10", "r12", "lr"))
"""Of both pixels, for each channel of a record."""
TURN = (0, 2, 1, 3)
"""The order of a record's channels: two sums go into one vector's lanes together."""
EVEN, ODD = ("q4", "q5"), ("q6", "q7")
"""Sums of the even and the odd channels' record, of both pixels; bytes become of EVEN."""
OUTPUTS = ("r1", "r3")
REACH = 508
"""Of VLDRW.32 with an offset, either way."""

Place = tuple[str, float]


def record_bytes(chunks: int) -> int:
    return 48 + 64 * chunks


def block(chunks: int, signed: bool) -> list[Place]:
    """Both records of a block, in an order that is right: each instruction, and where it would like to stand. The odd
    channels' sums become bytes in the next block."""
    parts = (_bytes_of_odd(chunks, signed), _products(chunks, 0), _bytes_of_even(chunks, signed), _products(chunks, 1))
    share = (len(parts[0]) + len(parts[1])) / sum(map(len, parts))
    ranges = ((0, 0.97 * share), (0, share), (share, share + 0.97 * (1 - share)), (share, 1))
    code = [
        (text, begin + (end - begin) * (i + 0.5) / len(part))
        for part, (begin, end) in zip(parts, ranges, strict=True)
        for i, text in enumerate(part)
    ]
    if chunks == 1:
        return [*code, ("cmp r5, r9", 1.0)]
    return [("ldr r11, [sp, #20]", 0.0), *code, ("ldr r11, [sp, #44]", 0.97), ("cmp r5, r11", 1.0)]


def drain(chunks: int, signed: bool) -> list[Place]:
    """What is left when there is no next block."""
    code = _bytes_of_odd(chunks, signed, drained=True)
    return [(text, i / len(code)) for i, text in enumerate(code)]


def _into_vectors(vectors: Sequence[str]) -> list[str]:
    return [
        f"vmov {vector}[{lane + 2}], {vector}[{lane}], {sums[lane]}, {sums[lane + 2]}"
        for lane in (0, 1)
        for vector, sums in zip(vectors, SUMS, strict=True)
    ]


def _scaled(vectors: Sequence[str], loads: Sequence[str], signed: bool) -> list[str]:
    """loads: of the biases, the multipliers and the shifts."""
    code = [loads[0], *(f"vadd.i32 {q}, {q}, q3" for q in vectors)]
    code += [loads[1], *(f"vqrdmulh.s32 {q}, {q}, q3" for q in vectors)]
    if signed:
        for q in vectors:
            code += [f"vshr.s32 q3, {q}, #31", f"vadd.i32 {q}, {q}, q3"]
    return [*code, loads[2], *(f"vrshl.s32 {q}, {q}, q3" for q in vectors)]


def _bytes_of_even(chunks: int, signed: bool) -> list[str]:
    """Results of 16 bits in the lower halves of EVEN."""
    places = (0, 16 + 64 * chunks, 32 + 64 * chunks)
    at = _moves_of_weights(chunks)[_MIDST]
    assert all(abs(place - at) <= REACH for place in places), chunks
    loads = [f"vldrw.32 q3, [r5, #{place - at}]" for place in places]
    return [*_into_vectors(EVEN), *_scaled(EVEN, loads, signed), *(f"vqmovnb.s32 {q}, {q}" for q in EVEN)]


def _bytes_of_odd(chunks: int, signed: bool, drained: bool = False) -> list[str]:
    """Stores the bytes of both records."""
    zero = "r11" if chunks == 1 and not drained else "q3"
    return [*_into_vectors(ODD), *_scaled(ODD, _odd_loads(chunks), signed), *_stored(zero)]


def _stored(zero: str) -> list[str]:
    """zero: the register of the zero point, or q3, which is loaded."""
    return [
        *(f"vqmovnt.s32 {even}, {odd}" for even, odd in zip(EVEN, ODD, strict=True)),
        *(["vldrw.32 q3, [sp]"] if zero == "q3" else []),
        *(f"vqadd.s16 {q}, {q}, {zero}" for q in EVEN),
        *(f"vqmovnb.s16 {q}, {q}" for q in EVEN),
        *(f"vstrb.16 {q}, [{to}], #8" for q, to in zip(EVEN, OUTPUTS, strict=True)),
    ]


def odd_begin(chunks: int) -> int:
    """Where r7 stands for a block, from its odd record on."""
    return 64 + 32 * chunks if chunks > 6 else -80 - 64 * chunks


def _odd_loads(chunks: int) -> list[str]:
    if chunks > 6:
        apart = odd_begin(chunks)
        places = (0, 16 + 64 * chunks, 32 + 64 * chunks)
        loads = [f"vldrw.32 q3, [r7, #{place - apart}]" for place in places]
        return [*loads[:2], f"{loads[2]}\nadd r7, r7, #{2 * record_bytes(chunks)}"]
    return [
        f"vldrw.32 q3, [r7, #{80 + 64 * chunks}]!",
        f"vldrw.32 q3, [r7, #{16 + 64 * chunks}]!",
        "vldrw.32 q3, [r7, #16]",
    ]


_MIDST = -1


def start(chunks: int) -> int:
    """Where r5 stands before a block, from its even record on."""
    moves = [number for number in _moving(chunks) if number < 8 * chunks]
    return _place(chunks, moves[-1]) - 2 * record_bytes(chunks)


def _moving(chunks: int) -> tuple[int, ...]:
    """Weights, counted through the block, at which r5 moves to what is loaded. None of the odd record's where that can
    be: the even record's scales would have to be read before it."""
    last = 4 * chunks - 1
    if chunks < 4:
        return (0,)
    if chunks < 7:
        return (0, last)
    return (*range(0, last, 16), last - 3, *range(last + 15, 2 * last, 16), 8 * chunks - 1)


def _moves_of_weights(chunks: int) -> dict[int, int]:
    """Weights at which r5 moves, and where to, from the even record on; under _MIDST the place where the odd record's
    products begin."""
    moves = {number: _place(chunks, number) for number in _moving(chunks)}
    first_half = [number for number in moves if number < 4 * chunks]
    return {**moves, _MIDST: moves[first_half[-1]]}


def _place(chunks: int, number: int) -> int:
    record, at = divmod(number, 4 * chunks)
    return record * record_bytes(chunks) + 16 + 64 * (at // 4) + 16 * TURN[at % 4]


def _products(chunks: int, record: int) -> list[str]:
    code = []
    moves = _moves_of_weights(chunks)
    at = moves[_MIDST] if record else start(chunks)
    for turned, chunk in enumerate(_there_and_back(chunks, record)):
        if chunks > 1 and (turned or not _kept(chunks)):
            place = 16 * chunk
            code += [f"vldrb.8 q{pixel}, [{base}, #{place}]" for pixel, base in enumerate(("r9", "r11"))]
        for turn, channel in enumerate(TURN):
            number = 4 * (record * chunks + chunk) + turn
            place = _place(chunks, number)
            moved = number in moves
            assert abs(place - at) <= REACH, (chunks, number)
            code.append(f"vldrw.32 q2, [r5, #{place - at}]{'!' if moved else ''}")
            at = place if moved else at
            code += _multiplied(channel, "q2", turned == 0)
    return code


def _kept(chunks: int) -> bool:
    """Whether the odd record takes its chunks from the last to the first, so that each record begins with the pixels'
    chunks that the one before ended with."""
    return 1 < chunks < 7


def _there_and_back(chunks: int, record: int) -> range:
    return range(chunks)[:: -1 if record and _kept(chunks) else 1]


def head(odd: bool, signed: bool) -> list[Place]:
    """The first HEAD chunks of a deep record, beside which the sums of the one before become bytes; odd: of the odd
    channels.

    Between records, q3 has the biases of the one before, r5 stands at its multipliers and its last product waits
    (turn()). r7: the multipliers of the odd record before; behind the even record, where the pixel's last chunk is."""
    before = "r5" if odd else "r7"
    loads = ["", f"vldrw.32 q3, [{before}]", f"vldrw.32 q3, [{before}, #16]"]
    if odd:
        first = [*_into_vectors(EVEN), *_scaled(EVEN, loads, signed), *(f"vqmovnb.s32 {q}, {q}" for q in EVEN)]
    else:
        first = [*_into_vectors(ODD), *_scaled(ODD, loads, signed), *_stored("q3"), "ldr r7, [sp, #52]"]
    first = [WAITING, *(text for text in first if text)]
    moves, last, code, at = (4 * HEAD // 2, 4 * HEAD - 1), 4 * HEAD - 1, list[str](), 0
    for chunk in range(HEAD):
        moved = "!" if chunk == HEAD - 1 else ""
        code += [f"vldrb.8 q{pixel}, [{base}, #{16 * chunk}]{moved}" for pixel, base in enumerate(("r9", "r11"))]
        for turned, channel in enumerate(TURN):
            number = 4 * chunk + turned
            place = 48 + 64 * chunk + 16 * channel
            if number == last:
                code.append(f"vldrw.32 q3, [r5, #{32 - at}]")  # the biases
            weights = "q6" if number == last else "q2"
            code.append(f"vldrw.32 {weights}, [r5, #{place - at}]{'!' if number in moves else ''}")
            at = place if number in moves else at
            code += _multiplied(channel, weights, chunk == 0)
    code.remove(WAITING)
    code.append("vldrw.32 q2, [r5, #16]!")
    ranges = ((first, 0.9), (code, 1.0))
    begin = [("ldrd r9, r11, [sp, #16]", 0.0)]
    return begin + [(text, end * (i + 0.5) / len(part)) for part, end in ranges for i, text in enumerate(part)]


WAITING = "vmladava.s8 lr, q1, q6"
"""The last product of a deep record's chunk is the next one's to do, whose first weights are in q2 already."""


def turn() -> list[str]:
    """Four chunks of the loop behind a head, which may begin with any of them: each is as long."""
    code = list[str]()
    for chunk in range(4):
        begin = ["vldrb.8 q0, [r9, #16]!", WAITING]  # behind a branch the other way round
        code += [*(begin if chunk else begin[::-1]), "vmladava.s8 r0, q0, q2", "vldrb.8 q1, [r11, #16]!"]
        code += ["vmladava.s8 r8, q1, q2", "vldrw.32 q6, [r5, #16]", "vmladava.s8 r2, q0, q6", "vldrw.32 q2, [r5, #32]"]
        code += ["vmladava.s8 r10, q1, q6", "vldrw.32 q6, [r5, #48]", *_multiplied(2, "q2", False)]
        code += ["vldrw.32 q2, [r5, #64]!", "vmladava.s8 r6, q0, q6"]
    return [*code[:-1], "cmp r9, r7", code[-1]]


def _multiplied(channel: int, weights: str, first: bool) -> list[str]:
    name = "vmladav" if first else "vmladava"
    return [f"{name}.s8 {SUMS[pixel][channel]}, q{pixel}, {weights}" for pixel in (0, 1)]


def deep_drain(signed: bool) -> list[Place]:
    """What is left of a deep block when there is no next one."""
    loads = ["", "vldrw.32 q3, [r7]", "vldrw.32 q3, [r7, #16]"]
    code = [text for text in [WAITING, *_into_vectors(ODD), *_scaled(ODD, loads, signed), *_stored("q3")] if text]
    return [(text, i / len(code)) for i, text in enumerate(code)]


@dataclass
class Written:
    """The lines of a header, as they come."""

    tries: int
    lines: list[str]

    def ordered(self, code: Sequence[Place]) -> list[str]:
        """In a good order, with what it takes as a comment."""
        pieces = [(part, place) for text, place in code for part in text.split("\n")]
        cycles, texts = best_order(pieces, self.tries)
        self.lines.append(f"/* {len(texts)} instructions, {cycles:g} cycles */")
        return texts

    def macro(self, name: str, code: Sequence[Place]) -> None:
        texts = self.ordered(code)
        self.lines += [f"#define INGOT_X_{name}", *packed(texts), ""]


def header(chunks: int, tries: int = TRIES) -> str:
    """The text of dense_x<chunks>_mve.h."""
    depth = "9 and more" if chunks == DEEP else str(chunks)
    written = Written(
        tries,
        [
            "/* SPDX-License-Identifier: Apache-2.0 */",
            "/* Written by tools/orders/dense.py. */",
            f"/* A block of dense_x_mve.h for pixels of {depth} chunks of 16 bytes. */",
        ],
    )
    if chunks == DEEP:
        written.lines += ["#define INGOT_X_TURN", *packed(turn()), ""]
    for sign, signed in (("", False), ("_SIGNED", True)):
        if chunks == DEEP:
            written.macro(f"HEAD_EVEN{sign}", head(False, signed))
            written.macro(f"HEAD_ODD{sign}", head(True, signed))
            written.macro(f"DRAIN{sign}", deep_drain(signed))
        else:
            written.macro(f"BLOCK{sign}", block(chunks, signed))
            written.macro(f"DRAIN{sign}", drain(chunks, signed))
    if chunks != DEEP:
        constants = {
            "BYTES": 2 * record_bytes(chunks),
            "ODD": record_bytes(chunks) + odd_begin(chunks),
            "START": start(chunks),
        }
        written.lines += [f"#define INGOT_X_{name} {value}" for name, value in constants.items()]
    return "\n".join(continued(written.lines)).rstrip() + "\n"


def main() -> None:
    for chunks in map(int, sys.argv[1:] or map(str, CHUNKS)):
        text = header(chunks)
        (KERNELS / f"dense_x{chunks}_mve.h").write_text(text)
        print(chunks, [line for line in text.splitlines() if "cycles" in line])


if __name__ == "__main__":
    main()
