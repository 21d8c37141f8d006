# shellcheck shell=sh
# What the scripts of tunnels share: a file that describes the tunnel, an interface that is there or not. Read by gre and xfrmi;
# not a resource. Such a script sets `required`, the variables that the file must set, and has the functions `defaults`, `interface`
# (prints the interface's name), `bring_up` and `take_down`; then it calls `tunnel "$@"`.

name=${0##*/}
: "${required=}"

fail() { # exit-code text
    code=$1
    shift
    echo "$name: $*" >&2
    exit "$code"
}

# What there is to know about the tunnel; without the file, as after it was removed, the interface has its usual name.
read_configuration() { # instance
    file=${HA_CONF_DIR:-${HA_DIR:-/etc/ha.d}/conf}/$name${1:+-$1}
    defaults
    if [ ! -r "$file" ]; then return; fi
    # shellcheck source=/dev/null
    . "$file" || fail 6 "$file cannot be read"
}

check_configuration() {
    [ -r "$file" ] || fail 6 "$file is missing; see the head of $0 for what it must say"
    for variable in $required; do
        eval "[ -n \"\${$variable}\" ]" || fail 6 "$file does not set $variable"
    done
    check_program
}

check_program() { command -v ip >/dev/null || fail 5 "the program ip is not installed (Debian: apt-get install iproute2)"; }

# Also without ip(8): what is not there need not be stopped.
exists() { grep -q "^ *$(interface):" "${NET_DEVICES:-/proc/net/dev}"; }

# Addresses and routes go with the interface.
stop() {
    exists || return 0
    check_program
    [ -r "$file" ] || fail 6 "$(interface) is there, but nobody can say whether it is the tunnel: $file is missing"
    take_down || fail 1 "cannot remove tunnel $(interface)"
}

status() {
    case $(ip -o link show dev "$(interface)" 2>/dev/null) in
    *[\<,]UP[,\>]*) echo running ;;
    *) echo stopped && exit 3 ;;
    esac
}

start() {
    check_configuration
    # Every step may have been done before; a tunnel that was changed by hand meanwhile is set right.
    bring_up
}

tunnel() { # [instance] action
    case $# in
    1) instance='' ;;
    2) instance=$1 && shift ;;
    *) fail 2 "usage: $name [name] start|stop|restart|status" ;;
    esac
    case $instance in */*) fail 2 "'$instance' is not a name" ;; esac
    case $1 in
    start | stop | restart | status) read_configuration "$instance" ;;
    *) fail 2 "'$1' is not an action; usage: $name [name] start|stop|restart|status" ;;
    esac
    case $1 in
    restart) stop && start ;;
    *) "$1" ;;
    esac
}
