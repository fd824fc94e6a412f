#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The cross compiler of the tests: compiles one C file, unless its text was compiled with the same flags before.
#
# Dozens of builds of a session compile the same kernels, each in a folder of its own: ccache compiles most of them
# again, since the names of folders are part of its keys. The key here is the text after the preprocessor, and the words
# of the command that say what the compiler makes of it, with folders as the object names them (-ffile-prefix-map).
# Whatever is no such command, or warned, goes to the compiler itself.
#
# The preprocessor alone would take minutes of a session. A kernel whose headers lie in two folders of which no other
# comes first has a key without it: its own text, and that of the headers which it had when it was compiled last.
#
# INGOT_COMPILER: the compiler. INGOT_COMPILED: the folder of what it compiled.
set -u

one='' other=''
for word in "$@"; do
    case $word in
        -ffile-prefix-map=*=.) other=$one one=${word#*=} one=${one%=.} ;;
    esac
done

# Adds a word to the flags, with folders as -ffile-prefix-map says.
add() {
    named=$1
    for folder in "$one" "$other"; do
        case $named in
            *"$folder"*) [ -z "$folder" ] || named=${named%%"$folder"*}.${named#*"$folder"} ;;
        esac
    done
    flags="$flags $named"
}

flags='' target='' source='' depends='' depfile='' rule='' compiles='' value=''
for word in "$@"; do
    case $value in
        target) target=$word; value=''; continue ;;
        depfile) depfile=$word; value=''; continue ;;
        rule) rule=$word; value=''; continue ;;
        path) value=''; add "$word"; continue ;;
    esac
    case $word in
        -c) compiles=yes ;;
        -o) value=target ;;
        -MF) value=depfile ;;
        -MT | -MQ) value=rule ;;
        -MMD | -MD) depends=yes ;;
        -MP) ;;
        -I | -iquote | -isystem | -include | -D | -U) value=path; add "$word" ;;
        -f*-prefix-map=*) ;;
        -E | -S | -M | -MM | -fsyntax-only | -save-temps* | -fstack-usage | -x | @* | *.o | *.S | *.s) compiles=never; break ;;
        -*) add "$word" ;;
        *.c) [ -z "$source" ] || compiles=never; source=$word; add "$word" ;;
        *) compiles=never; break ;;
    esac
done
if [ "$compiles" != yes ] || [ -z "$source" ] || [ -z "$target" ]; then
    exec "$INGOT_COMPILER" "$@"
fi

[ -n "$one" ] || add "$PWD"

beside=$INGOT_COMPILED/$$
# The step that compiles kernels asks for no depfile: this one is for `find_sooner` alone.
own=''
case $source in
    */firmware/kernels/*.c | firmware/kernels/*.c)
        [ -n "$depends" ] || { own=yes depends=yes depfile=$beside.own && set -- "$@" -MMD; }
        ;;
esac
[ -z "$depends" ] || [ -n "$depfile" ] || depfile=${target%.*}.d
[ -z "$depends" ] || set -- "$@" -MF "$depfile"
[ -z "$depends" ] || [ -n "$rule" ] || set -- "$@" -MQ "$target"

# Text with folders and target as signs, and back.
signed() { sed -e "s|$target|@target@|g" -e "s|$one/|@one@|g" -e "s|${other:-$one}/|@other@|g"; }
plain() { sed -e "s|@target@|$target|g" -e "s|@one@|$one/|g" -e "s|@other@|${other:-$one}/|g"; }

# Sets `sooner` to the key before the preprocessor, from the headers of `$1`; fails where one is not there.
find_sooner() {
    headers=$(plain <"$1" | sed -e 's/^[^ ]*: //' -e 's/ \\$//' -e '/:$/d') || return 1
    # Words on purpose: the names have no spaces (see `simple`).
    # shellcheck disable=SC2086
    texts=$(cat $headers 2>/dev/null | sha256sum && ls $headers >/dev/null 2>&1) || return 1
    sooner=$INGOT_COMPILED/${first%% *}-${texts%% *}
}

first='' sooner=''
case $source in
    */firmware/kernels/*.c | firmware/kernels/*.c) simple=$depends ;;
    *) simple='' ;;
esac
case $one$other$target$source in *[!A-Za-z0-9_./@+=-]*) simple='' ;; esac
if [ -n "$simple" ] && [ -z "$rule" ]; then
    first=$( { printf '%s %s\n' "$INGOT_COMPILER" "$flags"; cat "$source"; } | sha256sum)
    if [ -e "$INGOT_COMPILED/${first%% *}.d" ] && find_sooner "$INGOT_COMPILED/${first%% *}.d" &&
        [ -e "$sooner.o" ]; then
        [ -n "$own" ] || plain <"$INGOT_COMPILED/${first%% *}.d" >"$depfile"
        exec cp "$sooner.o" "$target"
    fi
fi

# Keeps the object of a kernel under its key before the preprocessor.
keep_sooner() {
    signed <"$depfile" >"$beside.d" && find_sooner "$beside.d" &&
        cp "$target" "$beside.o" && mv "$beside.o" "$sooner.o" && mv "$beside.d" "$INGOT_COMPILED/${first%% *}.d"
}

kept=''
if [ -z "$first" ]; then
    # -c and -E together are -E: the text goes where the object will.
    if ! "$INGOT_COMPILER" "$@" -E -P 2>"$beside.said" || [ -s "$beside.said" ]; then
        rm -f "$beside".*
        exec "$INGOT_COMPILER" "$@"
    fi
    key=$( { printf '%s %s\n' "$INGOT_COMPILER" "$flags"; cat "$target"; } | sha256sum)
    kept=$INGOT_COMPILED/${key%% *}.o
    if [ -e "$kept" ]; then
        rm -f "$beside".*
        exec cp "$kept" "$target"
    fi
fi
"$INGOT_COMPILER" "$@" 2>"$beside.said"
status=$?
cat "$beside.said" >&2
if [ $status = 0 ] && [ ! -s "$beside.said" ]; then
    if [ -n "$first" ]; then
        keep_sooner
    else
        cp "$target" "$beside.o" && mv "$beside.o" "$kept"
    fi
fi
rm -f "$beside".*
exit $status
