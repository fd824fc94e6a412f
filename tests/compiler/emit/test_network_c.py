# SPDX-License-Identifier: Apache-2.0
"""network.c: from structure alone, in the form tools expect, and clean C for every compiler option that matters."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ingot
from ingot.base.places import firmware_dir
from ingot.compiler.emit.compiled import Compiled
from ingot.compiler.emit.initializer import lay_out_initializer, render_initializer
from ingot.compiler.emit.network_c import emit_network_c
from ingot.compiler.emit.network_h import emit_network_h
from ingot.compiler.kernels.program import Param, Program
from ingot.compiler.kernels.registry import PACKINGS
from ingot.network.types import NetworkPool
from support.compiled_table import POOLS, compiled_table

ARM = "arm-none-eabi-gcc"
CPU = ("-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard")
PIC = ("-fpic", "-mno-pic-data-is-text-relative", "-msingle-pic-base", "-mpic-register=r9")


def requantized(compiled: Compiled, rng: np.random.Generator) -> Compiled:
    """The same structure with every value that retraining can change drawn anew."""
    tensors = []
    for tensor in compiled.program.tensors:
        assert tensor.quant is not None
        scale = np.exp(rng.uniform(-12, 6, tensor.quant.scale.shape)).astype(np.float32)
        zero = rng.integers(-128, 128, tensor.quant.zero_point.shape)
        tensors.append(replace(tensor, quant=replace(tensor.quant, scale=scale, zero_point=zero)))
    calls = [
        replace(
            call,
            params=tuple(
                Param(p.name, rng.integers(0, 255, p.data.shape, endpoint=True).astype(p.data.dtype))
                for p in call.params
            ),
        )
        for call in compiled.program.calls
    ]
    program = replace(compiled.program, tensors=tuple(tensors), calls=tuple(calls))
    return replace(compiled, program=program, initializer=lay_out_initializer(program), model_sha256="f" * 64)


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.booleans(), st.sampled_from(["activations", "application"]))
def test_new_weights_and_quantization_change_nothing(seed: int, fused: bool, io_placement: str) -> None:
    before = compiled_table(fused=fused, io_placement=io_placement)
    after = requantized(before, np.random.default_rng(seed))
    assert emit_network_c(after) == emit_network_c(before)
    assert emit_network_h(after) == emit_network_h(before)
    identity = emit_network_c(before).layout_id
    old = render_initializer(before.program, before.initializer, identity)
    new = render_initializer(after.program, after.initializer, identity)
    assert len(new) == len(old) and new != old


@pytest.mark.parametrize(
    "change",
    [
        lambda c: replace(c, pools=tuple(replace(p, base=(p.base or 0) + 0x1000) for p in c.pools)),
        lambda c: compiled_table(fused=True),
        lambda c: compiled_table(io_placement="application"),
        lambda c: _with_call(c, fields={"row_elements": 5}),
        lambda c: _with_call(c, params=(Param("entries", np.zeros(260, np.uint8)),)),
        lambda c: replace(c, name="other"),
    ],
)
def test_the_layout_id_changes_with_what_network_c_assumes(change) -> None:
    compiled = compiled_table()
    assert emit_network_c(change(compiled)).layout_id != emit_network_c(compiled).layout_id


@pytest.mark.parametrize(
    "change",
    [
        lambda c: replace(c, pools=tuple(replace(p, score=p.score + 1) for p in c.pools)),
        lambda c: replace(c, options={"optimize": "ram"}),
    ],
)
def test_the_layout_id_ignores_comments(change) -> None:
    compiled = compiled_table()
    changed = emit_network_c(change(compiled))
    assert changed.layout_id == emit_network_c(compiled).layout_id
    assert changed.text != emit_network_c(compiled).text


@pytest.mark.parametrize(
    "change",
    [
        lambda c: replace(c, model="another name", stand_in=True, model_sha256="e" * 64),
        lambda c: _with_call(c, params=(Param("renamed", np.zeros(256, np.uint8)),)),
        lambda c: _renamed(c),
    ],
)
def test_names_are_not_in_it(change) -> None:
    compiled = compiled_table(fused=True)
    assert emit_network_c(change(compiled)) == emit_network_c(compiled)
    assert emit_network_h(change(compiled)) == emit_network_h(compiled)


def test_neither_is_the_version_of_ingot(monkeypatch: pytest.MonkeyPatch) -> None:
    before = emit_network_c(compiled_table()), emit_network_h(compiled_table())
    monkeypatch.setattr(ingot, "__version__", "99.0.0")
    assert (emit_network_c(compiled_table()), emit_network_h(compiled_table())) == before


@pytest.mark.parametrize(("kernel", "changes"), [("table_8to8", True), ("table", True), ("conv2d", False)])
def test_the_layout_id_hangs_on_the_packing_of_the_kernels_in_use(
    kernel: str, changes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = emit_network_c(compiled_table())
    monkeypatch.setitem(PACKINGS, kernel, 99)
    after = emit_network_c(compiled_table())
    assert (after.layout_id != before.layout_id) is changes
    assert (after.text != before.text) is changes


def test_the_layout_id_hangs_on_the_format_of_the_initializer(monkeypatch: pytest.MonkeyPatch) -> None:
    before = emit_network_c(compiled_table()).layout_id
    monkeypatch.setattr("ingot.compiler.emit.layout_id.FORMAT", 2)
    assert emit_network_c(compiled_table()).layout_id != before


def test_the_layout_id_stays_from_version_to_version() -> None:
    """Firmware in the field takes new weights as long as its id is this network's.

    Where this fails, the id changed for all networks: undo what did that. Only where old firmware would misread new
    initializers is it right, and then a packing number or FORMAT was raised.
    """
    assert emit_network_c(compiled_table()).layout_id.hex() == "e23483c6be086810"
    assert emit_network_c(compiled_table(fused=True)).layout_id.hex() == "99f104bd30aafb80"


def _renamed(compiled: Compiled) -> Compiled:
    tensors = tuple(replace(t, name=f"retrained_{n}/*") for n, t in enumerate(compiled.program.tensors))
    source = tuple(replace(t, name=f"retrained_{n}/*") for n, t in enumerate(compiled.source.tensors))
    return replace(
        compiled,
        program=replace(compiled.program, tensors=tensors),
        source=replace(compiled.source, tensors=source),
    )


def _with_call(compiled: Compiled, **changes) -> Compiled:
    calls = (replace(compiled.program.calls[0], **changes), *compiled.program.calls[1:])
    program: Program = replace(compiled.program, calls=calls)
    return replace(compiled, program=program, initializer=lay_out_initializer(program))


def test_pools_are_documented_as_tools_parse_them() -> None:
    notes = {"octoFlash": "THROUGHPUT=MID LATENCY=HIGH"}
    text = emit_network_c(replace(compiled_table(), pool_notes=notes)).text
    used = re.findall(r"/\* global pool\s(\d+)\s+is\s(.*?)\s+\*/", text)
    pools = re.findall(r"/\* index=(\d+)\s+file postfix=(.*?)\sname=(.*?)\s+offset=(.*?)\*/", text)
    assert used == [("0", "188 B"), ("1", "600 B")]
    assert [pool[:3] for pool in pools] == [("0", "AXISRAM2", "cpuRAM2"), ("1", "xSPI2", "octoFlash")]
    assert pools[1][3].split()[0] == "0x70380000"
    assert " absolute_mode size=1048576 READ_ONLY THROUGHPUT=MID LATENCY=HIGH cacheable=ON score=50 " in pools[1][3]
    assert text.index("#if LL_ATON_VERSION_MAJOR") < text.index("/* global pool 0")
    version = next(line for line in text.splitlines() if line.startswith("#if LL_ATON_VERSION_MAJOR"))
    assert [word for word in version.split() if word.isdigit()] == ["1", "1", "1", "14"]
    assert 'GIT_DESCRIPTION "ingot-initializer-1"' in text and "--all-buffers-info = true" in text


def test_buffer_tables_spell_addresses_out() -> None:
    text = emit_network_c(compiled_table()).text
    bases = re.findall(r"\.addr_base = \{\(unsigned char \*\)\w{0,}\((?P<base>.*?)\).*?\},", text)
    assert bases == ["0x34100000UL", "0x34100000UL", "0x70380000UL", "0x34100000UL"]
    joined = " ".join(line.strip() for line in text.splitlines())
    tables = re.findall(r"LL_Buffer_InfoTypeDef buff_info\[\] = \{(.*?) \};", joined)
    entries = [re.findall(r"\{ (.*?) \}\,", table) for table in tables]
    assert [len(table) for table in entries] == [1, 1, 2]
    assert ".offset_end = 600," in entries[2][0] and ".is_param = 1," in entries[2][0]
    assert all(".offset_start = " in entry for table in entries for entry in table)


def test_a_relative_pool_is_a_label() -> None:
    pools = (POOLS[0], replace(POOLS[1], relative=True))
    text = emit_network_c(compiled_table(pools=pools)).text
    assert "extern unsigned char _mem_pool_xSPI2_network[]; /* [600]; */" in text
    assert "#define INGOT_POOL_octoFlash ((uint8_t *)_mem_pool_xSPI2_network)" in text
    assert "0x70380000UL" not in text
    assert "relative_mode" in text


def test_nothing_in_a_name_reaches_the_compiler() -> None:
    """A tensor called `m "*/` and worse names of pools and models."""
    pools = (replace(POOLS[0], name="cpu RAM-2"), POOLS[1])
    compiled = replace(compiled_table(pools=pools), model='*/ #error "x" \\\n')
    text = emit_network_c(compiled).text
    assert "INGOT_POOL_cpu_RAM_2" in text
    assert "#error" not in "".join(line for line in text.splitlines() if line.startswith("#"))
    code = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)
    assert code.count("*/") == code.count("/*")


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which(ARM), reason=f"{ARM} is not installed")
@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("io_placement", ["activations", "application"])
@pytest.mark.parametrize("flags", [("-std=c11",), ("-std=gnu11", "-DLL_ATON_EB_DBG_INFO"), ("-std=gnu11", *PIC)])
def test_compiles_without_a_warning(tmp_path: Path, flags: tuple[str, ...], io_placement: str, fused: bool) -> None:
    compiled = compiled_table(fused=fused, io_placement=io_placement)
    (tmp_path / "network.c").write_text(emit_network_c(compiled).text)
    (tmp_path / "network.h").write_text(emit_network_h(compiled))
    (tmp_path / "user.c").write_text('#include "network.h"\nint size[NETWORK_IN_1_SIZE_BYTES];\n')
    for source in ("network.c", "user.c"):
        done = _compile(tmp_path / source, flags)
        assert done.returncode == 0 and not done.stderr, done.stderr


@pytest.mark.skipif(not shutil.which(ARM), reason=f"{ARM} is not installed")
@pytest.mark.parametrize("io_placement", ["activations", "application"])
def test_position_independent_code_relocates_only_data(tmp_path: Path, io_placement: str) -> None:
    """A relocatable image may hold absolute addresses in .data only (what GCC calls .data.rel.ro goes there)."""
    compiled = compiled_table(fused=True, io_placement=io_placement)
    (tmp_path / "network.c").write_text(emit_network_c(compiled).text)
    assert _compile(tmp_path / "network.c", (*PIC, "-fdata-sections", "-ffunction-sections")).returncode == 0
    listing = subprocess.run(
        ["arm-none-eabi-objdump", "-r", tmp_path / "network.o"], capture_output=True, text=True, check=True
    ).stdout
    sections = re.findall(r"RELOCATION RECORDS FOR \[(.*?)\]:\n(.*?)(?=\nRELOCATION|\Z)", listing, re.S)
    absolute = [name for name, records in sections if "R_ARM_ABS32" in records]
    assert absolute and all(name.startswith(".data") for name in absolute)


def _compile(source: Path, flags: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    folders = [f"-I{firmware_dir() / name}" for name in ("runtime", "kernels")]
    warnings = ("-Wall", "-Wextra", "-Wpedantic", "-Os")
    command = [ARM, *CPU, *warnings, *flags, *folders, "-c", source, "-o", source.with_suffix(".o")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_unused_pools_have_no_macro() -> None:
    spare = NetworkPool("hyperRAM", "xSPI1", 0x90000000, 0x1000000, 0, "ACC_WRITE", 10)
    text = emit_network_c(compiled_table(pools=(*POOLS, spare))).text
    assert "name=hyperRAM" in text and "INGOT_POOL_hyperRAM" not in text
