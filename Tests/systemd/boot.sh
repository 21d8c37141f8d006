# shellcheck shell=sh disable=SC2154
# A container with a systemd as its first process, for the scripts that read this file: check_machine, boot, and inside. What is in
# the directory $work/installed is seen there on top of this machine. Needs lib.sh before it, and $top.

outer='' init=''
group=''

skip() {
    echo "SKIPPED: no systemd can be booted here: $1"
    exit 0
}

clean() {
    # With process 1 of the container everything in it ends, and with that its mounts and its network.
    [ -z "$outer" ] || kill -9 "$outer" 2>/dev/null
    [ -z "$init" ] || kill -9 "$init" 2>/dev/null
    [ -z "$outer" ] || wait "$outer" 2>/dev/null
    if [ -n "$group" ]; then
        tries=0
        until find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || [ $tries -ge 50 ]; do
            tries=$((tries + 1))
            sleep 0.1
        done
    fi
    rm -rf "$work"
}
trap clean EXIT

check_machine() {
    [ "$(id -u)" -eq 0 ] || skip 'this needs root'
    for program in unshare nsenter setpriv ip; do
        command -v $program >/dev/null || skip "there is no $program (apt-get install util-linux iproute2)"
    done
    [ -x /lib/systemd/systemd ] || skip 'it is not installed (apt-get install systemd)'
    grep -qw overlay /proc/filesystems || skip 'the kernel has no overlay file system'
    hierarchy=$(while read -r _ place type _; do [ "$type" != cgroup2 ] || echo "$place"; done </proc/mounts | head -n 1)
    [ -n "$hierarchy" ] || skip 'there is no unified control group hierarchy'
}

boot() {
    mkdir "$hierarchy/heartbeat-test.$$" 2>"$work/boot" || skip "$(cat "$work/boot")"
    group=$hierarchy/heartbeat-test.$$
    mkdir "$work/container"
    (
        sh -c "echo \$PPID >'$group/cgroup.procs'" || exit
        # However this script ends, the container does too.
        exec setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --uts --ipc --net --cgroup \
            "$top/Tests/systemd/container" "$work/container" "$work/installed"
    ) >"$work/boot" 2>&1 &
    outer=$!
    tries=0
    until inside systemctl is-active --quiet sysinit.target 2>/dev/null; do
        tries=$((tries + 1))
        if [ $tries -gt 200 ] || ! kill -0 "$outer" 2>/dev/null; then skip "$(tail -n 5 "$work/boot")"; fi
        sleep 0.1
        init=$(grep -l "^PPid:[[:space:]]*$outer\$" /proc/[0-9]*/status 2>/dev/null | tr -dc 0-9)
    done
}

inside() { [ -n "$init" ] && nsenter -t "$init" -m -p -u -i -n -C -r -w -- "$@"; }
