# SPDX-License-Identifier: Apache-2.0
"""The steps of a build: functions from files to files, one file a family."""
