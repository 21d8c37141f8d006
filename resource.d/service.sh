# shellcheck shell=sh
# Functions for scripts that only steer a service of the system: by its systemd unit where systemd runs, else by what
# the service itself brings. Read by ipsec, zebra and bgpd; not a resource. Every step is bounded, nothing asks.

name=${0##*/}
# Seconds a service may take; less than what heartbeat allows a script, so that it is we who can tell what was wrong.
: "${HA_SERVICE_LIMIT:=45}"

fail() { # exit-code text
    code=$1
    shift
    echo "$name: $*" >&2
    exit "$code"
}

# Prints the answer of `status` and exits as LSB wants it.
answer() { # is-running (0: yes)
    if [ "$1" -eq 0 ]; then
        echo running
        exit 0
    fi
    echo stopped
    exit 3
}

bounded() { timeout --kill-after=2 "$HA_SERVICE_LIMIT" "$@" </dev/null; }

# Prints the first of the given units that is installed.
find_unit() { # unit...
    [ -d "${SYSTEMD_RUNTIME:-/run/systemd/system}" ] && command -v systemctl >/dev/null || return 1
    for unit; do
        # `cat` also finds units that were never loaded.
        if bounded systemctl --no-ask-password cat "$unit.service" >/dev/null 2>&1; then
            echo "$unit.service"
            return 0
        fi
    done
    return 1
}

by_unit() { # unit action
    case $2 in
    status)
        bounded systemctl --quiet is-active "$1"
        answer $?
        ;;
    *) bounded systemctl --no-ask-password "$2" "$1" || fail 1 "systemctl $2 $1 failed" ;;
    esac
}

# Prints the first of the given programs that can be run.
find_program() { # path...
    for program; do
        if [ -x "$program" ]; then
            echo "$program"
            return 0
        fi
    done
    return 1
}

# True if the pid file names a living process of the program.
is_alive() { # program pid-file
    pid='' comm=''
    [ -r "$2" ] && read -r pid <"$2"
    case $pid in '' | *[!0-9]*) return 1 ;; esac
    [ -r "/proc/$pid/comm" ] && read -r comm <"/proc/$pid/comm" && [ "$comm" = "${1##*/}" ]
}

# A daemon that goes into the background by itself with -d and writes a pid file with -i.
by_daemon() { # program pid-file action
    case $3 in
    start)
        is_alive "$1" "$2" && return 0
        bounded "$1" -d -i "$2" || fail 1 "$1 does not start"
        ;;
    stop)
        left=$((HA_SERVICE_LIMIT * 5))
        while is_alive "$1" "$2"; do
            [ $left -gt 0 ] || fail 1 "$1 (process $pid) does not end"
            # Repeated: a daemon that is still starting may miss the first.
            kill "$pid" 2>/dev/null
            left=$((left - 1))
            sleep 0.2
        done
        ;;
    status)
        is_alive "$1" "$2"
        answer $?
        ;;
    esac
}

# True if there is exactly one argument and it is an action.
check_action() {
    case $#:${1-} in
    1:start | 1:stop | 1:status) ;;
    *) fail 2 "usage: $name start|stop|status" ;;
    esac
}

# A routing daemon of FRR or Quagga.
routing_daemon() { # program action
    if unit=$(find_unit "$1"); then
        by_unit "$unit" "$2"
        return
    fi
    for home in "${FRR_HOME:-/usr/lib/frr}:/run/frr" "${QUAGGA_HOME:-/usr/lib/quagga}:/run/quagga" "/usr/sbin:/run/quagga"; do
        if program=$(find_program "${home%%:*}/$1"); then
            by_daemon "$program" "${ROUTING_RUN:-${home#*:}}/$1.pid" "$2"
            return
        fi
    done
    fail 5 "no $1 found: neither a unit $1.service nor /usr/lib/frr/$1 (Debian: apt-get install frr)"
}
