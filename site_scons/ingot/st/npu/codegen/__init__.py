# SPDX-License-Identifier: Apache-2.0
"""From layers of a quantized graph to epochs of the NPU. Experimental: simulated, not yet run on hardware."""
