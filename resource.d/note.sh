# shellcheck shell=sh
# Functions for scripts whose whole state is whether they have been started: a note in a directory that does not outlive
# the machine. Read by Delay and MailTo; not a resource.

name=${0##*/}
# shellcheck disable=SC2034 # used by those who read this file
notes=${HA_RSCTMP:-/run/swift-heartbeat/rsctmp}

fail() { # exit-code text
    code=$1
    shift
    echo "$name: $*" >&2
    exit "$code"
}

# Sets `note` to the file for these words. What cannot stand in its name is replaced; a checksum tells such words apart.
name_note() { # word...
    # shellcheck disable=SC2034 # used by those who read this file
    note=$notes/$name-$(printf '%s' "$*" | tr -c 'A-Za-z0-9@._\n-' _ | cut -c 1-80)
    note=$note-$(printf '%s' "$*" | cksum | cut -d ' ' -f 1)
}

is_noted() { [ -e "$note" ]; }

take_note() {
    [ -d "$notes" ] || mkdir -p "$notes" || fail 1 "cannot make $notes"
    : >"$note" || fail 1 "cannot write $note"
}

drop_note() { rm -f "$note" || fail 1 "cannot remove $note"; }

status() {
    if is_noted; then
        echo running
    else
        echo stopped
        exit 3
    fi
}
