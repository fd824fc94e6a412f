# SPDX-License-Identifier: Apache-2.0
"""A project that was built once, for all tests; each works in a copy of its own."""

import shutil
from pathlib import Path

import pytest

from support.scons_project import Project


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Built from nothing; not to be changed."""
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed")
    project = Project.create(tmp_path_factory.mktemp("scons") / "built")
    project.build("-j2")
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy of the built project, in another folder."""
    return built.copy(tmp_path / "project")
