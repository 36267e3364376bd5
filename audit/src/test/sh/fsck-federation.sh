#!/bin/sh
# Has Tessera's fsck read every log that a trust document names.
#
#   fsck-federation.sh TRUST-JSON FOLDER
#
# FOLDER holds a data directory for each holder, as the demo leaves them: hub/log, hospital-a/log and so on. A holder
# without one fails, unless $WITHOUT_LOG names it.
set -eu
if [ $# -ne 2 ]; then
    echo "usage: fsck-federation.sh TRUST-JSON FOLDER" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
list=$(python3 - "$1" <<'END'
import json, sys
for log in json.load(open(sys.argv[1], encoding="utf-8"))["document"]["logs"]:
    print(log["holder"], log["origin"], log["key"]["spki"])
END
)
checked=0
while read -r holder origin spki; do
    if [ ! -d "$2/$holder/log" ]; then
        case " ${WITHOUT_LOG:-} " in
            *" $holder "*) echo "$holder: no log here"; continue ;;
        esac
        echo "$holder: $2/$holder/log is not here" >&2
        exit 1
    fi
    printf '%s: ' "$holder"
    sh "$here/fsck.sh" "$2/$holder/log" "$origin" "$spki"
    checked=$((checked + 1))
done <<END
$list
END
[ "$checked" -gt 1 ] || { echo "only $checked log was checked" >&2; exit 1; }
