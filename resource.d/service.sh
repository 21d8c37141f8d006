# shellcheck shell=sh
# Functions for scripts that only steer a service of the system: by its systemd unit where systemd runs, else by what
# the service itself brings. Read by ipsec, zebra, bgpd, systemd; not a resource. Every step is bounded, nothing asks.

name=${0##*/}
# Seconds a service may take; less than what heartbeat allows a script, so that it is we who can tell what was wrong.
: "${HA_SERVICE_LIMIT:=45}"
# Seconds a status waits for a unit that is just starting or stopping; less than heartbeat waits for a status.
: "${HA_SETTLE_LIMIT:=10}"

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

has_systemd() { [ -d "${SYSTEMD_RUNTIME:-/run/systemd/system}" ] && command -v systemctl >/dev/null; }

control() { bounded systemctl --no-ask-password --no-pager "$@"; }

# Prints the first of the given services that is installed.
find_unit() { # unit...
    has_systemd || return 1
    for unit; do
        # `cat` also finds units that were never loaded.
        if control cat "$unit.service" >/dev/null 2>&1; then
            echo "$unit.service"
            return 0
        fi
    done
    return 1
}

# Sets `state` to what the unit is once it is on its way to nowhere else, or still is when patience ends; false if
# systemd does not answer.
settle() { # unit
    left=$((HA_SETTLE_LIMIT * 5))
    while state=$(control show --property=ActiveState --value -- "$1"); do
        case $state in activating | deactivating) ;; *) return 0 ;; esac
        [ $left -gt 0 ] || return 0
        left=$((left - 1))
        sleep 0.2
    done
    return 1
}

is_loaded() { [ "$(control show --property=LoadState --value -- "$1")" != not-found ]; } # unit

start_unit() { # unit
    is_loaded "$1" || fail 5 "there is no unit $1"
    [ "$(control is-enabled -- "$1" 2>/dev/null)" != enabled ] ||
        echo "$name: WARNING: $1 is enabled and will run on both nodes after a boot: systemctl disable $1" >&2
    # One that has failed too often lately would not be started at all.
    control reset-failed -- "$1" 2>/dev/null
    if ! control start -- "$1"; then
        control --lines=5 status -- "$1" >&2
        fail 1 "systemctl start $1 failed"
    fi
    settle "$1" || fail 1 "systemd does not say whether $1 runs"
    case $state in
    active | reloading) ;;
    inactive) fail 1 "$1 has ended at once; a unit of Type=oneshot needs RemainAfterExit=yes" ;;
    *) fail 1 "$1 was started but is $state" ;;
    esac
}

stop_unit() { # unit
    # What is not there cannot run.
    is_loaded "$1" || return 0
    control stop -- "$1" || fail 1 "systemctl stop $1 failed"
    settle "$1" || fail 1 "systemd does not say whether $1 has stopped"
    case $state in inactive | failed) ;; *) fail 1 "$1 was stopped but is $state" ;; esac
}

by_unit() { # unit action
    case $2 in
    start) start_unit "$1" ;;
    stop) stop_unit "$1" ;;
    status)
        settle "$1" || fail 4 "systemd does not say whether $1 runs"
        # On its way and not there yet: what has begun may be holding addresses and files already.
        case $state in inactive | failed) answer 1 ;; *) answer 0 ;; esac
        ;;
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

# A daemon that goes into the background by itself with -d and writes a pid file with -i; `options` holds more for it.
by_daemon() { # program pid-file action
    case $3 in
    start)
        is_alive "$1" "$2" && return 0
        # shellcheck disable=SC2086 # several words on purpose
        bounded "$1" -d -i "$2" $options || fail 1 "$1 does not start"
        load_configuration "${1##*/}"
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

# Prints the options FRR's own start script would give the daemon, such as the address it listens on for its console.
frr_options() { # daemon
    file=${FRR_CONF:-/etc/frr}/daemons
    [ -r "$file" ] || return 0
    # shellcheck source=/dev/null
    (set +u && . "$file" >/dev/null && eval "echo \"${frr_profile:+-F \$frr_profile }\${$1_options-}\"")
}

# With one file for all its daemons, FRR's daemons read none: their configuration is brought to them.
load_configuration() { # daemon
    file=${FRR_CONF:-/etc/frr}/frr.conf
    if [ ! -r "$file" ] || ! command -v vtysh >/dev/null; then return; fi
    # One line it does not like is no reason to go without all the others.
    bounded vtysh -n -b -d "$1" >&2 || echo "$name: WARNING: vtysh did not bring all of $file to $1" >&2
}

# A routing daemon of FRR or Quagga.
routing_daemon() { # program action
    if unit=$(find_unit "$1"); then
        by_unit "$unit" "$2"
        return
    fi
    for home in "${FRR_HOME:-/usr/lib/frr}:/run/frr" "${QUAGGA_HOME:-/usr/lib/quagga}:/run/quagga" "/usr/sbin:/run/quagga"; do
        if program=$(find_program "${home%%:*}/$1"); then
            options=$(frr_options "$1")
            by_daemon "$program" "${ROUTING_RUN:-${home#*:}}/$1.pid" "$2"
            return
        fi
    done
    without_program "$2" "no $1 found: neither a unit $1.service nor /usr/lib/frr/$1 (Debian: apt-get install frr)" \
        "$1:${ROUTING_RUN:-/run/frr}/$1.pid" "$1:${ROUTING_RUN:-/run/quagga}/$1.pid"
}

# For a service that is not installed: it cannot be started, and what does not run need not be stopped. One whose package
# was removed while it ran is the exception.
without_program() { # action complaint process:pid-file...
    verb=$1 complaint=$2
    shift 2
    [ "$verb" != start ] || fail 5 "$complaint"
    for candidate; do
        is_alive "${candidate%%:*}" "${candidate#*:}" || continue
        [ "$verb" = stop ] || answer 0
        fail 5 "${candidate%%:*} (process $pid) runs, but $complaint"
    done
    [ "$verb" = stop ] || answer 1
}
