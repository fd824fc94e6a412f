#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The cross compiler of the tests: compiles one C file, unless its text was compiled with the same flags before.
#
# Dozens of builds of a session compile the same kernels, each in a folder of its own: ccache compiles most of them
# again, since the names of folders are part of its keys. The key here is the text after the preprocessor, the name that
# the object gives its source, and the flags that say what the compiler makes of it. Whatever is no such command, or
# warned, goes to the compiler itself.
#
# INGOT_COMPILER: the compiler. INGOT_COMPILED: the folder of what it compiled.
set -u

flags='' target='' source='' depends='' depfile='' named='' compiles='' value=''
for word in "$@"; do
    case $value in
        target) target=$word; value=''; continue ;;
        depfile) depfile=$word; value=''; continue ;;
        named) named=$word; value=''; continue ;;
        path) value=''; continue ;;
    esac
    case $word in
        -c) compiles=yes ;;
        -o) value=target ;;
        -MF) value=depfile ;;
        -MT | -MQ) named=$word value=named ;;
        -MMD | -MD) depends=yes ;;
        -MP) ;;
        -I | -iquote | -isystem | -include | -D | -U) value=path ;;
        -I* | -iquote* | -isystem* | -D* | -U* | -f*-prefix-map=*) ;;
        -E | -S | -M | -MM | -save-temps* | -fstack-usage | -x | @* | *.o | *.S | *.s) compiles=never; break ;;
        -*) flags="$flags $word" ;;
        *.c) [ -z "$source" ] || compiles=never; source=$word ;;
        *) compiles=never; break ;;
    esac
done
if [ "$compiles" != yes ] || [ -z "$source" ] || [ -z "$target" ]; then
    exec "$INGOT_COMPILER" "$@"
fi

beside=$INGOT_COMPILED/$$
[ -z "$depends" ] || [ -n "$depfile" ] || set -- "$@" -MF "${target%.*}.d"
[ -z "$depends" ] || [ -n "$named" ] || set -- "$@" -MQ "$target"
# -c and -E together are -E: the text goes where the object will.
if ! "$INGOT_COMPILER" "$@" -E -P 2>"$beside.said" || [ -s "$beside.said" ]; then
    rm -f "$beside".*
    exec "$INGOT_COMPILER" "$@"
fi
key=$( { printf '%s %s %s\n' "$INGOT_COMPILER" "${source##*/}" "$flags"; cat "$target"; } | sha256sum)
kept=$INGOT_COMPILED/${key%% *}.o
if [ -e "$kept" ]; then
    rm -f "$beside".*
    exec cp "$kept" "$target"
fi
"$INGOT_COMPILER" "$@" 2>"$beside.said"
status=$?
cat "$beside.said" >&2
if [ $status = 0 ] && [ ! -s "$beside.said" ]; then
    cp "$target" "$beside.o" && mv "$beside.o" "$kept"
fi
rm -f "$beside".*
exit $status
