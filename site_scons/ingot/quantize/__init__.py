# SPDX-License-Identifier: Apache-2.0
"""From a float model and calibration data to a quantized model, by the quantizers of the field."""
