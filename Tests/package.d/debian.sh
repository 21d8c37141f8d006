# shellcheck shell=bash disable=SC2154
# A Debian in a directory with its heartbeat 3, which nobody has started: made once, kept in $store, and never changed. What was
# fetched for it stays in there, so that its heartbeat can be installed again without a network. Needs $top and skip.

store=$top/.build/package
wanted=systemd,systemd-sysv,logrotate,procps,iproute2,ifupdown,netbase,net-tools,iputils-ping,heartbeat

fetch() {
    [ "$(cat "$store/ready" 2>/dev/null)" != "$wanted" ] || return 0
    rm -rf --one-file-system "$store"
    mkdir -p "$store"
    mmdebstrap --variant=minbase --skip=cleanup/apt --include=$wanted \
        bookworm "$store/root" ${MIRROR:+"$MIRROR"} >"$store/log" 2>&1 || skip "mmdebstrap: $(tail -n 1 "$store/log")"
    echo $wanted >"$store/ready"
}
