# SPDX-License-Identifier: Apache-2.0
"""The report says what the plan is, the same way every time."""

from dataclasses import replace

from ingot.compiler.emit.description import describe
from ingot.compiler.emit.initializer import render_initializer
from ingot.compiler.emit.network_c import emit_network_c
from ingot.compiler.emit.report import render_report, shorten
from ingot.network.types import Network, NetworkLayer
from support.compiled_table import compiled_table


def network(**options) -> Network:
    compiled = compiled_table(**options)
    code = emit_network_c(compiled)
    return describe(compiled, code, render_initializer(compiled.program, compiled.initializer, code.layout_id))


def row(text: str, word: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if " ".join(line.split()).startswith(word))


def test_layers_epochs_and_memory() -> None:
    layer = NetworkLayer(2, "CONV_2D", "conv", (1, 6, 10, 4), 40, 52, 2400, ("y",), -1)
    description = network(fused=True)
    description = replace(description, layers=(*description.layers, layer), unfused_peak=999)
    text = render_report(description)
    assert row(text, "2 conv") == ["2", "conv", "(CONV_2D)", "[b:1,h:6,w:10,c:4]", "40/52", "2,400", "y", "folded"]
    assert row(text, "epoch_1")[:4] == ["epoch_1", "SW", "0,", "1"]
    assert "2/6" in row(text, "epoch_1")
    assert row(text, "octoFlash")[:4] == ["octoFlash", "0x70380000-0x70480000", "600", "1,048,576"]
    assert "20/60" in row(text, "epoch_1")
    assert "1 epochs: 1 SW, 0 EC, 1 fused" in text
    assert "with nothing fused and nothing overlaid at least 999\n" in text
    assert "network_atonbuf.xSPI2.raw 600 bytes at 0x70380000" in text
    assert text == render_report(description)


def test_what_nothing_fused_would_need_is_said_of_every_build() -> None:
    """Also where no region is fused: then overlays made the difference, or nothing did."""
    text = render_report(replace(network(), unfused_peak=160, peak=160))
    assert (
        "activations: peak 160, lower bound of the schedule 1, with nothing fused and nothing overlaid at least 160\n"
        in text
    )
    assert ", none fused" in text
    assert "fused" not in render_report(network())


def test_the_initializer_has_a_map() -> None:
    text = render_report(network())
    assert row(text, "octoFlash 0x40")[:4] == ["octoFlash", "0x40", "256", "1"]
    assert row(text, "octoFlash 0x140")[:4] == ["octoFlash", "0x140", "256", "2"]


def test_application_buffers_are_listed_apart() -> None:
    text = render_report(network(io_placement="application"))
    assert "x, y; not counted below" in text
    assert "in the application" in text


def test_a_stand_in_says_so() -> None:
    assert "STAND-IN" in render_report(replace(network(), stand_in=True))
    assert "STAND-IN" not in render_report(network())


def test_long_names_keep_both_ends() -> None:
    name = "model/" + "x" * 80 + "/output"
    assert shorten(name).startswith("model/") and shorten(name).endswith("/output") and len(shorten(name)) <= 44
