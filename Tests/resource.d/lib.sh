# shellcheck shell=sh
# What the tests of the resource scripts share: a scratch directory, stubs in PATH, and counting of what went wrong.
# Read by the *.test files; the script under test is found beside the tests' own directory.

tests=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2034 # used by those who read this file
scripts=$(cd "$tests/../../resource.d" && pwd)
work=$(mktemp -d)
stubs=$work/bin
calls=$work/calls
failures=0
count=0
mkdir "$stubs"
: >"$calls"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Makes a program that notes down its words and then runs the given shell text.
stub() { # name text
    cat >"$stubs/$1" <<END
#!/bin/sh
echo "$1 \$*" >>'$calls'
$2
END
    chmod 755 "$stubs/$1"
}

# Runs a script with the stubs first in PATH; sets code, output and errors.
# shellcheck disable=SC2034 # used by those who read this file
run() {
    : >"$calls"
    code=0
    PATH=$stubs:$PATH "$@" >"$work/output" 2>"$work/errors" </dev/null || code=$?
    output=$(cat "$work/output")
    errors=$(cat "$work/errors")
}

# A systemctl whose units are files in $work/units with lines `active=` (ActiveState), `load=` (LoadState), `enabled=`,
# `start=` (what it becomes when it is started) and `stop=`; a state with a `>` turns into what follows at the next look.
stub_systemctl() {
    mkdir -p "$work/units"
    stub systemctl "
for last; do :; done
unit=$work/units/\$last
is() { sed -n \"s/^\$1=//p\" \"\$unit\" 2>/dev/null; }
become() { sed -i \"s/^active=.*/active=\$1/\" \"\$unit\"; }
case \" \$* \" in
*' show --property=ActiveState '*)
    state=\$(is active)
    echo \"\${state%%>*}\" | sed 's/^\$/inactive/'
    case \$state in *'>'*) become \"\${state#*>}\" ;; esac ;;
*' show --property=LoadState '*) is load | grep . || echo not-found ;;
*' cat '*) [ -e \"\$unit\" ] ;;
*' is-enabled '*) is enabled ;;
*' reset-failed '*) ;;
*' start '*) become \"\$(is start | grep . || echo active)\"; [ \"\$(is start)\" != failed ] ;;
*' stop '*) become \"\$(is stop | grep . || echo inactive)\" ;;
*' status '*) echo the journal says why ;;
*) exit 1 ;;
esac"
}

# The background part of a script may still be on its way.
wait_for() { # text
    tries=0
    until grep -qF -- "$1" "$calls"; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || return 1
        sleep 0.05
    done
}

pass_or_fail() { # truth name detail
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        failures=$((failures + 1))
        echo "not ok $count - $2"
        echo "# $3" | head -20
    fi
}

is() { # name actual expected
    truth=1
    [ "$2" = "$3" ] && truth=0
    pass_or_fail $truth "$1" "got [$2], expected [$3]; stderr: ${errors-}"
}

has() { # name text part
    truth=1
    case $2 in *"$3"*) truth=0 ;; esac
    pass_or_fail $truth "$1" "[$2] has no [$3]"
}

# A condition that must come true; what was last seen otherwise, and what `evidence` of the reader's own has beside it.
eventually() { # name seconds command...
    title=$1 left=$(($2 * 10))
    shift 2
    until "$@" >"$work/seen" 2>&1; do
        left=$((left - 1))
        if [ $left -le 0 ]; then
            pass_or_fail 1 "$title" "$(tail -n 3 "$work/seen"; evidence)"
            return 1
        fi
        sleep 0.1
    done
    pass_or_fail 0 "$title" ''
}

finish() {
    echo "1..$count"
    [ "$failures" -eq 0 ] || {
        echo "# ${0##*/}: $failures of $count failed"
        exit 1
    }
}
