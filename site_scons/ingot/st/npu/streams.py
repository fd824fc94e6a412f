# SPDX-License-Identifier: Apache-2.0
"""What a stream engine moves: where each frame lies, in which order, how many bytes.

A frame is `FSIZE` elements in a row (raw), or a raster of lines, pixels and depth. Frame f starts at

    ADDR + f * FSIZE * bytes                            continuous
    ADDR + (f mod n) * FOFFSET + (f div n) * FRPTOFF    FRAME_RPT = n > 0
    ADDR + f * FOFFSET                                  else
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.st.npu.machine import HardwareEpoch, Registers
from ingot.st.npu.registers import Unit, field_values

if TYPE_CHECKING:
    import numpy.typing as npt

#: More bytes than any stream of a public build moves by far; what is larger is a damaged number.
LARGEST = 1 << 28
#: Most frames or runs of bytes that are counted.
RUNS = 1 << 24


@dataclass(frozen=True)
class Stream:
    """A stream of an epoch. All sizes in elements unless they say bytes.

    label: name whose base is added to the address, "" for an absolute one. element: bytes of an element. pixel, line:
    bytes from one to the next. limit: address of the last byte that may be touched.
    """

    unit: Unit
    writes: bool
    label: str
    address: int
    element: int
    frames: int
    raw: bool
    continuous: bool
    size: int
    width: int
    height: int
    depth: int
    pixel: int
    line: int
    step: int
    repeat: int
    repeat_step: int
    limit: int
    signed: bool
    raw_out: bool
    cacheable: bool
    trigger: int | None

    @property
    def frame_elements(self) -> int:
        """Elements of a frame."""
        return self.size if self.raw else self.width * self.height * self.depth

    @property
    def elements(self) -> int:
        """Elements that it moves in all frames."""
        return self.frames * self.frame_elements

    @property
    def moved(self) -> int:
        """Bytes that it moves in all frames, those of repeated frames each time."""
        return self.elements * self.element

    @property
    def direction(self) -> str:
        """ "read" or "write"."""
        return "write" if self.writes else "read"

    def frame_offset(self, frame: int) -> int:
        """Bytes from the address to the frame's first."""
        if self.continuous:
            return frame * self.size * self.element
        if self.repeat:
            return (frame % self.repeat) * self.step + (frame // self.repeat) * self.repeat_step
        return frame * self.step

    @property
    def first(self) -> int:
        """The lowest byte touched (offset of a relocated stream); no offset of the hardware's is negative."""
        return self.address

    @property
    def last(self) -> int:
        """The highest byte touched."""
        last = self.frames - 1
        if self.repeat and not self.continuous:
            corner = min(last, self.repeat - 1) * self.step
            far = max(self.frame_offset(last), (last // self.repeat) * self.repeat_step)
            rounds = max(1, self.frames // self.repeat)
            offset = max(far, (rounds - 1) * self.repeat_step + corner)
        else:
            offset = self.frame_offset(last)
        return self.address + offset + self.extent - 1

    @property
    def extent(self) -> int:
        """Bytes from a frame's first to behind its last."""
        if self.raw:
            return self.size * self.element
        return (self.height - 1) * self.line + (self.width - 1) * self.pixel + self.depth * self.element

    def frame_starts(self) -> npt.NDArray[Any]:
        """Addresses at which frames start, sorted, each once. Raises IngotError for more frames than can be counted."""
        import numpy as np

        if self.frames > RUNS:
            raise IngotError(f"{self.unit} has {self.frames:,} frames", remedy="Such a stream was never seen.")
        frame = np.arange(self.frames, dtype=np.int64)
        if self.continuous:
            starts = frame * (self.size * self.element)
        elif self.repeat:
            starts = (frame % self.repeat) * self.step + (frame // self.repeat) * self.repeat_step
        else:
            starts = frame * self.step
        return np.unique(starts) + self.address

    def runs(self) -> tuple[npt.NDArray[Any], int]:
        """Starts of runs of consecutive bytes, those of a frame that comes again only once; and bytes of a run.

        Raises IngotError for a stream of more runs than can be counted.
        """
        import numpy as np

        starts = self.frame_starts()
        length, counts = self._inner()
        total = len(starts)
        for _, count in counts:
            total *= count
        if total > RUNS:
            raise IngotError(f"{self.unit} has {total:,} runs of bytes", remedy="Such a stream was never seen.")
        for stride, count in counts:
            starts = (starts[:, None] + np.arange(count, dtype=np.int64) * stride).reshape(-1)
        return starts, length

    def _inner(self) -> tuple[int, list[tuple[int, int]]]:
        """Bytes of a run, and (stride, count) from the outer to the inner, of a frame."""
        if self.raw:
            return self.size * self.element, []
        run, counts = self.depth * self.element, [(self.line, self.height), (self.pixel, self.width)]
        while counts and (counts[-1][0] == run or counts[-1][1] == 1):
            run *= counts.pop()[1]
        return run, counts


def streams_of(epoch: HardwareEpoch) -> list[Stream]:
    """The enabled streams, by number. Raises IngotError for geometry that never occurred."""
    return [stream_of(unit, registers, epoch.where) for unit, registers in epoch.units.items() if unit.kind == "STRENG"]


def stream_of(unit: Unit, registers: Registers, where: str) -> Stream:
    """Reads one stream engine's registers. Raises IngotError."""
    fields = field_values("STRENG", registers.words)
    sizes = [fields[f"SIZE{n}"] for n in range(3)]
    element = sizes.count(8)
    if not element or sizes != [8] * element + [0] * (3 - element):
        raise _never(f"elements of {sizes} bits", unit, where)
    raw, continuous = bool(fields["RAW"]), bool(fields["CONT"])
    if fields["LSBMODE"] != fields["SIGNEXT"]:
        raise _never("LSBMODE without SIGNEXT", unit, where)
    if continuous and not raw:
        raise _never("a continuous raster", unit, where)
    stream = Stream(
        unit=unit,
        writes=bool(fields["DIR"]),
        label=registers.labels.get(2, ""),
        address=fields["ADDR"],
        element=element,
        frames=fields["LIMIT"],
        raw=raw,
        continuous=continuous,
        size=fields["FSIZE"] if raw else 0,
        width=0 if raw else fields["FSIZE"] & 0xFFFF,
        height=0 if raw else fields["FSIZE"] >> 16,
        depth=0 if raw else fields["DEPTH"],
        pixel=0 if raw else fields["OFFSET"] | fields["DOFF_MSB"] << 16,
        line=0 if raw else fields["LOFF"] | fields["LOFF_MSB"] << 16,
        step=fields["FOFFSET"],
        repeat=fields["FRAME_RPT"],
        repeat_step=fields["FRPTOFF"],
        limit=fields["LIMITADDR"],
        signed=bool(fields["SIGNEXT"]),
        raw_out=bool(fields["RAW_OUT"]),
        cacheable=bool(fields["CACHEABLE"]),
        trigger=fields["FRMTRG_SRC"] if fields["FRMTRG_EN"] else None,
    )
    if registers.labels.get(2, "") != registers.labels.get(14, ""):
        raise _never("an address and its limit that are relocated differently", unit, where)
    wrong = set(registers.labels) - {2, 14}
    if wrong:
        raise IngotError(f"a relocation hits {unit}.{min(wrong)}, which is no address", where=where)
    if not stream.elements:
        raise _never("an empty frame", unit, where)
    if stream.moved > LARGEST or stream.last >= 1 << 32 or stream.last - stream.first >= LARGEST:
        raise _never(f"{stream.moved:,} bytes up to {stream.last:#x}", unit, where)
    if stream.last > stream.limit:
        raise IngotError(
            f"{unit} touches {stream.last:#x}, its own limit is {stream.limit:#x}",
            where=where,
            remedy="The blob is damaged, or made for another network.",
        )
    return stream


def _never(what: str, unit: Unit, where: str) -> IngotError:
    return IngotError(
        f"{unit} has {what}", where=where, remedy="This never occurred in a public build: it is not guessed."
    )
