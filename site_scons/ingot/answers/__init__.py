# SPDX-License-Identifier: Apache-2.0
"""What a network says about an input: in words, drawn into the picture, and how often it is right."""
