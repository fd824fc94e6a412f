#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a build in which nothing changed does nothing, whatever the names in its depfiles.
# What happens: Ninja ends a name in a depfile at ' " & ; < > | * ? ^ or ` and looks for the two halves, which are not
# there: what reads a header in a folder called o'brien is built again at every call. GCC writes such names as they are.
# Seen with: ninja 1.11.1.1, as in Debian 12; no more with 1.13.2
set -eu
. "$(dirname "$0")/common"
packages ninja==1.11.1.1
cd "$work"
mkdir plain "o'brien"
touch plain/x.h "o'brien/x.h"
cat >build.ninja <<'NINJA'
rule copy
  command = printf '%s: %s\n' $out "$header" >$out.d && cat "$header" >$out
  depfile = $out.d
  description = $out
build a: copy
  header = plain/x.h
build b: copy
  header = o'brien/x.h
NINJA
ninja >/dev/null
ninja | recorded '[1/1] b'
