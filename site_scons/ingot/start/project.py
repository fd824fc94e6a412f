# SPDX-License-Identifier: Apache-2.0
"""ingot.yaml: the model and the board of the project in the working folder, for verbs that are told neither."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.quoting import command_text
from ingot.base.yamlfile import load_yaml

PROJECT_FILE = "ingot.yaml"
SCHEMA = Path(__file__).with_name("project.schema.json")


@dataclass(frozen=True)
class Project:
    """model, board: as the command line would have them."""

    model: str
    board: str


def project_here() -> Project | None:
    """The project of the working folder; None where there is none. Raises IngotError for a wrong ingot.yaml."""
    path = Path(PROJECT_FILE)
    if not path.is_file():
        return None
    data = load_yaml(path, SCHEMA).data
    return Project(data["model"], data["board"])


def model_and_board(verb: str, model: str, board: str) -> tuple[str, str]:
    """What the command line says, else the project. Raises IngotError where neither says it."""
    project = project_here() if not model or not board else None
    model, board = model or (project.model if project else ""), board or (project.board if project else "")
    for name, value, example in (
        ("a model", model, f"ingot {verb} model.tflite --board n6dk"),
        ("a board", board, "--board n6dk"),
    ):
        if not value:
            raise IngotError(
                f"needs {name}, and there is no {PROJECT_FILE} here",
                where=verb,
                remedy=f"Give it ({example}), or begin a project: ingot new NAME --model FILE --board BOARD.",
            )
    return model, board


def next_of_build(model: str, board: str) -> str:
    """The commands behind `ingot build`. model, board: as the command line had them, "" for the project's."""
    again = [word for word in (model, board and "--board", board) if word]
    flash = ["build", *again, "-t", "flash"] if again else ["flash"]
    return ", ".join(command_text(["ingot", *words], windows=False) for words in (["run", *again], flash))
