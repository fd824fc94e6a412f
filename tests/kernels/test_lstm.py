"""UNIDIRECTIONAL_SEQUENCE_LSTM: its states go on from one inference to the next, and start again after a reset."""

from __future__ import annotations

from support.models import recurrent
from support.models.trials import for_each
from support.sequence import check_sequence


@for_each(recurrent.lstm)
def test_lstm(model: bytes) -> None:
    """Every output of several inferences is equal to LiteRT's."""
    check_sequence(model)
