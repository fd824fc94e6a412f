# SPDX-License-Identifier: Apache-2.0
"""How images lie in the memory of a network's inputs and outputs, of files that have channels first."""

LAYOUTS = ("inputs_last", "channels_last", "file")
"""inputs_last: channels last in inputs, outputs as the file has them. channels_last: in both. file: as the file has
both."""
