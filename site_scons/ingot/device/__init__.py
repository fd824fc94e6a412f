"""What runs firmware: the twin, a board, the oracle."""
