# SPDX-License-Identifier: Apache-2.0
"""STM32H747I-DISCO with ST's own application: memory budget, camera buffers, generated declarations, patches."""
