# SPDX-License-Identifier: Apache-2.0
"""What Ingot's own SConstruct needs besides the tool that everybody gets: command line, progress, summary."""

from ingot.shells.scons.own.command_line import command_line, finish, user_errors
from ingot.shells.scons.own.console import settings
from ingot.shells.scons.own.project import firmware, fleet

__all__ = ["command_line", "finish", "firmware", "fleet", "settings", "user_errors"]
