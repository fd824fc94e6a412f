# SPDX-License-Identifier: Apache-2.0
"""A project that was built once, for all tests; each works in a copy of its own."""

import shutil
from pathlib import Path

import pytest

from support.scons_project import Project
from support.session import made_once


@pytest.fixture(scope="session")
def built() -> Project:
    """Built from nothing; not to be changed."""
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed")

    def make(folder: Path) -> None:
        Project.create(folder / "built").build("-j2")

    return Project(made_once("own", make) / "built")


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy of the built project, in another folder."""
    return built.copy(tmp_path / "project")
