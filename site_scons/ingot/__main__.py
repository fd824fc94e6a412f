# SPDX-License-Identifier: Apache-2.0
"""`python -m ingot` is the command `ingot`."""

from ingot.cli.main import main

main()
