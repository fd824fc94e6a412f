# SPDX-License-Identifier: Apache-2.0
"""Boards and memory pools. Light to import: a build in which nothing changed reads both."""

from ingot.board.aliases import NO_ALIASES, Aliases, PhysicalBytes
from ingot.board.board import Board, Probe, Region, Slot
from ingot.board.board_file import board_names, find_board, load_board
from ingot.board.fit import check_pools, place_pools, twin_pools
from ingot.board.mpool import Mpool, Pool, activation_pools, initializer_pool, resized, score
from ingot.board.mpool_reading import read_mpool
from ingot.board.mpool_writing import mpool_text, write_mpool
from ingot.board.ranges import Range
from ingot.board.twin import twin_of

__all__ = [
    "NO_ALIASES",
    "Aliases",
    "Board",
    "Mpool",
    "PhysicalBytes",
    "Pool",
    "Probe",
    "Range",
    "Region",
    "Slot",
    "activation_pools",
    "board_names",
    "check_pools",
    "find_board",
    "initializer_pool",
    "load_board",
    "mpool_text",
    "place_pools",
    "read_mpool",
    "resized",
    "score",
    "twin_of",
    "twin_pools",
    "write_mpool",
]
