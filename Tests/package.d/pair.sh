# shellcheck shell=bash disable=SC2154
# Two machines with a systemd each, on one LAN with a client, for the script that reads this file: power_on, inside, and what the
# client and the kernel have seen. Run in mount, PID and network namespaces of its own. Needs lib.sh and debian.sh before it.
# gw1 has eth0 10.77.0.1/24, gw2 10.77.0.2/24; eth1 is a cable between them, 10.88.0.0/24; the client is 10.77.0.254.

addresses=$(seq -f 10.77.0.%g 101 110)
client=10.77.0.254

# The LAN is a bridge, whose own address is the client's; the cable is another one.
make_lan() {
    mount -t tmpfs -o mode=755 tmpfs /run
    ip link set lo up
    for bridge in lan cable; do
        ip link add $bridge type bridge forward_delay 0
        ip link set $bridge up
    done
    ip address add $client/24 brd + dev lan
}

# What a machine's cards are plugged into, anew at each boot. The number of gw1's namespace is odd, that of gw2's is even.
plug() { # machine boot
    ip link delete "$1" 2>/dev/null
    ip link delete "$1-cable" 2>/dev/null
    ip netns delete "$1" 2>/dev/null
    ip netns add "$1"
    ip netns set "$1" $((${1#gw} + 2 * $2))
    plug_card "$1" eth0 lan "$1"
    plug_card "$1" eth1 cable "$1-cable"
}

plug_card() { # machine card bridge name-of-its-other-end
    ip link add "$2" address "52:54:00:77:0${1#gw}:0${2#eth}" netns "$1" type veth peer name "$4"
    ip link set "$4" master "$3" up
}

# Until it is switched off. What ends the first process tells which it was: SIGHUP is a reboot.
run_machine() { # machine
    local code=129 boot=0
    while [ $code -eq 129 ]; do
        plug "$1" $boot
        boot=$((boot + 1))
        echo boot >>"$work/$1/life"
        sh -c "echo \$\$ >'$group/$1/cgroup.procs' && exec \"\$@\"" _ ip netns exec "$1" \
            unshare --mount --pid --fork --kill-child --uts --ipc --cgroup \
            "$tests/machine" "$store/root" "$work/$1" "$packages" "$1" >>"$work/$1/console" 2>&1 &
        echo $! >"$work/$1/pid"
        wait $!
        code=$?
        echo "end $code" >>"$work/$1/life"
        echo "[$(now)] [nsid ${1#gw}]: gone" >>"$work/moves"
        find "$group/$1" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null
    done
}

power_on() { # machine
    run_machine "$1" 2>>"$work/$1/console" &
    for _ in $(seq 300); do
        if inside "$1" systemctl is-active --quiet multi-user.target 2>/dev/null; then return; fi
        sleep 0.1
    done
    skip "no machine boots here: $(tail -n 5 "$work/$1/console" "$work/$1/life")"
}

# In the machine; what goes on in the background keeps no descriptor of ours.
inside() { # machine command...
    local pid init machine=$1
    shift
    pid=$(cat "$work/$machine/pid" 2>/dev/null) && init=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null) || return 1
    [ -n "$init" ] && nsenter -t "${init%% *}" -m -p -u -i -n -C -r -w -- env -i HOME=/root TERM=dumb LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# The client asks every address a hundred times a second. All changes of addresses on both machines come through one socket, so that
# their order is the kernel's.
watch() {
    mkdir "$work/client"
    for address in $addresses; do
        ping -n -D -i 0.01 "$address" >"$work/client/$address" 2>&1 &
    done
    TZ=UTC ip -4 -ts -o monitor address all-nsid >>"$work/moves" 2>>"$work/moves.errors" &
}

# As the socket dates its lines.
now() { date -u +%FT%T.%6N; }

# The longest time that an address has answered nothing for, of all addresses, in whole milliseconds; it began since one moment, and
# before another. What answers nothing still counts until now.
silence() { # since [until]
    for address in $addresses; do
        awk -v since="$(date -u -d "$1" +%s.%N)" -v until="$(date -u -d "${2:-tomorrow}" +%s.%N)" -v now="$(date +%s.%N)" '
            function count(end) { if (last >= since && last < until && end - last > longest) longest = end - last }
            / bytes from / { at = substr($1, 2) + 0; count(at); last = at }
            END { count(now); printf "%d\n", longest * 1000 }' "$work/client/$address"
    done | sort -n | tail -n 1
}

# Who has had all addresses since a moment, one after the other, beginning with who had them then; and `both` whenever an address came
# up on a machine while the other one had it. With TIMES=yes since when they have had it, too.
owners() { # since
    awk -v since="$1" -v times="${TIMES:-}" -v all="$(echo "$addresses" | wc -w)" '
        function tell(word) {
            if (substr($1, 2, length($1) - 2) <= since) words = ""
            if (words !~ " " word "(@[^ ]*)?$") words = words " " word (times ? "@" substr($1, 2, length($1) - 2) : "")
        }
        { machine = $3 % 2 ? "gw1" : "gw2" }
        /: gone$/ { for (key in has) if (has[key] == machine) delete has[key]; count[machine] = 0 }
        match($0, /inet 10\.77\.0\.1[01][0-9]\//) {
            key = machine substr($0, RSTART, RLENGTH)
            other = (machine == "gw1" ? "gw2" : "gw1") substr($0, RSTART, RLENGTH)
            if ($3 ~ /Deleted/) { if (key in has) { delete has[key]; count[machine]-- } next }
            if (!(key in has)) count[machine]++
            has[key] = machine
            if (other in has) tell("both")
            if (count[machine] == all) tell(machine)
        }
        END { print substr(words, 2) }' "$work/moves"
}
