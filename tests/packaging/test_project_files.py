# SPDX-License-Identifier: Apache-2.0
"""The files for contributors: their links, the paths and tests that they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingot.base.places import ROOT

FILES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/decisions/*.md")])
CHANGES = ("operator", "board", "chip", "core", "frontend", "compiler", "shell", "use case", "option")
TESTS = {path.name for path in (ROOT / "tests").rglob("test_*.py")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_links_lead_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text()):
        assert (file.parent / target).exists(), f"{file.name} links to {target}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_tests_that_are_named_exist(file: Path) -> None:
    assert set(re.findall(r"`(?:tests/\w+/)?(test_\w+\.py)`", file.read_text())) <= TESTS


def test_every_decision_is_listed_and_says_what_holds_it() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^- \[(.+)\]\((.+)\)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert {name for _, name in listed} == {path.name for path in folder.glob("*.md")} - {"README.md"}
    for title, name in listed:
        text = (folder / name).read_text()
        assert text.startswith(f"# {title}\n") and ".py`" in text, name


def sections() -> dict[str, str]:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    return {title: body for title, body in re.findall(r"^## An? (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S)}


def test_each_change_has_one_file_to_open_first() -> None:
    found = sections()
    assert set(CHANGES) <= set(found)
    for change in CHANGES:
        assert len(re.findall(r"Open first: `", found[change])) == 1, change


def test_paths_that_contributing_names_exist() -> None:
    tops = {path.name for path in ROOT.iterdir()}
    missing = set()
    for path in re.findall(r"`([\w-][\w.-]*/[\w./-]*)`", (ROOT / "CONTRIBUTING.md").read_text()):
        base = ROOT if path.partition("/")[0] in tops else ROOT / "site_scons" / "ingot"
        if not (base / path).exists():
            missing.add(path)
    assert missing == set()
