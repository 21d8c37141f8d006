# shellcheck shell=sh
# What IPaddr, IPaddr2, IPv6addr and SendArp have in common: hb_address does it, the same way as the daemon itself. Read by
# those scripts; it never returns.
#
# Exit codes (LSB): 0 done, or running; 1 failed; 2 wrong arguments; 3 status: stopped; 5 hb_address is not installed.
# Environment: HA_RSCTMP (where SendArp keeps in mind that it was started).

name=${0##*/}
for program in hb_address /usr/bin/hb_address; do
    if command -v "$program" >/dev/null; then exec "$program" "$name" "$@"; fi
done
echo "$name: hb_address is neither in PATH nor is there a $program; install it with heartbeat" >&2
exit 5
