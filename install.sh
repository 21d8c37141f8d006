#!/bin/sh
# Installs the built programs, or takes them away again; never touches what is in /etc/ha.d. The same script does it in a
# clone (make install) and where the archive of `make dist` was unpacked, which needs neither Swift nor make.
#
# usage: install.sh [install|uninstall]
#
# Environment:
#   PREFIX    below which everything goes, but for /etc (default /usr, because callers of the original expect
#             /usr/bin/cl_status and /usr/share/heartbeat/hb_standby)
#   DESTDIR   a directory to put in front of every path, to look at the result or to package it (default none)
#   BIN       where the programs are (default: programs beside this script, else .build/release)
#   PROGRAMS  their names (default: all in BIN; in a clone make names them)
set -u

prefix=${PREFIX:-/usr}
root=${DESTDIR:-}
here=$(cd "$(dirname "$0")" && pwd)
libexec=$prefix/libexec/heartbeat
share=$prefix/share/swift-heartbeat
documents=$prefix/share/doc/swift-heartbeat
logrotate=/etc/logrotate.d/heartbeat

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

find_programs() {
    if [ -n "${BIN:-}" ]; then
        bin=$BIN
    elif [ -d "$here/programs" ]; then
        bin=$here/programs
    else
        bin=$here/.build/release
    fi
    programs=${PROGRAMS:-$(cd "$bin" 2>/dev/null && echo *)}
    for program in ${programs:-heartbeat}; do
        [ -x "$bin/$program" ] || fail "$bin/$program is not built; run 'make build' first (as the owner of the clone)"
        needed=$(ldd "$bin/$program" 2>&1) || fail "$bin/$program does not run on this machine: $needed"
        case $needed in
        *libswift*) fail "$bin/$program needs the Swift runtime of this machine; build it with 'make build'" ;;
        *'not found'*)
            echo "$needed" | grep 'not found' >&2
            fail "libraries are missing: apt-get install $(cat "$here/packages" 2>/dev/null || echo libsystemd0 libstdc++6)"
            ;;
        esac
    done
}

# Both own the same paths, and the next upgrade of the package would mix them.
refuse_the_original() {
    [ -z "$root" ] && command -v dpkg-query >/dev/null || return 0
    # shellcheck disable=SC2016 # dpkg-query's own notation
    case $(dpkg-query -W -f '${db:Status-Status}' heartbeat 2>/dev/null) in
    installed) fail "the Debian package heartbeat is installed: systemctl stop heartbeat && apt-get remove heartbeat" ;;
    esac
}

put() { # mode source target
    install -D -m "$1" "$2" "$root$3" || fail "cannot install $root$3"
}

link() { # text target
    if ! mkdir -p "$root${2%/*}" || ! ln -sfn "$1" "$root$2"; then fail "cannot link $root$2"; fi
}

# The new file replaces the old one in one step: what runs goes on with the old.
put_program() { # name target
    put 755 "$bin/$1" "$2.new"
    ! command -v strip >/dev/null || strip "$root$2.new" || fail "cannot strip $root$2.new"
    mv "$root$2.new" "$root$2" || fail "cannot install $root$2"
}

# Paths below /usr in it become those below the prefix.
put_text() { # mode source target
    put "$1" "$2" "$3"
    text_of "$2" >"$root$3" || fail "cannot install $root$3"
}

text_of() { # source
    sed "s|/usr/libexec/heartbeat|$libexec|g; s|/usr/bin/|$prefix/bin/|g; s|/usr/share/|$prefix/share/|g" "$1"
}

# Where callers of the original look for what it brought along. What is there already is somebody's own.
put_doors() {
    mkdir -p "$root/etc/ha.d/resource.d" "$root/etc/ha.d/rc.d" || fail "cannot make $root/etc/ha.d"
    for file in harc shellfuncs; do put_door "$share/$file" "/etc/ha.d/$file"; done
    for file in "$here"/resource.d/*; do
        put_door "$share/resource.d/${file##*/}" "/etc/ha.d/resource.d/${file##*/}"
    done
    [ -e "$root/etc/init.d/heartbeat" ] || put_text 755 "$here/systemd/heartbeat.init" /etc/init.d/heartbeat
}

put_door() { # text target
    if [ -e "$root$2" ] || { [ -L "$root$2" ] && ! is_door "$root$2"; }; then return; fi
    link "$1" "$2"
}

is_door() { # path
    case $(readlink "$1") in "$share"/*) return 0 ;; esac
    return 1
}

install_all() {
    refuse_the_original
    find_programs
    put_program heartbeat "$libexec/heartbeat"
    link ../libexec/heartbeat/heartbeat "$prefix/sbin/heartbeat"
    for program in $programs; do
        [ "$program" = heartbeat ] || put_program "$program" "$prefix/bin/$program"
    done
    for program in hb_standby hb_takeover; do link "../../bin/$program" "$prefix/share/heartbeat/$program"; done
    for file in harc shellfuncs; do put_text 755 "$here/tools/$file" "$share/$file"; done
    for file in ResourceManager req_resource mach_down hb_addnode; do
        put_text 755 "$here/tools/$file" "$prefix/share/heartbeat/$file"
    done
    for name in hb_delnode hb_setweight hb_setsite; do link hb_addnode "$prefix/share/heartbeat/$name"; done
    for file in "$here"/resource.d/*; do
        if [ -x "$file" ]; then mode=755; else mode=644; fi
        put $mode "$file" "$share/resource.d/${file##*/}"
    done
    put_text 644 "$here/systemd/heartbeat.service" "$prefix/lib/systemd/system/heartbeat.service"
    put 644 "$here/systemd/heartbeat.sysusers" "$prefix/lib/sysusers.d/heartbeat.conf"
    put 644 "$here/systemd/heartbeat.tmpfiles" "$prefix/lib/tmpfiles.d/heartbeat.conf"
    [ -e "$root$logrotate" ] || put 644 "$here/systemd/heartbeat.logrotate" "$logrotate"
    for file in "$here"/*.example "$here"/*.md "$here/LICENSE" "$here"/docs/*; do
        [ ! -f "$file" ] || put 644 "$file" "$documents/${file#"$here"/}"
    done
    put_doors
    tell_covered
    [ -n "$root" ] || tell_system
}

tell_system() {
    ! command -v systemd-sysusers >/dev/null || systemd-sysusers heartbeat.conf
    ! command -v systemd-tmpfiles >/dev/null || systemd-tmpfiles --create heartbeat.conf
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
    if "$libexec/heartbeat" -s >/dev/null; then
        echo "Installed. The running daemon is still the old one: systemctl restart heartbeat"
    elif [ -e /etc/ha.d/ha.cf ]; then
        echo "Installed. Next: heartbeat -t, then systemctl enable --now heartbeat"
    else
        echo "Installed. Next: ha.cf, haresources and authkeys in /etc/ha.d; examples are in $documents"
    fi
}

# Removing the package of the original leaves its scripts, and they would go on doing the work.
tell_covered() {
    covered=''
    for file in "$here"/resource.d/*; do
        own=$root/etc/ha.d/resource.d/${file##*/}
        if [ -x "$own" ] && ! { [ -L "$own" ] && is_door "$own"; }; then covered="$covered ${file##*/}"; fi
    done
    [ -z "$covered" ] || echo "In /etc/ha.d/resource.d are, and will be used instead of those installed now:$covered." \
        "If they are an earlier heartbeat's and not your own, remove them; the IPaddr of Debian 12 refuses every" \
        "interface but eth0."
}

uninstall_all() {
    if [ -z "$root" ] && [ -x "$libexec/heartbeat" ] && "$libexec/heartbeat" -s >/dev/null; then
        fail "heartbeat runs: systemctl disable --now heartbeat"
    fi
    if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl --quiet disable heartbeat.service 2>/dev/null; fi
    rm -rf "$root$share" "$root$documents" "$root$libexec"
    for program in heartbeat cl_status hb_standby hb_takeover hb_address faild \
        ResourceManager req_resource mach_down hb_addnode hb_delnode hb_setweight hb_setsite; do
        rm -f "$root$prefix/bin/$program" "$root$prefix/sbin/$program" "$root$prefix/share/heartbeat/$program"
    done
    rm -f "$root$prefix/lib/systemd/system/heartbeat.service" "$root$prefix/lib/sysusers.d/heartbeat.conf" \
        "$root$prefix/lib/tmpfiles.d/heartbeat.conf"
    # Changed by its owner, or another's: it stays.
    ! cmp -s "$here/systemd/heartbeat.logrotate" "$root$logrotate" || rm -f "$root$logrotate"
    ! text_of "$here/systemd/heartbeat.init" | cmp -s - "$root/etc/init.d/heartbeat" || rm -f "$root/etc/init.d/heartbeat"
    for file in "$root"/etc/ha.d/* "$root"/etc/ha.d/resource.d/*; do
        if [ -L "$file" ] && is_door "$file"; then rm -f "$file"; fi
    done
    rmdir "$root$prefix/share/heartbeat" "$root/etc/ha.d/resource.d" "$root/etc/ha.d/rc.d" "$root/etc/ha.d" 2>/dev/null
    [ -n "$root" ] || [ ! -d /run/systemd/system ] || systemctl daemon-reload
    echo "Uninstalled. Kept: ${root}/etc/ha.d and ${root}/var/lib/heartbeat, if there is anything in them."
}

[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "needs root (or DESTDIR)"
case ${1:-install} in
install) install_all ;;
uninstall) uninstall_all ;;
*)
    echo "usage: install.sh [install|uninstall]" >&2
    exit 2
    ;;
esac
