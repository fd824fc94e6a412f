# SPDX-License-Identifier: Apache-2.0
"""The requirements files, the pages that say how to install, and pyproject.toml agree."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

import ingot
from ingot.base.places import ROOT

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/*.md")]
LOCKS = ("requirements.txt", "requirements-test.txt")
INSTALL = re.compile(r"pip (?:install|wheel) (?:--\S+ (?:site_scons )?)*'?([^'`\s]+)'?")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> dict[str, str]:
    """Name -> version of a requirements file."""
    found = re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / file).read_text(), re.MULTILINE)
    return {normal(name): version for name, version in found}


def bounds() -> dict[str, str]:
    """Name -> lower bound of all that the package and its extras need."""
    said = project()["project"]
    needs = [*said["dependencies"], *(need for extra in said["optional-dependencies"].values() for need in extra)]
    return {normal(name): bound for name, bound in (need.split(">=") for need in needs)}


def release(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in re.findall(r"\d+", version)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


@pytest.mark.parametrize("file", LOCKS)
def test_every_package_of_a_lock_has_hashes(file: str) -> None:
    text = (ROOT / file).read_text()
    entries = re.split(r"\n(?=\S)", text)
    named = [entry for entry in entries if re.match(r"[\w.-]+==", entry)]
    assert len(pins(file)) > 20  # one may have a version for each of several Pythons
    for entry in named:
        assert "--hash=sha256:" in entry, entry


def test_the_locks_are_of_what_pyproject_says() -> None:
    """Who changes pyproject.toml and forgets ./requirements.sh gets this."""
    said = project()
    build, everything = pins("requirements.txt"), pins("requirements-test.txt")
    assert build.items() <= everything.items(), "a build's versions are the tests' versions"
    assert bounds().keys() <= everything.keys()
    tools = {normal(re.split("[<>=]", need)[0]) for need in said["dependency-groups"]["test"]}
    assert tools <= everything.keys() and not tools & build.keys()
    for name, bound in bounds().items():
        assert release(everything[name]) >= release(bound), name


def test_the_lowest_versions_are_the_bounds() -> None:
    lowest = pins("requirements-lowest.txt")
    for name, bound in bounds().items():
        assert (lowest[name] + ".").startswith(bound + "."), name


def test_pages_install_what_there_is() -> None:
    """Not on PyPI yet: from a checkout or a wheel file, with extras that exist."""
    extras = set(project()["project"]["optional-dependencies"])
    wheel = f"path/to/ingot_firmware-{ingot.__version__}-py3-none-any.whl"
    found = 0
    for page in PAGES:
        for target in INSTALL.findall(page.read_text()):
            if "ingot" not in target:
                continue
            path, _, brackets = target.rstrip("]").partition("[")
            found += 1
            assert path in ("path/to/ingot", wheel), f"{page}: {target}"
            assert set(brackets.split(",")) - {""} <= extras, f"{page}: {target}"
    assert found >= 9


FROM_AN_INDEX = re.compile(
    r"\b(?:pip3?|pipx|uv|poetry|conda|pdm)\b[^\n`#]*?\b(?:install|download|wheel|add|run)\b[^\n`#]*[\s'\"]"
    r"ingot(?:[-_.]firmware)?(?=[\[\s'\"`=<>~!]|$)",
    re.IGNORECASE,
)
"""A command that takes Ingot from an index. A path, or the name of a wheel file, does not match."""

KINDS = (".py", ".cmake", ".mk", ".txt", ".md", ".j2", ".yml", ".yaml", ".toml", ".sh", "")


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ('pip install "ingot-firmware[verify]"', True),
        ("run: python -m pip install -U ingot_firmware", True),
        ("Needs Ingot (`pip install ingot`)", True),
        ("pipx install ingot-firmware==0.1.0", True),
        ("pip install 'path/to/ingot[verify]'", False),
        ("pip wheel --no-deps -w wheels path/to/ingot", False),
        ("pip install ./wheels/ingot_firmware-0.1.0-py3-none-any.whl", False),
    ],
)
def test_what_is_a_command_that_takes_it_from_an_index(text: str, index: bool) -> None:
    assert bool(FROM_AN_INDEX.search(text)) is index


def test_nothing_installs_ingot_from_an_index() -> None:
    """`ingot` is another project on PyPI, and `ingot-firmware` is nobody's yet: who takes the name would run in the
    users' builds. So every message, page, template and workflow installs from a checkout or a wheel file."""
    folders = ("site_scons", "toolchain", "firmware", "boards", "bootstrap", "docs", "examples", ".github", "tools")
    files = [path for path in ROOT.iterdir() if path.is_file()]
    files += [path for folder in folders for path in (ROOT / folder).rglob("*")]
    read = 0
    for path in files:
        if path.is_file() and path.suffix in KINDS and path.name not in ("CHANGELOG.md", "distribution-name.md"):
            read += 1
            for line in path.read_text(errors="replace").splitlines():
                assert "ingot" not in line or not FROM_AN_INDEX.search(line), f"{path}: {line}"
    assert read > 400
