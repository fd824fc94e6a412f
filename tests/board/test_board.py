# SPDX-License-Identifier: Apache-2.0
"""Board files: the shipped ones, what derives from them, and the messages for wrong ones."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingot.base.errors import IngotError
from ingot.board import Range, board_names, find_board, load_board, twin_of, twin_pools
from ingot.board.fit import check_pools, load_pools
from support.boards import small_board, small_data, write_board

ROOT = Path(__file__).resolve().parents[2]
BOARDS = ROOT / "boards"
NAMES = board_names(BOARDS)


@pytest.fixture(autouse=True)
def private_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))


def test_boards_are_found() -> None:
    assert {"n6dk", "nucleo-n657", "h747-disco"} <= set(NAMES)
    file = BOARDS / "n6dk" / "board.yaml"
    assert find_board("n6dk", BOARDS) == file
    assert find_board(str(file), BOARDS) == find_board(str(file.parent), BOARDS) == file
    with pytest.raises(IngotError) as caught:
        find_board("n6kd", BOARDS)
    assert str(caught.value) == "board: there is no board 'n6kd'\n  Did you mean 'n6dk'?"


@pytest.mark.parametrize("name", NAMES)
def test_shipped_boards_are_consistent(name: str) -> None:
    board = load_board(find_board(name, BOARDS))
    assert board.name == name
    pools = load_pools(board)
    assert any(pool.writable for pool in pools.enabled) and any(not pool.writable for pool in pools.enabled)
    twin = twin_of(board)
    check_pools(twin, twin_pools(board, twin, pools))
    assert twin.is_twin and not board.is_twin


def test_n6dk_layout() -> None:
    board = load_board(find_board("n6dk", BOARDS))
    twin = twin_of(board)
    assert (board.load_address, twin.load_address) == (0x34000400, 0x31000400)
    assert board.memory("sram") == Range(0x34000000, 0x34420000)
    assert twin.memory("sram") == Range(0x31000000, 0x31400000), "the machine has 4 MiB"
    assert [region.name for region in board.regions if region.base == 0x34350000] == ["axisram6"]
    assert twin.memory("psram") == board.memory("psram") and twin.memory("octoflash") == board.memory("octoflash")
    slots = {slot.name: slot.range for slot in board.slots}
    assert slots["application"] == Range(0x70100000, 0x70380000)
    assert (slots["network"].start, slots["params"]) == (0x71000000, Range(0x71800000, 0x77000000))
    weights = load_pools(board).pool("octoFlash").range
    assert weights == Range(0x70380000, 0x71000000), "from the application's slot to the network's"
    assert (twin.machine, twin.boot_stub, twin.icache) == ("mps3-an547", Range(0, 1024), False)


def test_h747_layout() -> None:
    board = load_board(find_board("h747-disco", BOARDS))
    twin = twin_of(board)
    assert (board.load_address, twin.load_address, twin.boot_stub) == (0x08000000, 0, None)
    assert twin.memory("sdram").size == twin.memory("qspi").size == 8 << 20
    pools = twin_pools(board, twin, load_pools(board))
    assert pools.pool("quadFlash").range == Range(0x60800000, 0x61000000), "cut to what the machine has"


@pytest.mark.parametrize("name", NAMES)
def test_addresses_are_typed_once(name: str) -> None:
    """Every address of memories and aliases stands once, in the board's file or its chip's; pools only name theirs."""
    board = load_board(BOARDS / name / "board.yaml")
    texts = [re.sub(r"#.*", "", path.read_text()).partition("\ntwin:")[0] for path in board.files]
    literals = [literal for text in texts for literal in re.findall(r"0x[0-9A-Fa-f]{8}", text)]
    ends = 2 * len(board.aliases.items)  # an alias says where its view begins, and where the bytes are
    assert len(literals) == len(set(literals)) == len(board.memory_names) + ends
    pools = re.findall(
        r"0x[0-9A-Fa-f]{8}", (BOARDS / name / load_board(BOARDS / name / "board.yaml").pools_file.name).read_text()
    )
    assert len(pools) == len(set(pools))


def test_no_code_repeats_an_address_of_a_board() -> None:
    """Linker scripts, hex files and flash commands derive addresses; nobody types them again."""
    typed = set()
    for name in NAMES:
        board = load_board(BOARDS / name / "board.yaml")
        typed |= {bank.base for bank in board.regions} | {slot.base for slot in board.slots} | {board.load_address}
        typed |= {pool.base for pool in load_pools(board).enabled}
    typed = {address for address in typed if address is not None and address & 0xFFFFFF}  # 0x20000000 may be anything
    places = [ROOT / "site_scons", ROOT / "toolchain", ROOT / "firmware", ROOT / "SConstruct"]
    files = [f for place in places for f in (place.rglob("*") if place.is_dir() else [place]) if f.is_file()]
    found = []
    for file in files:
        if file.suffix in (".py", ".j2", ".c", ".h", ".json", ".ld") or file.name == "SConstruct":
            for number in re.findall(r"0[xX][0-9A-Fa-f]{7,8}", file.read_text()):
                if int(number, 16) in typed:
                    found.append(f"{file.relative_to(ROOT)}: {number}")
    assert not found


def change(path: str, value: Any) -> dict[str, Any]:
    """The small board with the value at `a.0.b` replaced; None removes it."""
    data = small_data()
    place: Any = data
    *above, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in above:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("title", None, "the key 'title' is missing\n  Add a line that says which board this is."),
        ("cpu.core", "cortex-m5", "cpu.core is 'cortex-m5', which is not known\n  Did you mean 'cortex-m85'?"),
        ("stack", "2 KB", "stack is '2 KB'; expected a size such as 448 KiB"),
        ("memories.1.base", -4, "memories[1].base is -4; expected a 32-bit address such as 0x34000000"),
        ("memories.1.kind", "rom", "memories[1].kind is 'rom', which is not known\n  Did you mean 'ram'?"),
        (
            "memories.0.banks.1.owners",
            ["netwrok"],
            "memories[0].banks[1].owners[0] is 'netwrok', which is not known\n  Did you mean 'network'?",
        ),
        ("memories.1.size", "0 B", "'flash' has no bytes"),
        (
            "memories.1.size",
            None,
            "memory 'flash' has both banks and a size or owners, or neither\n"
            "  Give it size and owners, or banks that have them.",
        ),
        (
            "memories.0.size",
            "1 KiB",
            "memory 'sram' has both banks and a size or owners, or neither\n"
            "  Give it size and owners, or banks that have them.",
        ),
        ("memories.2.base", 0xFFFFF000, "'psram' ends at 0x1000FF000, beyond 32-bit addresses"),
        ("memories.2.base", 0x34020000, "'psram' 0x34020000-0x3411FFFF overlaps 'cache' 0x34020000-0x34023FFF"),
        ("memories.2.name", "bank1", "the name 'bank1' is given to two memories"),
        ("memories.2.name", "sram", "the name 'sram' is given to two memories"),
        ("application.code", "srom", "there is no memory 'srom'\n  Did you mean 'sram'?"),
        ("application.data", "flash", "'flash' is flash, so it cannot hold data"),
        ("application.slot", "app", "there is no flash slot 'app'\n  Known: application, network."),
        ("application.slot", None, "the application is loaded to RAM, but from which flash slot is not said"),
        (
            "memories.0.banks.0.owners",
            ["network"],
            "'bank1' is not the application's, but its code is there\n  Add application to the owners of 'bank1'.",
        ),
        ("flash.memory", "psram", "there is no flash memory 'psram'\n  Known: flash."),
        ("flash.slots.1.size", "1 MiB", "slot 'network' ends 524,288 bytes past the end of 'flash'"),
        ("flash.slots.1.name", "application", "the slot 'application' is given twice"),
        (
            "flash.slots.1.offset",
            0x1000,
            "slot 'network' 0x70001000-0x70040FFF overlaps slot 'application' 0x70000000-0x7000FFFF",
        ),
        ("twin.memories.sarm", {"base": 0}, "there is no memory 'sarm'\n  Did you mean 'sram'?"),
        (
            "twin.memories.psram",
            {"base": 0x70000000},
            "on the twin, 'flash' 0x70000000-0x700FFFFF overlaps "
            "'psram' 0x70000000-0x700FFFFF\n  Change their bases or sizes under twin: memories:.",
        ),
    ],
)
def test_messages(tmp_path: Path, path: str, value: Any, expected: str) -> None:
    with pytest.raises(IngotError) as caught:
        small_board(tmp_path, change(path, value))
    where, _, what = str(caught.value).replace(str(tmp_path) + "/", "").partition(": ")
    assert re.fullmatch(r"board\.yaml(:\d+)?", where)
    assert what == expected


def test_a_message_names_the_line(tmp_path: Path) -> None:
    file = write_board(tmp_path, change("memories.2.size", "much"))
    line = file.read_text().splitlines().index("  size: much") + 1
    with pytest.raises(IngotError) as caught:
        load_board(file)
    assert caught.value.where.endswith(f"board.yaml:{line}")


def test_defaults(tmp_path: Path) -> None:
    data = small_data()
    for key in ("stack", "heap", "twin"):
        del data[key]
    board = small_board(tmp_path, data)
    assert (board.stack, board.heap, board.baud, board.icache) == (16384, 512, 115200, False)
    with pytest.raises(IngotError, match="board 'small' has no emulated twin"):
        twin_of(board)


def test_the_twin_drops_what_the_machine_has_not(tmp_path: Path) -> None:
    twin = twin_of(small_board(tmp_path))
    assert [(r.name, r.size >> 10) for r in twin.banks("sram")] == [("bank1", 64), ("bank2", 64), ("cache", 16)]
    assert twin.slots == small_board(tmp_path).slots


def test_damaged_files_are_one_message(tmp_path: Path) -> None:
    """100 truncations, flipped bits and lost lines of a board file: a board, or an IngotError."""
    text = (BOARDS / "n6dk" / "board.yaml").read_bytes()
    dice = random.Random(3)
    refused = 0
    for _ in range(100):
        data = bytearray(text)
        place = dice.randrange(len(data))
        match dice.randrange(3):
            case 0:
                del data[place:]
            case 1:
                data[place] ^= 1 << dice.randrange(8)
            case 2:
                lines = bytes(data).splitlines(keepends=True)
                del lines[dice.randrange(len(lines))]
                data = bytearray(b"".join(lines))
        file = tmp_path / "board.yaml"
        file.write_bytes(data)
        try:
            load_board(file)
        except IngotError as error:
            assert "board.yaml" in error.where and error.what
            refused += 1
    assert refused > 40


def test_schema_and_template_agree() -> None:
    """Every key of a shipped board is known to the schema, and the other way round: no key is without an example."""
    import json

    schema = json.loads((ROOT / "site_scons" / "ingot" / "board" / "board.schema.json").read_text())
    used = set()
    for name in NAMES:
        used |= {
            key for path in load_board(BOARDS / name / "board.yaml").files for key in yaml.safe_load(path.read_text())
        }
    assert used == set(schema["properties"]) | {"family"}
