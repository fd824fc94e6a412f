# SPDX-License-Identifier: Apache-2.0
"""The report: a network's memory over time, its address map and its epochs, as one HTML page and in the terminal."""
