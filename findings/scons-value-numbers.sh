#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: Value(-2) is a node of its own, whose content is -2.
# What happens: it is the node that Value(-1) made, with the content -1, since hash(-2) == hash(-1) in CPython and SCons
# finds a Value by the hash. In the same way Value(True) after Value(1) is 1. Value("-2") is what it says.
# Seen with: SCons 4.11.1
set -eu
. "$(dirname "$0")/common"
packages scons==4.11.1
cd "$work"
cat >SConstruct <<'PYTHON'
def write(target, source, env):
    with open(str(target[0]), "w") as file:
        file.write(source[0].get_text_contents())

env = Environment()
for name, value in (("a", -1), ("b", -2), ("c", "-1"), ("d", "-2"), ("e", 1), ("f", True)):
    env.Command(name, Value(value), Action(write, cmdstr=None))
PYTHON
scons -Q -s a b c d e f
for name in a b c d e f; do printf '%s: %s\n' "$name" "$(cat "$name")"; done | recorded 'a: -1
b: -1
c: -1
d: -2
e: 1
f: 1'
