// The resource script to begin with, for a program that stays in the foreground. man/heartbeat-scripts.7 shows the same text, which a
// test compares.

package enum ScriptSkeleton {
    /// The whole file, with the end of its last line.
    package static let text = #"""
        #!/bin/sh
        # mydaemon - /usr/local/sbin/mydaemon as a resource
        #
        # usage: mydaemon argument start|stop|status
        set -u

        # The program itself: no link to it, and nothing that an interpreter runs.
        program=/usr/local/sbin/mydaemon
        pidfile=/run/mydaemon.pid
        # Fifths of a second; less than stop_timeout of ha.cf.
        patience=200

        fail() { # exit-code text
            code=$1
            shift
            echo "${0##*/}: $*" >&2
            exit "$code"
        }

        # Whether the process of the pid file lives and is ours.
        runs() {
            pid=''
            [ -r "$pidfile" ] && read -r pid <"$pidfile"
            [ -n "$pid" ] || return 1
            case $(readlink "/proc/$pid/exe") in
            "$program" | "$program (deleted)") return 0 ;;
            *) return 1 ;;
            esac
        }

        start() {
            runs && return 0
            [ -x "$program" ] || fail 5 "$program is not installed"
            "$program" "$argument" </dev/null >/dev/null 2>&1 &
            echo $! >"$pidfile" || fail 1 "cannot write $pidfile"
            # Ask the service itself here, if it can be asked.
            sleep 0.2
            runs || fail 1 "$program has ended at once"
        }

        stop() {
            left=$patience
            while runs; do
                [ "$left" -gt 0 ] || fail 1 "process $pid does not end"
                kill "$pid" 2>/dev/null
                sleep 0.2
                left=$((left - 1))
            done
            rm -f "$pidfile"
        }

        status() {
            if runs; then
                echo running
            else
                echo stopped
                exit 3
            fi
        }

        [ $# -eq 2 ] || fail 2 "usage: ${0##*/} argument start|stop|status"
        argument=$1
        case $2 in
        start | stop | status) "$2" ;;
        *) fail 2 "'$2' is none of start, stop and status" ;;
        esac

        """#
}
