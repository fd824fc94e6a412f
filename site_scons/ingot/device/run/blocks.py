# SPDX-License-Identifier: Apache-2.0
"""Which straight pieces of code an inference on the twin executes, and how often: QEMU's log of executed blocks.

QEMU translates code block by block: from an address that is jumped to, up to the next branch. Its log says where each
translated block ends (in_asm) and names each block that is executed (exec). With `nochain` no execution goes unsaid.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingot.base.child import ends_with_parent
from ingot.base.errors import IngotError
from ingot.device.run.qemu import Image, command, find_qemu

Block = tuple[int, int]
"""Address of the first instruction, and the address behind the last one."""

LOG = ("-d", "exec,nochain,in_asm")
_MARK = re.compile(r"LL_ATON_(?:Start|End)_EpochBlock_\d+")
_BEGIN, _END = "inference_run", "LL_ATON_RT_Reset_Network"


@dataclass(frozen=True)
class Executed:
    """Blocks of one inference. epochs: of each epoch in order, with what the runtime does until the next one begins.
    runtime: before the first epoch."""

    runtime: Counter[Block]
    epochs: tuple[Counter[Block], ...]


def executed_blocks(
    elf: Path,
    images: Sequence[Image],
    *,
    machine: str,
    arguments: Sequence[str],
    folder: Path,
    timeout: float = 600.0,
) -> Executed:
    """Runs the `validate` firmware, whose input files are in `folder`, and counts the blocks of its last inference.

    Raises IngotError when QEMU is missing or fails, or the firmware has no such functions.
    """
    begin, end, epochs = _marks(elf)
    images = [Image(image.file.resolve(), image.address) for image in images]
    line = command(elf.resolve(), images, machine, arguments, find_qemu())
    at = line.index("-icount")  # counting would cut blocks where its budget ends
    del line[at : at + 2]
    with tempfile.TemporaryDirectory(prefix="ingot-blocks-") as name:
        pipe = Path(name) / "log"
        os.mkfifo(pipe)
        with subprocess.Popen(
            [*line, *LOG, "-D", str(pipe)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=ends_with_parent(),
        ) as process:
            watchdog = threading.Timer(timeout, process.kill)
            watchdog.start()
            # QEMU may end before it opens its log: then nobody would write to the pipe, and the open would wait.
            keeper = os.open(pipe, os.O_RDWR)
            closer = threading.Thread(target=_close_at_end, args=(process, keeper), daemon=True)
            closer.start()
            try:
                with open(pipe, "rb") as log:
                    result = read_log(log, begin, end, epochs)
                closer.join()
            finally:
                watchdog.cancel()
                process.kill()
    if process.returncode or result is None:
        raise IngotError("QEMU's log of executed blocks has no whole inference", where=elf.name)
    return result


def _close_at_end(process: subprocess.Popen[bytes], descriptor: int) -> None:
    process.wait()
    os.close(descriptor)


def read_log(log: Iterable[bytes], begin: int, end: int, epochs: Sequence[int]) -> Executed | None:
    """The blocks between the last execution of `begin` and the next of `end`; None where there is no such pair.

    epochs: addresses at which one begins. Lines that matter are
        0x<address>:  <one or two hexadecimal groups of the instruction's bytes>  <text>
        Trace 0: <place of the translated block> [<cs>/<address>/<flags>/<cflags>] <function>
    where a block's instructions stand before its first execution.
    """
    starts = set(epochs)
    ends: dict[bytes, Block] = {}
    result: Executed | None = None
    runtime = Counter[bytes]()
    per_epoch: list[Counter[bytes]] = []
    current: Counter[bytes] | None = None
    first = last = 0
    for line in log:
        if line.startswith(b"Trace"):
            key = line.split(b" ", 3)[2]
            if last:  # a block that was translated just now
                ends[key] = (first, last)
                last = first = 0
            address = ends[key][0] if key in ends else 0
            if address == begin:
                runtime, per_epoch = Counter(), []
                current = runtime
            elif address == end and current is not None:
                result = Executed(_placed(runtime, ends), tuple(_placed(counts, ends) for counts in per_epoch))
                current = None
            elif address in starts and current is not None:
                current = Counter()
                per_epoch.append(current)
            if current is not None:
                current[key] += 1
        elif line.startswith(b"0x"):
            words = line.split()
            address = int(words[0][2:-1], 16)
            size = 4 if len(words) > 2 and len(words[2]) == 4 and _is_hex(words[2]) else 2
            first = first or address
            last = address + size
    return result


def _placed(counts: Counter[bytes], ends: dict[bytes, Block]) -> Counter[Block]:
    result = Counter[Block]()
    for key, count in counts.items():
        result[ends[key]] += count
    return result


def _is_hex(word: bytes) -> bool:
    try:
        int(word, 16)
    except ValueError:
        return False
    return True


def _marks(elf: Path) -> tuple[int, int, list[int]]:
    """Addresses of the functions that begin and end an inference, and of those that begin an epoch."""
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import SymbolTableSection

    names: dict[str, int] = {}
    with open(elf, "rb") as file:
        symbols = ELFFile(file).get_section_by_name(".symtab")
        for symbol in symbols.iter_symbols() if isinstance(symbols, SymbolTableSection) else ():
            if symbol["st_info"]["type"] == "STT_FUNC":
                names[symbol.name] = symbol["st_value"] & ~1
    if _BEGIN not in names or _END not in names:
        raise IngotError(f"there is no function {_BEGIN} or {_END}", where=elf.name, remedy="Build it again.")
    return names[_BEGIN], names[_END], [at for name, at in names.items() if _MARK.fullmatch(name)]


def have_log(program: str = "qemu-system-arm") -> bool:
    """Whether blocks can be counted here: pipes and QEMU."""
    return hasattr(os, "mkfifo") and shutil.which(program) is not None
