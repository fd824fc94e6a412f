# SPDX-License-Identifier: Apache-2.0
"""The start-up of boards against a register file on the host: what is touched, in which order, and what is said when
something never answers. The addresses here are typed from RM0486 and RM0399 a second time, on purpose."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingot.link import toolchain
from support.firmware import FIXTURE
from support.host_library import needs_cc
from support.session import session_folder

POLLS = 50
READ = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_uint32)
WRITE = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.c_uint32)

RCC, USART1, GPIOE, RAMCFG = 0x5602_8000, 0x5200_1000, 0x5602_1000, 0x5202_3000
XSPI = {0x9000_0000: (0x5802_5000, 5), 0x7000_0000: (0x5802_A000, 12), 0x8000_0000: (0x5802_D000, 17)}
MAPPED = 3 << 28 | 1
#: Registers that set (and clear) bits of another one: STM32N6, RCC.
SETS = {RCC + 0x800: RCC + 0x004, **{RCC + at + 0x800: RCC + at for at in (0x24C, 0x254, 0x25C, 0x26C)}}
BARRIER = 0


@dataclass
class RegisterFile:
    """Registers by address. stuck: bits that never change. after: how many reads until a set bit shows."""

    values: dict[int, int] = field(default_factory=dict)
    stuck: dict[int, int] = field(default_factory=dict)
    after: int = 0
    sent: bytearray = field(default_factory=bytearray)
    log: list[tuple[str, int, int]] = field(default_factory=list)
    _late: dict[int, list[int]] = field(default_factory=dict)

    def read(self, address: int) -> int:
        for late in [self._late[address]] if address in self._late else []:
            if late[0] == 0:
                self._set(address, self.values.get(address, 0) | late[1])
                del self._late[address]
            else:
                late[0] -= 1
        value = self.values.get(address, 0)
        self.log.append(("r", address, value))
        return value

    def write(self, address: int, value: int) -> None:
        self.log.append(("w", address, value))
        if address in SETS:
            self._late[SETS[address]] = [self.after, value | self._late.get(SETS[address], [0, 0])[1]]
        elif address % 0x1000 == 0x028 and self.values.get(address - 0x28, 0) & 1:
            self.sent.append(value)
        elif address != BARRIER:
            self._set(address, value)

    def _set(self, address: int, value: int) -> None:
        kept = self.stuck.get(address, 0)
        self.values[address] = (value & ~kept) | (self.values.get(address, 0) & kept)

    def writes(self) -> list[tuple[int, int]]:
        """What was written, but for the text."""
        return [(address, value) for kind, address, value in self.log if kind == "w" and address != USART1 + 0x28]

    @property
    def text(self) -> str:
        return self.sent.decode().replace("\r\n", "\n")


def library(chip: str) -> Callable[[RegisterFile, int, int], tuple[int, str]]:
    """The start-up of boards with a chip, compiled for this machine."""
    names = [*toolchain.board_sources(chip), "firmware/runtime/ingot_console.c", "firmware/runtime/ingot_stop.c"]
    sources = [toolchain.ROOT / name for name in names if not name.endswith("counter_dwt.c")]
    target = session_folder(f"start-{chip}") / "start.so"
    flags = ["-std=gnu11", "-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    defines = ["-DINGOT_REGISTER_FILE", f"-DINGOT_POLLS={POLLS}u"]
    folders = [f"-I{toolchain.ROOT / folder}" for folder in toolchain.INCLUDE_DIRS]
    # The library's own functions are called, whatever the process has under these names.
    command = ["gcc", *flags, *defines, *folders, *sources, FIXTURE / "register_file.c", "-Wl,-Bsymbolic", "-o", target]
    subprocess.run(command, check=True)

    def start(registers: RegisterFile, needed: int = 0, second: int = 0) -> tuple[int, str]:
        loaded = ctypes.CDLL(str(_copy(target)))
        loaded.failure.restype = ctypes.c_char_p
        status = loaded.start(READ(registers.read), WRITE(registers.write), needed, second)
        return status, (loaded.failure() or b"").decode()

    return start


def _copy(file: Path) -> Path:
    """The library under a name of its own, so that its variables are new."""
    copy = session_folder("start") / file.name
    copy.write_bytes(file.read_bytes())
    return copy


@pytest.fixture(scope="module")
def n6() -> Callable[..., tuple[int, str]]:
    return library("stm32n6")


@pytest.fixture(scope="module")
def h7() -> Callable[..., tuple[int, str]]:
    return library("stm32h7")


def board(*mapped: int, **changes: int) -> RegisterFile:
    """An STM32N6 as a loader leaves it: the CPU at IC1, the banks in shutdown, these external memories mapped."""
    values = {RCC + 0x020: 3 << 20, USART1 + 0x1C: 1 << 7 | 1 << 6, **{RAMCFG + 0x80 * i: 1 << 20 for i in range(1, 6)}}
    for window in mapped:
        controller, bit = XSPI[window]
        values[controller] = MAPPED
        values[RCC + 0x260] = values.get(RCC + 0x260, 0) | 1 << bit
    return RegisterFile(values, **changes)


@needs_cc
def test_order_addresses_and_pins_of_an_stm32n6(n6: Callable[..., tuple[int, str]]) -> None:
    registers = board(0x7000_0000, 0x9000_0000, after=3)
    assert n6(registers, 0x7038_0000, 0) == (0, "")
    high = (2 << 10, 2 << 12)  # OSPEEDR and MODER of pins 5 and 6
    assert registers.writes() == [
        (RCC + 0x800, 1 << 3),  # HSION
        (RCC + 0x174, 6),  # USART1SEL: HSI
        (RCC + 0xA5C, 1 << 4),  # GPIOE
        (RCC + 0xA6C, 1 << 4),  # USART1
        (GPIOE + 0x20, 7 << 20),  # PE5: function 7, fast, pulled up, and only then given away
        (GPIOE + 0x08, high[0]),
        (GPIOE + 0x0C, 1 << 10),
        (GPIOE + 0x00, high[0]),
        (GPIOE + 0x20, 7 << 24 | 7 << 20),  # PE6
        (GPIOE + 0x08, high[0] | high[1]),
        (GPIOE + 0x0C, 1 << 10 | 1 << 12),
        (GPIOE + 0x00, high[0] | high[1]),
        (USART1 + 0x00, 0),
        (USART1 + 0x04, 0),
        (USART1 + 0x08, 0),
        (USART1 + 0x0C, 556),  # 64 MHz / 115200
        (USART1 + 0x00, 1 << 29 | 1 << 3 | 1 << 2 | 1),
        (RCC + 0xA4C, 0x18F),  # AXISRAM1..6
        (RCC + 0xA54, 1 << 12),  # RAMCFG
        (BARRIER, 0),
        *((RAMCFG + 0x80 * bank, 0) for bank in range(1, 6)),
        (BARRIER, 0),
    ]
    assert registers.text == (
        "\ningot: started; this port has 115200 baud\n"
        "ingot: STM32N6, CPU clock IC1; external memory mapped: 0x90000000 0x70000000\n"
    )
    first_byte = next(i for i, (kind, at, _) in enumerate(registers.log) if (kind, at) == ("w", USART1 + 0x28))
    banks = next(i for i, (kind, at, _) in enumerate(registers.log) if (kind, at) == ("w", RCC + 0xA4C))
    assert first_byte < banks, "the first line is out before anything else is touched"


@needs_cc
def test_nothing_of_a_controller_without_a_clock_is_read(n6: Callable[..., tuple[int, str]]) -> None:
    registers = board()
    assert n6(registers) == (0, "")
    assert "external memory mapped: none\n" in registers.text
    assert not {address for _, address, _ in registers.log} & {controller for controller, _ in XSPI.values()}


@needs_cc
@pytest.mark.parametrize(
    ("clock", "control", "why"),
    [(0, 0, "has no clock"), (1, 0, "is off"), (1, 1, "is not in memory-mapped mode"), (1, 1 << 28 | 1, "is not in")],
)
@pytest.mark.parametrize(("address", "name"), [(0x7038_0000, "XSPI2"), (0x9100_0000, "XSPI1"), (0x8000_0000, "XSPI3")])
def test_memory_that_is_not_mapped_is_said(
    n6: Callable[..., tuple[int, str]], address: int, name: str, clock: int, control: int, why: str
) -> None:
    """Instead of an access that never ends."""
    controller, bit = XSPI[address & 0xF000_0000]
    registers = board()
    registers.values |= {controller: control, RCC + 0x260: clock << bit}
    status, _ = n6(registers, 0, address)
    assert status == 1
    assert f"ingot: the memory at 0x{address:08x} is not mapped: {name} {why}" in registers.text
    assert registers.text.endswith("has to map it: docs/first-stage.md\n")


@needs_cc
def test_a_slow_clock_is_said(n6: Callable[..., tuple[int, str]]) -> None:
    registers = board()
    registers.values[RCC + 0x020] = 0
    assert n6(registers)[0] == 0
    assert "CPU clock HSI: no PLL, slower than the board file's cpu: clock:;" in registers.text


@needs_cc
@pytest.mark.parametrize(
    ("address", "bits", "message"),
    [
        (RCC + 0x24C, 1 << 2, "AXISRAM gets no clock (RCC_MEMENR): the loader keeps these bits to itself"),
        (RCC + 0x254, 1 << 12, "RAMCFG gets no clock (RCC_AHB2ENR): the loader keeps this bit to itself"),
        (
            RAMCFG + 0x180,
            1 << 20,
            "AXISRAM4 stays in shutdown (RAMCFG_SRAMxCR.SRAMSD): the loader keeps RAMCFG to itself",
        ),
    ],
)
def test_a_bank_that_stays_off_stops_the_firmware(
    n6: Callable[..., tuple[int, str]], address: int, bits: int, message: str
) -> None:
    registers = board(stuck={address: bits})
    assert n6(registers)[0] == 1
    assert registers.text.endswith(f"ingot: stopped: {message}\n")
    polls = sum(kind == "r" and at == address for kind, at, _ in registers.log)
    assert POLLS <= polls <= POLLS + 1


@needs_cc
@pytest.mark.parametrize(
    ("address", "bits", "message"),
    [
        (RCC + 0x004, 1 << 3, "no serial port: the internal oscillator does not start (RCC_SR.HSIRDY stays 0)"),
        (RCC + 0x26C, 1 << 4, "no serial port: USART1 gets no clock (RCC_APB2ENR.USART1EN stays 0)"),
    ],
)
def test_without_a_serial_port_the_firmware_runs_and_a_debugger_sees_why(
    n6: Callable[..., tuple[int, str]], address: int, bits: int, message: str
) -> None:
    registers = board(stuck={address: bits})
    assert n6(registers) == (0, message)
    assert not registers.sent


@needs_cc
def test_a_line_that_takes_no_byte_is_waited_for_once(n6: Callable[..., tuple[int, str]]) -> None:
    registers = board()
    registers.values[USART1 + 0x1C] = 1 << 6
    assert n6(registers) == (0, "the serial port takes no byte (USART ISR.TXFNF stays 0)")
    assert not registers.sent
    assert sum(at == USART1 + 0x1C for _, at, _ in registers.log) < POLLS + 200


@needs_cc
@pytest.mark.parametrize("sends", [True, False])
def test_what_a_loader_still_sends_goes_out_first(n6: Callable[..., tuple[int, str]], sends: bool) -> None:
    registers = board()
    registers.values |= {USART1: 1, USART1 + 0x1C: 1 << 7 | (0 if sends else 1 << 6)}
    assert n6(registers)[0] == 0
    before = [at for kind, at, _ in registers.log[: registers.log.index(("w", USART1, 0))]]
    assert before.count(USART1 + 0x1C) == (POLLS if sends else 1)


@needs_cc
def test_order_addresses_and_pins_of_an_stm32h7(h7: Callable[..., tuple[int, str]]) -> None:
    rcc, usart, gpioa = 0x5802_4400, 0x4001_1000, 0x5802_0000
    registers = RegisterFile({rcc: 1 << 2, usart + 0x1C: 1 << 7 | 1 << 6})
    assert h7(registers) == (0, "")
    assert [(at, value) for at, value in registers.writes() if at != usart + 0x28] == [
        (rcc, 1 << 2 | 1),
        (rcc + 0x54, 3 << 3),
        (rcc + 0xE0, 1),
        (rcc + 0xF0, 1 << 4),
        (gpioa + 0x24, 7 << 4),
        (gpioa + 0x08, 2 << 18),
        (gpioa + 0x0C, 1 << 18),
        (gpioa + 0x00, 2 << 18),
        (gpioa + 0x24, 7 << 4 | 7 << 8),
        (gpioa + 0x08, 2 << 18 | 2 << 20),
        (gpioa + 0x0C, 1 << 18 | 1 << 20),
        (gpioa + 0x00, 2 << 18 | 2 << 20),
        (usart + 0x00, 0),
        (usart + 0x04, 0),
        (usart + 0x08, 0),
        (usart + 0x0C, 556),
        (usart + 0x00, 1 << 29 | 1 << 3 | 1 << 2 | 1),
    ]
    assert registers.text == (
        "\ningot: started; this port has 115200 baud\n"
        "ingot: STM32H7, CPU clock HSI: no PLL, slower than the board file's cpu: clock:; "
        "external memory mapped: none\n"
    )


H7_RCC, QUADSPI, FMC = 0x5802_4400, 0x5200_5000, 0x5200_4000
#: What an STM32H7 has once its memories are there: clocks, QUADSPI on and mapped, the FMC on, its SDRAM refreshed.
H7_READY = {
    H7_RCC + 0xD4: 1 << 14 | 1 << 12,
    QUADSPI: 1,
    QUADSPI + 0x14: 3 << 26,
    FMC: 1 << 31,
    FMC + 0x154: 1292 << 1,
}


def h7_board(**changes: int) -> RegisterFile:
    """With a serial port, and the CPU at PLL1. changes: registers as `at_<hex address>`."""
    usart = 0x4001_1000
    values = {H7_RCC: 1 << 2, H7_RCC + 0x10: 3 << 3, usart + 0x1C: 1 << 7 | 1 << 6, **H7_READY}
    return RegisterFile(values | {int(name.removeprefix("at_"), 16): value for name, value in changes.items()})


@needs_cc
def test_an_stm32h7_says_which_memories_are_mapped(h7: Callable[..., tuple[int, str]]) -> None:
    registers = h7_board()
    assert h7(registers, 0x9200_0000, 0xD000_1000) == (0, "")
    mapped = "external memory mapped: 0x90000000 0xc0000000 0xd0000000\n"
    assert registers.text.endswith(f"ingot: STM32H7, CPU clock PLL1; {mapped}")


@needs_cc
@pytest.mark.parametrize(
    ("address", "register", "value", "why"),
    [
        (0x9200_0000, H7_RCC + 0xD4, 1 << 12, "QUADSPI has no clock"),
        (0x9200_0000, QUADSPI, 0, "QUADSPI is off"),
        (0x9200_0000, QUADSPI + 0x14, 0, "QUADSPI is not in memory-mapped mode"),
        (0x9200_0000, QUADSPI + 0x14, 1 << 26, "QUADSPI is not in memory-mapped mode"),
        (0xD000_1000, H7_RCC + 0xD4, 1 << 14, "FMC has no clock"),
        (0xD000_1000, FMC, 0, "FMC is off"),
        (0xD000_1000, FMC + 0x154, 1, "FMC does not refresh its SDRAM"),
    ],
)
def test_memory_that_an_stm32h7_has_not_mapped_is_said(
    h7: Callable[..., tuple[int, str]], address: int, register: int, value: int, why: str
) -> None:
    """Instead of an access that never ends, or a fault. Who does not need the memory runs without it."""
    registers = h7_board(**{f"at_{register:x}": value})
    assert h7(registers, 0, address)[0] == 1
    assert f"ingot: the memory at 0x{address:08x} is not mapped: {why}\n" in registers.text
    assert registers.text.endswith("ingot: stopped: ingot_board_init() has to map it: docs/first-stage.md\n")
    other = h7_board(**{f"at_{register:x}": value})
    assert h7(other, 0, 0xD000_1000 if address < 0xA000_0000 else 0x9200_0000) == (0, "")


@needs_cc
def test_nothing_of_a_controller_of_an_stm32h7_without_a_clock_is_read(h7: Callable[..., tuple[int, str]]) -> None:
    registers = h7_board(at_580244d4=0)
    assert h7(registers) == (0, "")
    assert not {at for _, at, _ in registers.log} & set(H7_READY) - {H7_RCC + 0xD4}


@needs_cc
def test_an_stm32h7_without_its_oscillator_runs_on(h7: Callable[..., tuple[int, str]]) -> None:
    message = "no serial port: the internal oscillator does not start (RCC_CR.HSIRDY stays 0)"
    assert h7(RegisterFile()) == (0, message)
