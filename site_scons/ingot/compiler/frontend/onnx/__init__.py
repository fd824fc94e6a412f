# SPDX-License-Identifier: Apache-2.0
"""Reads QDQ ONNX files into the typed graph. Needs the package `onnx` (the extra `onnx`)."""
