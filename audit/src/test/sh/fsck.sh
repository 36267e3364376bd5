#!/bin/sh
# Has Tessera's fsck read a log folder: it must accept the log, and refuse a copy with one byte of an entry changed.
#
#   fsck.sh LOG-FOLDER VKEY
#
# fsck is installed once, outside the source tree, into $OSTEON_GO_BIN (default: the user's cache folder).
set -eu
if [ $# -ne 2 ]; then
    echo "usage: fsck.sh LOG-FOLDER VKEY" >&2
    exit 2
fi
log=$(cd "$1" && pwd)
version=v1.0.4
bin=${OSTEON_GO_BIN:-${XDG_CACHE_HOME:-$HOME/.cache}/osteon/go-bin}/tessera-$version
if [ ! -x "$bin/fsck" ]; then
    mkdir -p "$bin"
    GOBIN="$bin" go install "github.com/transparency-dev/tessera/cmd/fsck@$version" >&2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%s\n' "$2" >"$work/vkey"

check() {
    "$bin/fsck" -storage_url "file://$1/" -public_key "$work/vkey" -ui=false >"$work/out" 2>&1
}

if ! check "$log"; then
    cat "$work/out" >&2
    echo "fsck refused the log" >&2
    exit 1
fi
cp -R "$log" "$work/changed"
size=$(sed -n 2p "$log/checkpoint")
bundle=$work/changed/tile/entries/000
[ -f "$bundle" ] || bundle=$bundle.p/$size
at=$(($(wc -c <"$bundle") - 1))
old=$(tail -c 1 "$bundle" | od -An -tu1 | tr -d ' ')
printf "$(printf '\\%03o' $(((old + 1) % 256)))" | dd of="$bundle" bs=1 seek="$at" conv=notrunc 2>/dev/null
if cmp -s "$bundle" "$log/${bundle#"$work/changed/"}"; then
    echo "no byte was changed" >&2
    exit 1
fi
if check "$work/changed"; then
    echo "fsck accepted a log with one byte changed" >&2
    exit 1
fi
echo "fsck accepted the log and refused it with one byte changed"
