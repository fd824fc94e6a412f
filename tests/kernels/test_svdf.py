"""SVDF: its state goes on from one inference to the next, and starts again after a reset."""

from __future__ import annotations

from support.models import recurrent
from support.models.trials import for_each
from support.sequence import check_sequence


@for_each(recurrent.svdf)
def test_svdf(model: bytes) -> None:
    """Every output of several inferences is equal to LiteRT's."""
    check_sequence(model)
