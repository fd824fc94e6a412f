"""What all tests share: a folder that is there while they run."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.session import close_session, open_session

_SESSION = pytest.StashKey[Path | None]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_SESSION] = open_session()


def pytest_unconfigure(config: pytest.Config) -> None:
    close_session(config.stash.get(_SESSION, None))
