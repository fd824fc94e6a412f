# SPDX-License-Identifier: Apache-2.0
"""What the report page must contain; how buffers that share bytes are drawn."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ingot.link.map_file import ObjectSize, object_sizes
from ingot.network.c_info import parse_c_info, read_c_info
from ingot.network.c_info_writing import render_c_info
from ingot.network.types import Initializer, Network, NetworkBuffer, NetworkEpoch, NetworkLayer, NetworkPool
from ingot.report.chart import epoch_ticks, lane_boxes, seams
from ingot.report.measured import Measured
from ingot.report.overlays import Life, lives
from ingot.report.page import page
from ingot.report.timeline import Timeline, timeline
from ingot.report.verdict import VERDICT_FILE, record_verdict, verdict_of
from support.shared import shared


def tensor(name: str, offset: int, size: int, epochs: tuple[int, int], role: str = "activation") -> NetworkBuffer:
    shape = (1, size)
    return NetworkBuffer(name, "ram", offset, size, shape, "int8", role, epochs, (0.5,), (-3,))


#: in -> a -> (b in place of a) -> (c over half of b) -> out; v is a part of a.
NETWORK = Network(
    name="network",
    model="a model",
    model_sha256="ab" * 32,
    compiler="builtin",
    compiler_version="1",
    options="optimize=ram fuse=true cpu=cortex-m55",
    pools=(
        NetworkPool("ram", "RAM", 0x34200000, 4096, 400, "ACC_WRITE"),
        NetworkPool("flash", "xSPI2", 0x70380000, 8192, 500, "ACC_READ"),
    ),
    buffers=(
        tensor("in", 200, 100, (0, 1), "input"),
        tensor("out", 0, 40, (4, 4), "output"),
        tensor("a", 0, 200, (1, 3)),
        tensor("b", 0, 200, (1, 3)),
        tensor("c", 100, 200, (3, 4)),
        tensor("v", 20, 50, (1, 2)),
        NetworkBuffer("parameters of c", "flash", 0, 500, (500,), "uint8", "param", (3, 3)),
    ),
    epochs=(
        NetworkEpoch(1, "SW", ("conv",), 900, (0,), reads=(0,), writes=(2,)),
        NetworkEpoch(2, "SW", ("relu",), 0, (1,), reads=(2,), writes=(3,)),
        NetworkEpoch(3, "SW", ("conv",), 100, (2,), reads=(3, 6), writes=(4,)),
        NetworkEpoch(4, "SW", ("pool",), 50, (3,), reads=(4,), writes=(1,)),
    ),
    layers=(
        NetworkLayer(0, "CONV_2D", "a", (1, 200), 0, 0, 900, (), 1),
        NetworkLayer(1, "RELU", "b", (1, 200), 0, 0, 0, (), 2),
        NetworkLayer(2, "CONV_2D", "c", (1, 200), 500, 500, 100, (), 3),
        NetworkLayer(3, "POOL", "out", (1, 40), 0, 0, 50, (), 4),
    ),
    initializers=(Initializer("flash", "network_atonbuf.xSPI2.raw", 0x70380000, 500, 7),),
    peak=400,
)
SUMMARY = {
    "board": "n6dk",
    "core": "cortex-m55",
    "clock": 800_000_000,
    "application": [{"name": "ram", "start": 0x34000000, "size": 4096, "used": 100}],
    "pools": [{"name": "ram", "start": 0x34200000, "size": 4096, "used": 400}],
    "slots": [],
    "budget": {"limits": {"ram": 450, "stack": 100, "cycles": 3000}, "used": {"ram": 500}, "parts": {}},
}
MEASURED = Measured((10, 20, 30, 40), 80, 200, cycles=(100, 200, 900, 400), clock=800_000_000)
OBJECTS = [ObjectSize("conv2d.o", "libingot_kernels.a", 1200, 8, 0, 0), ObjectSize("main.o", "", 30, 0, 4, 12)]


@pytest.fixture(scope="module")
def text() -> str:
    return page(NETWORK, summary=SUMMARY, measured=MEASURED, objects=OBJECTS, verdict=("ok: all equal", True))


@pytest.fixture(scope="module")
def body(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text[text.index("<body>") : text.index("<script>")] + "</body>")


def table(body: ElementTree.Element, name: str) -> list[list[str]]:
    """The cells of a table's body."""
    found = body.find(f".//table[@id='{name}']/tbody")
    assert found is not None
    return [["".join(cell.itertext()) for cell in row] for row in found]


def section(body: ElementTree.Element, name: str) -> ElementTree.Element:
    found = body.find(f".//section[@id='{name}']")
    assert found is not None
    return found


def words(element: ElementTree.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def test_budgets_come_first_and_say_what_is_over(body: ElementTree.Element) -> None:
    names = [each.get("id") for each in body.findall("section")]
    assert names[:3] == ["budgets", "memory", "costs"]
    lines = [(each.get("class"), words(each)) for each in section(body, "budgets").findall("./div[@class]")]
    assert lines[:3] == [
        ("limit over own", "budget ram 111.1 % over: 500 of 450"),
        ("limit ok own", "budget stack 80.0 % 80 of 100, measured on the twin"),
        ("limit ok own", "budget cycles 53.3 % 1,600 of 3,000 cycles, estimated"),
    ]


def test_a_limit_that_nobody_measured_says_how_to() -> None:
    text = page(NETWORK, summary=SUMMARY)
    assert "limit 100 bytes, not run: profile=1 measures it" in text
    assert "No time yet" in text and "estimated cycles" not in text


def test_times_are_estimated_at_the_boards_clock(body: ElementTree.Element) -> None:
    assert "0.00 ms 1,600 estimated cycles at 800 MHz, not measured" in words(section(body, "budgets"))
    assert table(body, "epochs")[2][5:8] == ["0.30", "900", "1.1"]
    assert "The longest is epoch 3 ." in words(section(body, "epoch-list"))


def test_inputs_and_outputs_have_their_scales(body: ElementTree.Element) -> None:
    rows = [[words(cell) for cell in row] for row in section(body, "ports").findall(".//tbody/tr")]
    assert rows == [
        ["in", "input", "1x100", "int8", "0.5", "-3", "-62.5 to 65", "100", "ram +200"],
        ["out", "output", "1x40", "int8", "0.5", "-3", "-62.5 to 65", "40", "ram +0"],
    ]


def test_how_it_was_built(body: ElementTree.Element) -> None:
    said = words(section(body, "build"))
    for part in (
        "ab" * 32,
        "optimize=ram fuse=true",
        "n6dk, cortex-m55 at 800 MHz",
        "CRC-32 00000007",
        "ok: all equal",
    ):
        assert part in said


def test_layers_by_name_and_shape(body: ElementTree.Element) -> None:
    rows = table(body, "layers")
    assert rows[0][:3] == ["", "input", "in"] and rows[-1][2].startswith("v")
    assert rows[3] == [
        "2",
        "CONV_2D",
        "cin place of b from epoch 3 (100 bytes)",
        "1x200int8",
        "100",
        "500",
        "200",
        "3-4",
        "3",
    ]
    assert table(body, "kinds")[0] == ["CONV_2D", "2", "1,000", "95.2 %", "500"]


def test_what_is_in_flash(body: ElementTree.Element) -> None:
    assert table(body, "weights") == [["c", "500", ""], ["together", "500", ""]]
    assert table(body, "code") == [
        ["conv2d.o", "libingot_kernels.a", "1,200", "8", "", ""],
        ["main.o", "", "30", "", "4", "12"],
    ]
    assert "code by kernel is not known here" in page(NETWORK)


def test_every_link_leads_somewhere(body: ElementTree.Element) -> None:
    names = [each.get("id") for each in body.iter() if each.get("id")]
    assert len(names) == len(set(names))
    links = {str(each.get("href")).removeprefix("#") for each in body.iter("a")}
    assert links <= set(names)


def test_bars_and_columns_are_reached_by_keyboard(body: ElementTree.Element) -> None:
    """Links take the focus by themselves, and say what they are."""
    bars = section(body, "memory").findall(".//a")
    assert {bar.get("href") for bar in bars} == {"#t0", "#l0", "#l1", "#l2", "#l3", "#t5"}
    columns = section(body, "costs").findall(".//a")
    assert [each.get("href") for each in columns] == ["#e1", "#e2", "#e3", "#e4"]
    assert all(each.get("aria-label") for each in [*bars, *columns])
    assert str(columns[2].get("aria-label")).splitlines() == [
        "epoch 3 (CPU): CONV_2D",
        "900 cycles",
        "30 instructions, on the twin",
        "100 MACs",
        "200 bytes of tensors read",
        "200 bytes written",
        "500 bytes of weights fetched",
        "1.1 us at 800 MHz, estimated",
    ]
    for each in body.findall(".//*[@role='group']"):
        assert each.get("data-keys") is not None and each.get("aria-label")


def test_lanes_of_what_is_known(body: ElementTree.Element) -> None:
    paths = {each.get("d") for each in section(body, "costs").findall(".//path")}
    assert "M0 100V100h1V88.89h1V77.78h1V0h1V55.56h1V100Z" in paths  # cycles: 100, 200, 900, 400
    assert "M0 100V100h1V100h1V100h1V0h1V100h1V100Z" in paths  # weights: only in epoch 3


def test_axes(text: str) -> None:
    assert 'title="0x34200080">128 B' in text and ">epoch 0</span>" in text
    assert [tick.text for tick in epoch_ticks(0, 64)] == [str(n) for n in range(0, 64, 5)]
    assert [tick.text for tick in epoch_ticks(3, 4)] == ["3", "4", "5", "6"]


def test_the_same_page_again(text: str) -> None:
    assert text == page(NETWORK, summary=SUMMARY, measured=MEASURED, objects=OBJECTS, verdict=("ok: all equal", True))


# ---- buffers that share bytes


def test_who_takes_over_which_bytes() -> None:
    assert lives(NETWORK, [0, 1, 2, 3, 4, 5]) == {
        0: Life(0, 1),
        1: Life(4, 4),
        2: Life(1, 2, taken=((0, 200),)),
        3: Life(2, 3, taken=((100, 200),), takes=((0, 200),), over=("a",)),
        4: Life(3, 4, takes=((0, 100),), over=("b",)),
        5: Life(1, 2, taken=((0, 50),), inside="a"),
    }


def overlaps(time: Timeline, pool: str = "") -> list[tuple[str, str]]:
    """Names of bars that are drawn over each other, looked at in each half of an epoch at each edge of a bar."""
    found = set()
    for lane in time.lanes:
        edges = sorted({edge for bar in lane.bars for edge in (bar.offset, bar.offset + bar.size)})
        pictures = [(bar, box) for bar, box in zip(lane.bars, lane_boxes(time, lane), strict=True) if not bar.part]
        for half in range(2 * time.steps):
            x = 100 * (half + 0.5) / (2 * time.steps)
            for low, high in itertools.pairwise(edges):
                y = 100 * (low + high) / 2 / lane.extent
                here = [bar.name for bar, box in pictures if covers(box, x, y)]
                found |= {(one, other) for one in here for other in here if one < other}
    return sorted(found)


def covers(box: object, x: float, y: float) -> bool:
    """Whether a point of the picture, in percent from its lower left, lies in a box or in its polygon."""
    left, width, bottom, height = (float(getattr(box, name)) for name in ("left", "width", "bottom", "height"))
    if not (left <= x < left + width and bottom <= y < bottom + height):
        return False
    outline = str(box.outline)
    if not outline:
        return True
    points = [(float(a), 100 - float(b)) for a, b in re.findall(r"([\d.]+)% ([\d.]+)%", outline)]
    px, py = 100 * (x - left) / width, 100 * (y - bottom) / height
    inside = False
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        if (y0 > py) != (y1 > py) and px < x0 + (py - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside


def test_in_place_buffers_are_not_drawn_over_each_other() -> None:
    time = timeline(NETWORK)
    assert overlaps(time) == []
    boxes = {bar.name: box for bar, box in zip(time.lanes[0].bars, lane_boxes(time, time.lanes[0]), strict=True)}
    assert (boxes["a"].left, boxes["a"].width, boxes["a"].outline) == (20, 30, "")  # ends amid epoch 2
    assert (boxes["b"].left, boxes["b"].width) == (50, 30)
    assert boxes["b"].outline == "polygon(0% 100%,0% 50%,0% 50%,0% 0%,66.67% 0%,66.67% 50%,100% 50%,100% 100%)"
    assert boxes["v"].kind == "activation part"
    assert [(mark.left, mark.bottom, mark.height) for mark in seams(time, time.lanes[0])] == [
        (50, 0, pytest.approx(200 / 3)),
        (70, pytest.approx(100 / 3), pytest.approx(100 / 3)),
    ]
    plain = replace(NETWORK, epochs=tuple(replace(epoch, reads=(), writes=()) for epoch in NETWORK.epochs))
    assert {bar.name for bar in timeline(plain).lanes[0].bars if bar.part} == {"b", "v"}  # nobody says who is when


def test_the_plan_of_st_tools_is_drawn_without_overlaps() -> None:
    assert overlaps(timeline(read_c_info(shared("st_ai_output/network_c_info.json")))) == []


# ---- where the facts come from

MAP = """Discarded input sections
 .text.gone     0x00000000      0x100 build/gone.o
Linker script and memory map
.text           0x34000440     0x547c
 .text.startup.main
                0x34000440        0x4 build/app_main.o
 *fill*         0x34000444        0x4
 .text          0x34000448      0x184 build/libingot_kernels.a(conv2d.o)
 .rodata.str1.4 0x34000600       0x10 build/app_main.o
                                 0x18 (size before relaxing)
 .bss.total     0x34000700        0x8 build/app_main.o
 COMMON         0x34000708        0x8 C:\\\\build\\app_main.o
 .debug_info    0x00000000      0x140 build/app_main.o
"""


def test_a_map_file(tmp_path: Path) -> None:
    (tmp_path / "firmware.map").write_text(MAP)
    assert object_sizes(tmp_path / "firmware.map") == [
        ObjectSize("conv2d.o", "libingot_kernels.a", 0x184, 0, 0, 0),
        ObjectSize("app_main.o", "", 4, 16, 0, 8),
        ObjectSize("app_main.o", "", 0, 0, 0, 8),
    ]
    assert object_sizes(tmp_path / "missing.map") == []


def test_a_verdict_is_of_this_build_only(tmp_path: Path) -> None:
    file = tmp_path / VERDICT_FILE
    assert verdict_of(NETWORK, file) == ("not verified yet", None)
    twin = replace(NETWORK, options="optimize=ram fuse=true cpu=cortex-m33")
    record_verdict(twin, file, "ok: 3 samples", True)
    assert verdict_of(NETWORK, file) == ("ok: 3 samples", True)
    for other in (replace(NETWORK, options="optimize=speed"), replace(NETWORK, model_sha256="cd" * 32)):
        assert verdict_of(other, file) == ("not verified since model, compiler or options changed", None)


def test_the_options_of_the_compiler_are_in_its_description() -> None:
    import json

    assert parse_c_info(json.loads(render_c_info(NETWORK))).options == NETWORK.options
