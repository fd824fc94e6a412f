#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: env.Builder(action="... $TARGET") is Builder(action="... $TARGET") for this environment.
# What happens: env.Builder() substitutes all variables at once, before there is a target: $TARGET becomes nothing, and a
# variable keeps the value that it had then. Builder() leaves them to each build.
# Seen with: SCons 4.11.1
set -eu
. "$(dirname "$0")/common"
packages scons==4.11.1
cd "$work"
touch source
cat >SConstruct <<'PYTHON'
env = Environment(LEVEL="first")
action = "echo $LEVEL $SOURCE $TARGET"
env.Append(BUILDERS={"Global": Builder(action=action), "Method": env.Builder(action=action)})
env["LEVEL"] = "second"
env.Global("a", "source")
env.Method("b", "source")
PYTHON
scons -n a b | sed -n '/^echo/p' | recorded 'echo second source a
echo first'
