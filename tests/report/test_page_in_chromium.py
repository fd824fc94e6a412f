# SPDX-License-Identifier: Apache-2.0
"""The report in a real browser: it renders, hovering names the buffer, nothing is fetched, nothing complains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingot.network.c_info import read_c_info
from ingot.network.types import Network, NetworkBuffer, NetworkEpoch, NetworkLayer, NetworkPool
from ingot.report.measured import Measured
from ingot.report.page import page
from support.browser import Browser, browser, needs_chromium
from support.shared import SHARED

pytestmark = needs_chromium

ST_OUTPUT = SHARED / "st_ai_output" / "network_c_info.json"


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


def chain(epochs: int) -> Network:
    """A network of so many epochs in two pools; every third buffer lives three epochs, the rest two."""
    buffers = []
    for n in range(epochs + 1):
        role = "input" if n == 0 else "output" if n == epochs else "activation"
        pool = "internal" if n % 2 else "external"
        life = (max(n - 1, 0), min(n + (2 if n % 3 == 0 else 1), epochs - 1))
        size = 4096 + 1024 * (n % 7)
        buffers.append(
            NetworkBuffer(f"tensor <{n}> & more", pool, 16384 * (n // 2 % 2), size, (1, size), "int8", role, life)
        )
    buffers[1] = replace(buffers[1], ring_rows=3)
    return Network(
        name="network",
        model="chain <of> & epochs",
        model_sha256="",
        compiler="builtin",
        compiler_version="0",
        pools=tuple(
            NetworkPool(name, name, base, 65536, 28672, "ACC_WRITE")
            for name, base in (("internal", 0x34000000), ("external", 0x90000000))
        ),
        buffers=tuple(buffers),
        epochs=tuple(NetworkEpoch(n, "SW", ("ingot_copy",), 1000 * n, (n,)) for n in range(epochs)),
        layers=tuple(NetworkLayer(n, "CONV_2D", f"block/conv {n}", (1, 8), 1, 1, 1, (), n) for n in range(epochs)),
        initializers=(),
        peak=50000,
    )


def show(window: Browser, folder: Path, network: Network, **more: Any) -> None:
    file = folder / "report.html"
    file.write_text(page(network, **more), encoding="utf-8")
    window.emulate()
    window.open(file)


def test_an_st_network_renders_and_names_its_buffers(window: Browser, tmp_path: Path) -> None:
    if not ST_OUTPUT.is_file():
        pytest.skip("needs ../shared/st_ai_output")
    network = read_c_info(ST_OUTPUT)
    show(window, tmp_path, network)
    assert window.script("return document.querySelectorAll('#epochs tbody tr').length") == len(network.epochs)
    window.hover("a.activation")
    text = window.script("return document.getElementById('tip').textContent")
    assert any(buffer.name in text for buffer in network.buffers if buffer.role == "activation")
    assert window.console() == []


@pytest.mark.parametrize("epochs", [63, 240])
def test_every_epoch_and_buffer_is_drawn(window: Browser, tmp_path: Path, epochs: int) -> None:
    network = chain(epochs)
    show(window, tmp_path, network, measured=Measured(tuple(range(100, 100 + epochs))))
    assert window.script("return document.querySelectorAll('#epochs tbody tr').length") == epochs
    sizes = window.script(
        "return [...document.querySelectorAll('a.input,a.output,a.ring,a.activation')]"
        ".map(r => r.getBoundingClientRect()).map(b => Math.min(b.width, b.height))"
    )
    assert len(sizes) == epochs + 1 and min(sizes) > 0.5
    assert window.script("return document.documentElement.scrollWidth <= window.innerWidth")
    assert window.script("return document.querySelector('h1').textContent") == network.model
    assert window.console() == []


def test_hovering_shows_and_leaving_hides(window: Browser, tmp_path: Path) -> None:
    show(window, tmp_path, chain(63))
    shown = "return getComputedStyle(document.getElementById('tip')).display !== 'none'"
    assert not window.script(shown)
    window.hover("a.ring")
    assert window.script(shown)
    text = window.script("return document.getElementById('tip').textContent")
    for part in ("tensor <1> & more", "internal", "0x34000000", "5,120"):
        assert part in text
    inside = window.script(
        "const b = document.getElementById('tip').getBoundingClientRect();"
        "return b.left >= 0 && b.top >= 0 && b.right <= innerWidth && b.bottom <= innerHeight"
    )
    assert inside
    window.hover("h1")
    assert not window.script(shown)


def test_light_dark_and_print(window: Browser, tmp_path: Path) -> None:
    show(window, tmp_path, chain(63))
    colours = "const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]"
    seen = {}
    for name, settings in {
        "light": {},
        "dark": {"scheme": "dark"},
        "print": {"scheme": "dark", "media": "print"},
    }.items():
        window.emulate(**settings)
        seen[name] = [brightness(colour) for colour in window.script(colours)]
    assert seen["light"][0] > 200 > 80 > seen["light"][1]
    assert seen["dark"][0] < 60 < 180 < seen["dark"][1]
    assert seen["print"] == [255, 0]
    window.emulate()
    assert window.print_pages().startswith(b"%PDF")


def brightness(colour: str) -> float:
    """0 to 255, of "rgb(r, g, b)"."""
    return sum(float(part) for part in colour.partition("(")[2].rstrip(")").split(",")[:3]) / 3


def test_nothing_is_fetched(window: Browser, tmp_path: Path) -> None:
    show(window, tmp_path, chain(5), base=chain(4))
    assert window.script("return performance.getEntriesByType('resource').length") == 0
    assert window.script("return document.querySelectorAll('#changes tbody tr').length") > 0


def test_the_keyboard_alone_reaches_bars_and_rows(window: Browser, tmp_path: Path) -> None:
    show(window, tmp_path, chain(63), measured=Measured(tuple(range(100, 163))))
    stops = "return [...document.querySelectorAll('.buffers a')].filter(a => a.tabIndex === 0).length"
    assert window.script(stops) == 2  # one a pool
    window.script("document.querySelector('.buffers a').focus()")
    text = "return document.getElementById('tip').textContent"
    first = window.script(text)
    window.press("ArrowRight")
    assert window.script(text) != first and window.script(stops) == 2
    window.press("Enter")
    assert window.script("return document.querySelector('tr:target').closest('table').id") == "layers"
    window.press("Escape")


def test_a_finger_sees_the_text_first_and_goes_to_the_row_then(window: Browser, tmp_path: Path) -> None:
    show(window, tmp_path, chain(12))
    bar = "a.activation"
    text = "const t = document.getElementById('tip'); return t.style.display === 'block' ? t.textContent : ''"
    window.script(f"document.querySelector('{bar}').scrollIntoView({{block: 'center'}})")
    window.touch(bar)
    assert window.script(text) == window.script(f"return document.querySelector('{bar}').getAttribute('aria-label')")
    assert window.script("return location.hash") == ""
    window.touch(bar)
    assert window.script("return document.querySelector('tr:target').closest('table').id") == "layers"


def test_layers_are_searched_and_sorted(window: Browser, tmp_path: Path) -> None:
    show(window, tmp_path, chain(12))
    window.script(
        "const s = document.getElementById('search'); s.value = 'CONV_2D 11'; s.dispatchEvent(new Event('input'))"
    )
    visible = "return [...document.querySelectorAll('#layers tbody tr:not([hidden])')].map(r => r.cells[2].innerText)"
    assert window.script(visible) == ["block/conv 11"]
    assert "of" in window.script("return document.getElementById('found').textContent")
    window.script("location.hash = '#l3'")
    window.script("document.getElementById('search').value = ''")
    window.script("document.querySelector('#epochs th button').click()")
    order = "return [...document.querySelectorAll('#epochs tbody tr')].map(r => r.cells[0].innerText)"
    assert window.script(order) == [str(n) for n in range(11, -1, -1)]
    window.script("document.querySelector('#epochs th button').click()")
    assert window.script(order) == [str(n) for n in range(12)]
    window.script(
        "const s = document.getElementById('search'); s.value = 'conv'; s.dispatchEvent(new Event('input'));"
        "const name = document.querySelectorAll('#layers th button')[2]; name.click(); name.click()"
    )
    assert window.script(visible) == [f"block/conv {n}" for n in range(11, -1, -1)]


@pytest.mark.slow
def test_a_narrow_window_cuts_nothing_off(window: Browser, tmp_path: Path) -> None:
    network = chain(63)
    layers = [replace(layer, kind="DEPTHWISE_CONV_2D", macs=12345678) for layer in network.layers]
    epochs = [replace(epoch, macs=12345678, reads=(0,), writes=(1,)) for epoch in network.epochs]
    buffers = (replace(network.buffers[0], size=999999), *network.buffers[1:])
    network = replace(network, epochs=tuple(epochs), layers=tuple(layers), buffers=buffers)
    costs = Measured(tuple(range(11111100, 11111163)), cycles=tuple(range(22222200, 22222263)), clock=800_000_000)
    show(window, tmp_path, network, measured=costs)
    window.resize(700, 900)
    try:
        assert window.script("return document.documentElement.scrollWidth <= 700")
        tables = "return [...document.querySelectorAll('.scroll')].every(e => e.scrollWidth <= e.clientWidth)"
        assert window.script(tables)
        lines = (  # of each part of the operators' names: the page breaks them between parts only
            "return [...document.querySelectorAll('#epochs tbody td:nth-child(3)')].flatMap(e => [...e.childNodes])"
            ".filter(e => e.nodeType === 3).map(e => { const r = document.createRange(); r.selectNode(e);"
            " return r.getClientRects().length; })"
        )
        assert set(window.script(lines)) == {1}
        smallest = (
            "return Math.min(...[...document.querySelectorAll('td,th,p,.side,.axis span')]"
            ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
        )
        assert window.script(smallest) >= 10
    finally:
        window.resize(1280, 900)
