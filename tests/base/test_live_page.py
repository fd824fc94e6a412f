# SPDX-License-Identifier: Apache-2.0
"""The page of `ingot watch`: served to this machine only, and another state whenever it has to be loaded anew."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingot.base.live_page import LivePage


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LivePage]:
    served = LivePage(tmp_path / "report.html")
    yield served
    served.close()


def get(live: LivePage, path: str = "", host: str = "") -> str:
    request = urllib.request.Request(live.address + path, headers={"Host": host} if host else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.read().decode())


def test_a_page_that_is_not_there_yet(live: LivePage) -> None:
    assert "building" in get(live) and get(live, "state") in get(live)


def test_a_new_page_and_new_lines_are_new_states(live: LivePage, tmp_path: Path) -> None:
    states = [get(live, "state")]
    (tmp_path / "report.html").write_text("<html><body><h1>one</h1></body></html>")
    assert get(live, "state") == states[0]  # the build is not at its end
    for lines in ([], ["RAM <more>"]):
        live.tell(lines)
        states.append(get(live, "state"))
    assert len(set(states)) == 3 and get(live, "state") == states[-1]
    page = get(live)
    assert "RAM &lt;more&gt;" in page and "<h1>one</h1>" in page and page.index("RAM") < page.index("one")
    assert states[-1] in page and page.endswith("</body></html>")


def test_nobody_else_is_answered(live: LivePage) -> None:
    for path, host, status in (("", "evil.example:80", 403), ("../etc/passwd", "", 404)):
        with pytest.raises(urllib.error.HTTPError) as caught:
            get(live, path, host)
        assert caught.value.code == status


def test_a_port_in_use(live: LivePage, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="in use"):
        LivePage(tmp_path / "other.html", int(live.address.rpartition(":")[2].strip("/")))
