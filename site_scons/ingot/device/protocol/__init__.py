# SPDX-License-Identifier: Apache-2.0
"""The validate protocol (docs/validate.md): one host program for boards and for the twin, over a serial line."""
