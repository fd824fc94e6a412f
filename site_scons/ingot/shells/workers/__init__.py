# SPDX-License-Identifier: Apache-2.0
"""Work on several machines: what a piece of work carries with it, and Dask, which hands it out."""
