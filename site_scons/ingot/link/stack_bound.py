# SPDX-License-Identifier: Apache-2.0
"""How deep a firmware's stack can get: the frames of the functions along its calls, read from the finished ELF.

A frame is what a function's instructions take from the stack pointer, all of them added, whichever path they are on: a
bound, which for code of GCC is what -fstack-usage says. Library functions count like any other, as the code that is
linked is read. Not in it: what an interrupt pushes and takes, and what nobody can tell from the code, which is said:
calls through pointers whose targets are unknown, recursion, arrays of a length that only the data has.

Calls through pointers: below an epoch, a kernel calls what a function above it holds the address of (a callback that is
passed on). The runtime calls the network's own functions (LL_ATON_..., of epochs all), and a callback where a function
that sets one is linked. The console writes to what the start-up gave it. Any other call through a pointer is said.
"""

from __future__ import annotations

import functools
import re
import subprocess
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.link import toolchain

#: The runtime's functions that initialise the network and call the epochs.
INIT, RUN_EPOCH = "LL_ATON_RT_Init_Network", "LL_ATON_RT_RunEpochBlock"
_EPOCH = re.compile(r"LL_ATON_(Start|End)_EpochBlock_\d+")
_INTERFACE = re.compile(r"LL_ATON_(?!RT_|LIB_|(Start|End)_EpochBlock_)\w+")
#: Functions that call a callback -> the one that sets it.
_SETTERS = {
    "notify": "LL_ATON_RT_SetEpochCallback",
    "LL_ATON_RT_RuntimeInit": "LL_ATON_RT_SetRuntimeCallback",
    "LL_ATON_RT_RuntimeDeInit": "LL_ATON_RT_SetRuntimeCallback",
}
_CONSOLE, _CONSOLE_OPEN = "ingot_console_write", "ingot_console_open"
_NO_STOP = re.compile(r"ingot_(stop|exit|report_fault)|_exit|abort")

_HEAD = re.compile(r"^([0-9a-f]+) <(.+)>:$")
_LINE = re.compile(r"^ *([0-9a-f]+):\t([^\t]+)(?:\t([^@;]*))?")
_TARGET = re.compile(r"([0-9a-f]+) <")
_BRANCH = re.compile(r"b(l|lx|(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le))?(\.[nw])?|cbn?z")
_STORE = re.compile(r"\[sp, #-(\d+)\]!")
_SUBTRACT = re.compile(r"(?:sp, )?(?:sp, )?#(\d+)\s*$")


@dataclass
class Function:
    """frame: bytes. calls: addresses of functions. holds: addresses of functions that it knows. pointers: whether it
    calls through one. variable: whether it takes an amount that is no constant."""

    name: str
    frame: int = 0
    calls: set[int] = field(default_factory=set)
    holds: set[int] = field(default_factory=set)
    pointers: bool = False
    variable: bool = False


@dataclass(frozen=True)
class StackBound:
    """bytes: at most, if nothing is `unknown`. chain: the functions of the deepest calls, from the first one on.

    unknown: in words, what is not in it.
    """

    bytes: int
    chain: tuple[str, ...]
    unknown: tuple[str, ...]


def stack_bound(functions: Mapping[int, Function], root: str, variable: Mapping[str, int] | None = None) -> StackBound:
    """The bound from a function on. variable: function -> bytes of its arrays (and of those of the static functions
    below it) whose length is in the data.

    Raises KeyError when no function has that name.
    """
    start = next(address for address, function in sorted(functions.items()) if function.name == root)
    return _Walk(functions, variable or {}).bound(start)


class _Walk:
    def __init__(self, functions: Mapping[int, Function], variable: Mapping[str, int]) -> None:
        self.functions, self.variable = functions, variable
        self.epochs = self._named(_EPOCH)
        self.interface = self._named(_INTERFACE)
        self.names = {function.name for function in functions.values()}
        self.unknown: set[str] = set()
        self._known: dict[tuple[int, frozenset[int], bool], tuple[int, tuple[str, ...]]] = {}
        self._open: list[int] = []

    def _named(self, pattern: re.Pattern[str]) -> set[int]:
        return {address for address, function in self.functions.items() if pattern.fullmatch(function.name)}

    def bound(self, start: int) -> StackBound:
        depth, chain = self._depth(start, frozenset(), False)
        return StackBound(depth, chain, tuple(sorted(self.unknown)))

    def _depth(self, address: int, held: frozenset[int], covered: bool) -> tuple[int, tuple[str, ...]]:
        """covered: whether a caller's `variable` has the arrays of this function."""
        function = self.functions[address]
        if address in self._open:
            names = [self.functions[one].name for one in self._open[self._open.index(address) :]]
            self.unknown.add(f"recursion: {' -> '.join([*names, function.name])}")
            return 0, ()
        held |= function.holds
        key = (address, held if self._reaches_pointer(address) else frozenset(), covered)
        if key in self._known:
            return self._known[key]
        own = function.frame + self.variable.get(function.name, 0)
        covered = covered or function.name in self.variable
        if function.variable and not covered:
            self.unknown.add(f"arrays of variable length: {function.name}")
        self._open.append(address)
        below = [self._depth(callee, held, covered) for callee in sorted(self._callees(function, held))]
        self._open.pop()
        deepest = max(below, key=lambda item: item[0], default=(0, ()))
        self._known[key] = (own + deepest[0], (function.name, *deepest[1]))
        return self._known[key]

    def _callees(self, function: Function, held: frozenset[int]) -> set[int]:
        found = set(function.calls)
        if function.pointers:
            targets = self._pointed(function, held)
            if targets is None:
                self.unknown.add(f"calls through a pointer: {function.name}")
            found |= held if targets is None else targets
        return {callee for callee in found if not _NO_STOP.fullmatch(self.functions[callee].name)}

    def _pointed(self, function: Function, held: frozenset[int]) -> Set[int] | None:
        """What a function may call through a pointer; None where nobody can tell."""
        if function.name in _SETTERS:
            return None if _SETTERS[function.name] in self.names else frozenset()
        if function.name == RUN_EPOCH:
            return self.epochs | self.interface
        if function.name.startswith("LL_ATON_RT_"):
            return self.interface
        if function.name == _CONSOLE:
            return {at for one in self.functions.values() if one.name == _CONSOLE_OPEN for at in one.holds}
        if held and any(address in self.epochs for address in self._open):
            return held
        return None

    @functools.cache  # noqa: B019 (lives as long as the walk)
    def _reaches_pointer(self, address: int) -> bool:
        seen, left = set(), [address]
        while left:
            at = left.pop()
            if at in seen:
                continue
            seen.add(at)
            function = self.functions[at]
            if function.pointers:
                return True
            left += [*function.calls, *function.holds]
        return False


def read_functions(elf: Path) -> dict[int, Function]:
    """The functions of a linked program by address. Raises IngotError when the disassembler fails."""
    command = [toolchain.tool("objdump"), "-d", "--no-show-raw-insn", str(elf)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise IngotError(f"cannot be disassembled: {done.stderr.strip()}", where=str(elf))
    return functions_of(done.stdout)


def functions_of(listing: str) -> dict[int, Function]:
    """The same from what `objdump -d --no-show-raw-insn` prints."""
    functions: dict[int, Function] = {}
    bodies: list[tuple[int, list[tuple[str, str]]]] = []
    for line in listing.splitlines():
        if head := _HEAD.match(line):
            functions[int(head[1], 16)] = Function(head[2])
            bodies.append((int(head[1], 16), []))
        elif bodies and (found := _LINE.match(line)):
            bodies[-1][1].append((found[2].strip(), (found[3] or "").strip()))
    for number, (address, body) in enumerate(bodies):
        end = bodies[number + 1][0] if number + 1 < len(bodies) else 1 << 32
        for word, operands in body:
            _read(functions, functions[address], word, operands, address, end)
    return functions


def _read(functions: Mapping[int, Function], own: Function, word: str, operands: str, start: int, end: int) -> None:
    """One instruction, or a word of data between instructions."""
    if word in (".word", ".long"):
        value = int(operands.split()[0], 16)
        if value & 1 and value - 1 in functions:
            own.holds.add(value - 1)
        return
    own.frame += _taken(word, operands)
    if operands.startswith("sp,") and "#" not in operands:
        # r7 is GCC's frame pointer: from it the stack pointer is only put back.
        own.variable |= word.startswith(("sub", "add")) or (word.startswith("mov") and operands != "sp, r7")
    if _BRANCH.fullmatch(word) and (target := _TARGET.search(operands)):
        at = int(target[1], 16)
        within = start <= at < end and not (word.startswith("bl") and at == start)
        if not within and at in functions:
            own.calls.add(at)
    elif word in ("blx", "bx") and operands != "lr":
        own.pointers = True


def _taken(word: str, operands: str) -> int:
    """Bytes that an instruction moves the stack pointer down by a constant."""
    if word.startswith(("push", "vpush")):
        return _listed(operands)
    if word.startswith(("stmdb", "vstmdb")) and operands.startswith("sp!"):
        return _listed(operands)
    if word.startswith("sub") and operands.startswith("sp") and (number := _SUBTRACT.match(operands)):
        return int(number[1])
    if word.startswith(("str", "vstr")) and (number := _STORE.search(operands)):
        return int(number[1])
    return 0


def _listed(operands: str) -> int:
    """Bytes of a register list: "{r4, r6-r8, lr}", "{d8-d15}"."""
    names = operands[operands.index("{") + 1 : operands.index("}")]
    total = 0
    for item in names.split(","):
        first, _, last = item.strip().partition("-")
        count = int(last[1:]) - int(first[1:]) + 1 if last else 1
        total += count * (8 if first.startswith("d") else 4)
    return total


def deepest(chain: Sequence[str], most: int = 8) -> str:
    """The chain for people: its first and last functions."""
    if len(chain) <= most:
        return " > ".join(chain)
    half = most // 2
    return " > ".join([*chain[:half], "...", *chain[-half:]])
