# SPDX-License-Identifier: Apache-2.0
"""The bound of the stack: frames against what GCC's -fstack-usage says, sums along calls, and what cannot be told."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.link import toolchain
from ingot.link.stack_bound import Function, deepest, functions_of, read_functions, stack_bound
from ingot.network.types import Network, NetworkEpoch
from ingot.report.bounds import bounds_facts, bounds_header, bounds_text
from support.firmware import FIXTURE, fixture_network, needs_gcc

CORES = ("cortex-m55", "cortex-m7", "cortex-m0plus")


@pytest.fixture(scope="module", params=CORES)
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The program of the fixture, and the frames that GCC states."""
    folder = tmp_path_factory.mktemp("stack")
    core, elf = request.param, folder / "stack.elf"
    flags = [*toolchain.compile_flags(core), "-fstack-usage", "-Wno-return-type"]
    command = [toolchain.tool(), *flags, "-c", str(FIXTURE / "stack.c"), "-o", str(folder / "stack.o")]
    subprocess.run(command, check=True)
    link = [toolchain.tool(), *toolchain.link_flags(core), "-Wl,-e,main", str(folder / "stack.o"), "-o", str(elf)]
    subprocess.run(link, check=True)
    usage = {}
    for line in (folder / "stack.su").read_text().splitlines():
        place, size, _ = line.split("\t")
        usage[place.rpartition(":")[2]] = int(size)
    return elf, usage


@needs_gcc
def test_frames_are_those_of_gcc(compiled: tuple[Path, dict[str, int]]) -> None:
    elf, usage = compiled
    frames = {function.name: function for function in read_functions(elf).values()}
    assert len(usage) in (12, 13)
    for name, size in usage.items():
        if name != "ingot_rows":  # GCC states the constant part, and does not count what it keeps for the array
            assert frames[name].frame == size, name
    assert frames["ingot_rows"].variable
    assert not any(frames[name].variable for name in usage if name != "ingot_rows")


@needs_gcc
def test_sums_go_along_the_deepest_calls(compiled: tuple[Path, dict[str, int]]) -> None:
    elf, usage = compiled
    functions = read_functions(elf)
    deep = stack_bound(functions, "deep")
    assert deep.bytes == usage["deep"] + usage["leaf"]
    assert (deep.chain, deep.unknown) == (("deep", "leaf"), ())
    arrays = {"ingot_rows": 4000}
    run = stack_bound(functions, "LL_ATON_RT_RunEpochBlock", arrays)
    rows = next(function.frame for function in functions.values() if function.name == "ingot_rows")
    last = usage["LL_ATON_End_EpochBlock_3"] + rows + 4000 + usage["leaf"]
    assert run.bytes == usage["LL_ATON_RT_RunEpochBlock"] + last
    assert run.unknown == ()
    one = stack_bound(functions, "LL_ATON_End_EpochBlock_1")
    assert one.chain == ("LL_ATON_End_EpochBlock_1", "ingot_calls_back", "given"), "the callback is called further down"
    assert one.bytes == sum(usage[name] for name in one.chain)


@needs_gcc
def test_what_cannot_be_told_is_said(compiled: tuple[Path, dict[str, int]]) -> None:
    unknown = stack_bound(read_functions(compiled[0]), "main").unknown
    assert unknown == (
        "arrays of variable length: ingot_rows",
        "calls through a pointer: unknown",
        "recursion: again -> again",
    )


@pytest.mark.parametrize(
    ("instruction", "frame"),
    [
        ("push\t{r4, r5, lr}", 12),
        ("push\t{r4-r7, lr}", 20),
        ("stmdb\tsp!, {r4, r5, r6, r7, r8, lr}", 24),
        ("vpush\t{d8-d15}", 64),
        ("vpush\t{s16}", 4),
        ("vstmdb\tsp!, {d8}", 8),
        ("sub\tsp, #12", 12),
        ("sub.w\tsp, sp, #1032\t@ 0x408", 1032),
        ("subw\tsp, sp, #4092\t; 0xffc", 4092),
        ("str.w\tlr, [sp, #-4]!", 4),
        ("strd\tr4, lr, [sp, #-8]!", 8),
        ("stmia\tr0!, {r4, r5}", 0),
        ("sub\tr3, sp, #12", 0),
        ("str\tr0, [sp, #-4]", 0),
        ("add\tsp, #12", 0),
        ("pop\t{r4, pc}", 0),
    ],
)
def test_what_instructions_take(instruction: str, frame: int) -> None:
    (function,) = functions_of(f"00000100 <f>:\n     100:\t{instruction}\n").values()
    assert (function.frame, function.variable) == (frame, False)


def test_calls_jumps_and_pointers_are_told_apart() -> None:
    text = """
00000100 <f>:
     100:\tbl\t200 <g>
     104:\tbeq.n\t100 <f>
     106:\tcbz\tr0, 10a <f+0xa>
     108:\tb.w\t300 <h>
     10c:\t.word\t0x00000201
     110:\t.word\t0x00000300

00000200 <g>:
     200:\tblx\tr3
     202:\tbx\tlr

00000300 <h>:
     300:\tsub.w\tsp, sp, r3
     304:\tbx\tlr
"""
    f, g, h = functions_of(text).values()
    assert (f.calls, f.holds, f.pointers) == ({0x200, 0x300}, {0x200}, False)
    assert (g.calls, g.pointers, g.variable) == (set(), True, False)
    assert (h.pointers, h.variable) == (False, True)
    for instruction in ("add\tsp, r4", "mov\tsp, r3"):  # how Armv6-M makes a large frame, and a variable one
        (far,) = functions_of(f"00000100 <far>:\n     100:\t{instruction}\n").values()
        assert far.variable
    (restored,) = functions_of("00000100 <f>:\n     100:\tmov\tsp, r7\n").values()
    assert not restored.variable


def network_functions(**more: Function) -> dict[int, Function]:
    """The runtime with two epochs, as if linked."""
    named = {
        "LL_ATON_RT_Init_Network": Function("LL_ATON_RT_Init_Network", 24, {3}, pointers=True),
        "LL_ATON_RT_RunEpochBlock": Function("LL_ATON_RT_RunEpochBlock", 32, {3}, pointers=True),
        "LL_ATON_EC_Network_Init_network": Function("LL_ATON_EC_Network_Init_network", 16),
        "notify": Function("notify", 16, pointers=True),
        "LL_ATON_End_EpochBlock_1": Function("LL_ATON_End_EpochBlock_1", 8),
        "LL_ATON_End_EpochBlock_2": Function("LL_ATON_End_EpochBlock_2", 100),
        **more,
    }
    return dict(enumerate(named.values()))


def network() -> Network:
    from dataclasses import replace

    epochs = tuple(NetworkEpoch(i, "SW", ("ingot_x",), macs) for i, macs in ((1, 900), (2, 500)))
    return replace(fixture_network(), epochs=epochs)


def test_the_figures_for_a_real_time_program() -> None:
    measured = {"epochs": [1000, 4000], "instructions": 5100}
    facts = bounds_facts(network_functions(), network(), measured, Path("x.elf"))
    assert (facts["stack"]["step"], facts["stack"]["init"], facts["stack"]["not_in_it"]) == (132, 40, [])
    text = bounds_header(facts)
    for line in ("STEP_STACK_BOUND 132", "INIT_STACK_BOUND 40", "STACK_BOUND_IS_WHOLE 1", "LONGEST_EPOCH 2"):
        assert f"#define NETWORK_{line}\n" in text
    assert "#define NETWORK_LONGEST_EPOCH_INSTRUCTIONS 4000\n" in text
    assert "longest epoch 2 of 2 (no layer): 4,000 instructions on the twin, of 5,100; 500 MACs\n" in bounds_text(facts)


def test_without_a_twin_the_longest_epoch_is_the_one_of_most_macs() -> None:
    setter = Function("LL_ATON_RT_SetEpochCallback")
    facts = bounds_facts(network_functions(setter=setter), network(), {}, Path("x.elf"))
    assert facts["longest_epoch"] == {"number": 1, "of": 2, "layers": [], "macs": 900}
    assert facts["stack"]["not_in_it"] == ["calls through a pointer: notify"], "the program sets a callback"
    text = bounds_header(facts)
    assert "INSTRUCTIONS" not in text
    assert "#define NETWORK_STACK_BOUND_IS_WHOLE 0\n" in text


def test_a_firmware_without_the_runtime_is_refused() -> None:
    with pytest.raises(IngotError, match="has no LL_ATON_RT_RunEpochBlock"):
        bounds_facts({}, network(), {}, Path("x.elf"))


def test_a_long_chain_is_cut() -> None:
    assert deepest("abc") == "a > b > c"
    assert deepest("abcdefghij") == "a > b > c > d > ... > g > h > i > j"
