#!/bin/sh
# Has two programs that nobody here wrote read a log folder, Tessera's fsck and Go's sumdb code (../go): both must find
# the checkpoint's root, and refuse each of three copies in which one byte was changed: in an entry, in a hash tile, in
# the checkpoint.
#
#   fsck.sh LOG-FOLDER VKEY          the log's key as a C2SP note verifier key
#   fsck.sh LOG-FOLDER ORIGIN SPKI   the origin and key as a trust document names them
#
# The log may be in use: its checkpoint is copied before the tiles it covers. fsck is installed once, outside the source
# tree, into $OSTEON_GO_BIN (default: the user's cache folder).
set -eu
export LC_ALL=C

if [ $# -lt 2 ] || [ $# -gt 3 ]; then
    echo "usage: fsck.sh LOG-FOLDER VKEY | LOG-FOLDER ORIGIN SPKI" >&2
    exit 2
fi
version=v1.0.4
bin=${OSTEON_GO_BIN:-${XDG_CACHE_HOME:-$HOME/.cache}/osteon/go-bin}/tessera-$version
if [ ! -x "$bin/fsck" ]; then
    mkdir -p "$bin"
    GOBIN="$bin" go install "github.com/transparency-dev/tessera/cmd/fsck@$version" >&2
fi
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# C2SP signed-note: the key id is the first four bytes of SHA-256(name, newline, type 1, key); an Ed25519 key is the last
# 32 bytes of its SubjectPublicKeyInfo.
if [ $# -eq 3 ]; then
    { printf '\001'; printf %s "$3" | base64 -d | tail -c 32; } >"$work/key"
    id=$({ printf '%s\n' "$2"; cat "$work/key"; } | sha256sum | cut -c1-8)
    printf '%s+%s+%s\n' "$2" "$id" "$(base64 -w 0 "$work/key")" >"$work/vkey"
else
    printf '%s\n' "$2" >"$work/vkey"
fi

log=$work/log
mkdir "$log"
cp "$1/checkpoint" "$log/checkpoint"
cp -R "$1/tile" "$log/tile"
size=$(sed -n 2p "$log/checkpoint")
root=$(sed -n 3p "$log/checkpoint")

(cd "$here/../go" && go build -o "$work/logcheck" .) >&2

# This fsck ends with 0 whatever it finds, so only its line of success with the checkpoint's own size and root counts.
# -N bounds how many differing tiles it can report without waiting for itself: one changed byte differs in one a level.
check() {
    timeout 120 "$bin/fsck" -storage_url "file://$1/" -public_key "$work/vkey" -ui=false -N 16 >"$work/out" 2>&1 &&
        grep -qF "Successfully fsck'd log with size $size and root $root " "$work/out"
}

if ! check "$log"; then
    cat "$work/out" >&2
    echo "fsck refused the log" >&2
    exit 1
fi

sumdb() {
    [ "$(timeout 120 "$work/logcheck" "$1" "$(cat "$work/vkey")" 2>"$work/sumdb")" = "accepted $size $root" ]
}
if ! sumdb "$log"; then
    cat "$work/sumdb" >&2
    echo "sumdb refused the log" >&2
    exit 1
fi

# The file of a level's first tile; an unfinished one has its width in its name.
tile() {
    if [ -f "$log/tile/$1/000" ]; then echo "tile/$1/000"; else echo "tile/$1/000.p/$size"; fi
}

refuses() { # file, offset of the byte
    rm -rf "$work/changed"
    cp -R "$log" "$work/changed"
    old=$(od -An -tu1 -j "$2" -N 1 "$log/$1" | tr -d ' ')
    printf "$(printf '\\%03o' $(((old ^ 1) % 256)))" |
        dd of="$work/changed/$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
    if [ "$(cmp -l "$log/$1" "$work/changed/$1" | wc -l)" -ne 1 ]; then
        echo "not one byte of $1 was changed" >&2
        exit 1
    fi
    if check "$work/changed"; then
        echo "fsck accepted a log with one byte of $1 changed" >&2
        exit 1
    fi
    if ! grep -q 'fsck failed: ' "$work/out"; then
        cat "$work/out" >&2
        echo "fsck did not come to an end on a log with one byte of $1 changed" >&2
        exit 1
    fi
    if sumdb "$work/changed"; then
        echo "sumdb accepted a log with one byte of $1 changed" >&2
        exit 1
    fi
}

refuses "$(tile entries)" "$(($(wc -c <"$log/$(tile entries)") - 1))"
refuses "$(tile 0)" 0
refuses checkpoint "$(($(head -n 2 "$log/checkpoint" | wc -c) + 4))"
echo "fsck and sumdb accepted the log and refused it with one byte changed: $size entries, root $root"
