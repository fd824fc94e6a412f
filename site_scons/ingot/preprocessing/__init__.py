# SPDX-License-Identifier: Apache-2.0
"""The one definition of preprocessing: what a file or a camera's frame has to become to be a network's input.

definition.py says it for each input, from the model.yaml and the input's own quantization. `input=` (load.py),
app_config.h and the application's C (firmware/preprocessing/, by the macro INGOT_IMAGE_INPUT) follow it. Another kind
of input, such as the features of a sound, is another class beside ImageInput.
"""
