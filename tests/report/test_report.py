# SPDX-License-Identifier: Apache-2.0
"""What the report says: its numbers, its page, its text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ingot.base.errors import IngotError
from ingot.network.epoch_table import counted, epoch_rows
from ingot.network.names import short_name
from ingot.network.types import Estimate, Initializer, Network, NetworkBuffer, NetworkEpoch, NetworkLayer, NetworkPool
from ingot.report.address_map import Area, areas_of, strips
from ingot.report.compare import compare
from ingot.report.measured import Measured, measured_of
from ingot.report.names import fitted
from ingot.report.npu_programs import npu_programs
from ingot.report.npu_time import npu_time
from ingot.report.page import page
from ingot.report.terminal import terminal_report
from ingot.report.timeline import covered, timeline
from ingot.steps import inspect as inspect_steps
from support.shared import shared


def buffer(name: str, offset: int, size: int, epochs: tuple[int, int], role: str = "activation") -> NetworkBuffer:
    return NetworkBuffer(name, "ram", offset, size, (1, size), "int8", role, epochs)


NETWORK = Network(
    name="network",
    model="tiny <model>",
    model_sha256="",
    compiler="builtin",
    compiler_version="1",
    pools=(
        NetworkPool("ram", "RAM", 0x34100000, 4096, 300, "ACC_WRITE"),
        NetworkPool("flash", "xSPI2", 0x70380000, 8192, 500, "ACC_READ"),
    ),
    buffers=(
        buffer("in", 0, 100, (0, 1), "input"),
        buffer("middle", 100, 200, (1, 2)),
        buffer("out", 0, 40, (2, 3), "output"),
        NetworkBuffer("weights", "flash", 0, 500, (500,), "uint8", "param", (1, 1)),
    ),
    epochs=(
        NetworkEpoch(1, "SW", ("conv",), 900, (0,), reads=(0, 3), writes=(1,)),
        NetworkEpoch(2, "SW", ("add", "add"), 100, (1,), reads=(1,), writes=(2,)),
    ),
    layers=(
        NetworkLayer(0, "CONV_2D", "c", (1,), 1, 1, 900, ()),
        NetworkLayer(1, "ADD", "a", (1,), 0, 0, 100, ()),
    ),
    initializers=(Initializer("flash", "network_atonbuf.xSPI2.raw", 0x70380000, 500, 0),),
    peak=300,
    lower_bound=300,
)


def test_the_peak_is_where_most_bytes_live() -> None:
    time = timeline(NETWORK)
    assert (time.live, time.peak, time.peak_epoch) == ((100, 300, 240, 40), 300, 1)
    assert [(lane.name, lane.extent, len(lane.bars)) for lane in time.lanes] == [("ram", 300, 3)]


def npu_epoch(number: int, cycles: int, elements: int, flash: int, idle: float) -> dict[str, object]:
    return {
        "epoch": number, "read": 1000, "written": 200, "weights": 64, "unique": 32, "elements": elements,
        "multiplications": 4000, "compute_cycles": 14, "convaccs": 2, "flash_cycles": flash, "cycles": cycles,
        "bound_by": "streams", "idle": idle,
    }  # fmt: skip


def test_the_npu_over_time() -> None:
    epochs = [npu_epoch(3, 1000, 1000, 250, 0.5), npu_epoch(4, 3000, 1500, 3000, 0.9)]
    summary = {"npu": {"pose": {"cost": {"clock": 1_000_000_000, "epochs": epochs}}}}
    time = npu_time(summary, "network")
    assert time is not None
    assert [(span.start, span.length, dict(span.busy)) for span in time.spans] == [
        (0, 1000, {"streams": 1.0, "multipliers": 0.5, "flash": 0.25}),
        (1000, 3000, {"streams": 0.5, "multipliers": pytest.approx(0.1), "flash": 1.0}),
    ]
    assert (time.cycles, time.milliseconds, time.idle) == (4000, 0.004, pytest.approx(0.8))
    assert time.spans[0].detail.splitlines()[0] == "epoch 3: at least 1.0 us, bound by streams"
    text = _section(page(NETWORK, summary={"board": "b", "application": [], "pools": [], "slots": []} | summary), "npu")
    assert text.count("<path") == 3 and "at least 0.00 ms at 1 GHz" in text and "80 % of the multipliers idle" in text
    assert 'd="M0 100V0H250V50H1000V100Z"' in text  # streams: epoch 3 for a quarter of the time, 4 half busy
    assert 'href="#e4" style="left:25%;width:75%"' in text


def test_where_the_epochs_run() -> None:
    """The NPU's least time beside the CPU's; why a layer is the CPU's."""
    first, second = NETWORK.epochs
    epochs = (
        replace(first, kind="EC", estimate=Estimate(20_400, 1_234_000)),
        replace(second, why="the CPU is quicker: 1.0 us, the NPU at least 20.0 us (estimated)"),
    )
    network = replace(NETWORK, options="optimize=balanced npu=1", epochs=epochs)
    rows = [
        ("1", "CONV_2D", "NPU", "20.4", "1,234", ""),
        ("2", "ADD", "CPU", "", "", epochs[1].why),
    ]
    assert npu_programs(network) == rows
    text = terminal_report(network)
    assert "times are estimated" in text and epochs[1].why in text and "NPU at least us" in text
    whole = page(network)
    body = whole[whole.index("<body>") : whole.index("<script>")].replace("<br>", "<br/>") + "</body>"
    ElementTree.fromstring(body)
    section = _section(whole, "npu")
    assert "least time" in section and "20.4" in section and "1,234" in section and "NPU over time" not in section
    assert npu_programs(NETWORK) == [] and npu_programs(replace(network, options="npu=0")) == []


def test_a_network_without_an_npu_has_no_such_lane() -> None:
    assert npu_time(None, "network") is None
    assert npu_time({"npu": {"network": {"proven": False, "reason": "x"}}}, "network") is None
    assert npu_time({"npu": {"a": {"cost": 1}, "b": {"cost": 1}}}, "network") is None
    assert 'id="npu"' not in page(NETWORK)


def _section(text: str, name: str) -> str:
    start = text.index(f'<section id="{name}">')
    return text[start : text.index("</section>", start)]


def test_bytes_that_share_addresses_count_once() -> None:
    assert covered([(0, 10), (5, 20), (30, 40), (32, 34)]) == 30


def test_hovering_names_tensor_shape_pool_and_address() -> None:
    bar = timeline(NETWORK).lanes[0].bars[1]
    assert bar.detail == "middle\nint8 1x200, 200 bytes\nactivation in ram at +100 (0x34100064)\nepochs 1 to 2"


def test_areas_apart_are_strips_of_their_own() -> None:
    far = strips(areas_of(NETWORK, None))
    assert [(strip.start, strip.size, strip.used) for strip in far] == [
        (0x34100000, 4096, 300),
        (0x70380000, 8192, 500),
    ]
    near = strips([Area("a", "network", 0, 10, 1), Area("b", "network", 10, 10, 2)])
    assert [strip.used for strip in near] == [3]


def test_shares_are_of_the_measured_cost_when_there_is_one() -> None:
    assert [row.share for row in epoch_rows(NETWORK)] == [0.9, 0.1]
    assert [row.share for row in epoch_rows(NETWORK, [50, 150])] == [0.25, 0.75]
    assert [(row.bytes_read, row.bytes_written) for row in epoch_rows(NETWORK)] == [(600, 200), (200, 40)]


def test_what_fusing_and_overlaying_saved() -> None:
    ring = NetworkBuffer("r", "ram", 0, 40, (1, 10, 20), "int8", "activation", (1, 1), ring_rows=2)
    network = replace(NETWORK, buffers=(*NETWORK.buffers, ring), unfused_peak=900)
    lines = terminal_report(network).splitlines()
    assert lines[2] == "with nothing fused and nothing overlaid at least 900 bytes"
    assert lines[-2].split() == ["1", "1", "200", "40"]
    text = page(network)
    assert "<b>900 B</b><span>activations with nothing fused and nothing overlaid</span>" in text
    regions = ElementTree.fromstring(text[text.index('<table id="regions">') :].partition("</table>")[0] + "</table>")
    cells = [[cell.text or "" for cell in row] for row in regions.find("tbody") or []]
    assert cells == [["1", "r", "2", "10", "200", "40"], ["1", "together", "", "", "200", "40"]]


def test_what_was_not_said_of_a_network_is_not_made_up() -> None:
    assert "fused" not in terminal_report(NETWORK)
    assert terminal_report(replace(NETWORK, notes=("a note",))).splitlines()[1] == "a note"
    assert "nothing fused" not in page(NETWORK) and 'id="regions"' not in page(NETWORK)


def test_what_another_network_cost_is_not_shown() -> None:
    assert measured_of({"epochs": [1, 2, 3], "stack_used": 8, "stack_size": 64}, NETWORK) is None
    assert measured_of({"outputs": []}, NETWORK) is None
    assert measured_of({"epochs": [1, 2]}, NETWORK) == Measured((1, 2))


def test_the_stack_stands_beside_the_activations() -> None:
    measured = measured_of({"epochs": [1, 2], "stack_used": 640, "stack_size": 8192}, NETWORK)
    text = "stack used 640 of 8,192 bytes, measured on the twin"
    assert terminal_report(NETWORK, measured).splitlines()[1:3] == [
        "activations 300 bytes, weights 500 bytes, 2 epochs",
        text,
    ]
    assert f"<span>{text}</span>" in page(NETWORK, measured=measured)
    assert "stack" not in terminal_report(NETWORK, Measured((1, 2)))
    assert "stack used" not in page(NETWORK, measured=Measured((1, 2)))


def test_runs_of_one_kernel_are_counted() -> None:
    assert counted(["a", "a", "b", "a"]) == "2x a, b, a"


def test_what_grew() -> None:
    bigger = replace(NETWORK, buffers=(*NETWORK.buffers[:1], buffer("middle", 100, 260, (1, 2))), peak=360)
    changes = compare(NETWORK, bigger)
    assert [(change.title, change.growth) for change in changes] == [
        ("activations, peak", 60),
        ("weights", 0),
        ("epochs", 0),
        ("MACs", 0),
        ("param weights", -500),
        ("activation middle", 60),
        ("output out", -40),
    ]


def test_the_page_stands_alone_and_is_well_formed() -> None:
    text = page(NETWORK, base=NETWORK)
    assert not re.search(r"src=|href=\"(?!#)|@import|url\(|https?://", text)
    assert "tiny &lt;model&gt;" in text
    body = text[text.index("<body>") : text.index("<script>")].replace("<br>", "<br/>") + "</body>"
    ElementTree.fromstring(body)
    assert text == page(NETWORK, base=NETWORK)


def test_a_stand_in_says_so() -> None:
    assert "STAND-IN" in page(replace(NETWORK, stand_in=True))
    assert "STAND-IN" in terminal_report(replace(NETWORK, stand_in=True))
    assert "STAND-IN" not in page(NETWORK)


def test_terminal() -> None:
    lines = terminal_report(NETWORK, Measured((50, 150)), NETWORK).splitlines()
    assert lines[1] == "activations 300 bytes, weights 500 bytes, 2 epochs"
    assert lines[4] == "▃█▇▂"
    assert lines[10].split() == ["2", "SW", "ADD", "100", "150", "75.0", "%"]


def test_the_output_of_st_tools(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inspect_steps.report(shared("st_ai_output/network_c_info.json"), tmp_path / "report.html")
    assert "245,760 bytes, weights 212,609 bytes, 56 epochs" in capsys.readouterr().out
    assert "npuRAM5" in (tmp_path / "report.html").read_text()


def test_a_broken_summary(tmp_path: Path) -> None:
    (tmp_path / "c_info.json").write_text("{")
    (tmp_path / "summary.json").write_text(json.dumps([1]))
    with pytest.raises(IngotError):
        inspect_steps.report(tmp_path / "c_info.json", tmp_path / "page.html", summary=tmp_path / "summary.json")
    assert not (tmp_path / "page.html").exists()


def test_names_are_shown_by_their_end() -> None:
    assert short_name("a/block_1/relu;a/block_2/Conv2D") == "block_2/Conv2D"
    assert short_name("serving_default_x:0") == "serving_default_x:0" and short_name("/") == "/"
    assert [fitted("block_2/Conv2D", n) for n in (14, 9, 6, 5)] == ["block_2/Conv2D", "block_2", "block…", ""]
    assert short_name("a/x;a/dense_3/BiasAdd/ReadVariableOp/resource1") == "dense_3/BiasAdd"
    wrapped = "litert_torch._convert.to_channel_last_io.Wrapper/torch.nn.modules.container.Sequential_wrapped"
    joined = f"{wrapped}/torch.nn.modules.activation.ReLU_2;;{wrapped}/torch.nn.modules.conv.Conv2d_0;2"
    assert short_name(joined) == "Sequential_wrapped/Conv2d_0"
    assert short_name("encoder.layers.1.conv.weight") == "encoder.layers.1.conv.weight"  # of an .onnx


def test_what_the_epochs_cost_may_be_unknown() -> None:
    """ST's files have epochs without MACs."""
    network = replace(NETWORK, epochs=tuple(replace(epoch, macs=0) for epoch in NETWORK.epochs))
    assert "not known" in terminal_report(network) and "share" not in terminal_report(network)
    text = page(network)
    assert ">MACs</button>" not in text and ">share</button>" not in text
    assert ">share</button>" in page(network, measured=Measured((5, 5)))
