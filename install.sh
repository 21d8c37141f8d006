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
# What has been installed below the prefix, with what is in it: a line `digest path` for a file, `-> text path` for a link.
# Other packages have files in the same directories, so that nothing else may be removed.
manifest=$share/manifest
installed=''
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

# Whether dpkg knows Debian's package: `installed`; `config-files` when it has been removed; nothing otherwise.
state_of_the_original() { state_of_package heartbeat; }

state_of_package() { # name
    [ -z "$root" ] && command -v dpkg-query >/dev/null || return 0
    # shellcheck disable=SC2016 # dpkg-query's own notation
    dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null
}

# How the daemon is given an order here: by systemd where it runs, else by the init script.
order() { # word-for-systemctl word-for-the-init-script
    if [ -d "${SYSTEMD_RUNTIME:-/run/systemd/system}" ]; then
        echo "systemctl $1 heartbeat"
    else
        echo "service heartbeat $2"
    fi
}

# Both own the same paths, and the next upgrade of the package would mix them.
refuse_the_original() {
    [ "$(state_of_the_original)" = installed ] || return 0
    tell_orphans remove heartbeat
    fail "the Debian package heartbeat is installed: $(order stop stop) && apt-get remove heartbeat"
}

# Our own, whose files and links are dpkg's.
refuse_our_package() {
    [ "$(state_of_package swift-heartbeat)" != installed ] ||
        fail "the Debian package swift-heartbeat is installed: apt-get remove swift-heartbeat"
}

# What came with Debian's heartbeat is nobody's any more when it goes: the agents that resource scripts call, the firewall,
# the log. Libraries are not worth a word.
tell_orphans() { # command-of-apt-get...
    orphans=$(apt-get --simulate --auto-remove "$@" 2>/dev/null |
        sed -n 's/^Remv \([^ :]*\).*/\1/p' | grep -v -e '^lib' -e '^heartbeat$' | tr '\n' ' ')
    [ -z "$orphans" ] || echo "install.sh: with the next 'apt-get autoremove' these would be removed as well, because" \
        "only Debian's heartbeat asked for them. Keep what you use: apt-mark manual ${orphans% }" >&2
}

put() { # mode source target
    install -D -m "$1" "$2" "$root$3" || fail "cannot install $root$3"
    note "$3"
}

link() { # text target
    if ! mkdir -p "$root${2%/*}" || ! ln -sfn "$1" "$root$2"; then fail "cannot link $root$2"; fi
    note "$2"
}

note() { # path
    case $1 in "$prefix"/*) installed="$installed$1
" ;; esac
}

# The new file replaces the old one in one step: what runs goes on with the old.
put_program() { # name target
    install -D -m 755 "$bin/$1" "$root$2.new" || fail "cannot install $root$2.new"
    ! command -v strip >/dev/null || strip "$root$2.new" || fail "cannot strip $root$2.new"
    mv "$root$2.new" "$root$2" || fail "cannot install $root$2"
    note "$2"
}

# What a shell offers when somebody presses TAB, as the program itself says it.
put_completion() { # shell target
    if ! mkdir -p "$root${2%/*}" || ! "$bin/hbctl" --generate-completion-script "$1" >"$root$2.new" ||
        ! chmod 644 "$root$2.new" || ! mv "$root$2.new" "$root$2"; then
        fail "cannot install $root$2"
    fi
    note "$2"
}

# Paths of this product in it become those below the prefix.
put_text() { # mode source target
    put "$1" "$2" "$3"
    text_of "$2" >"$root$3" || fail "cannot install $root$3"
}

# Not the directory /usr/libexec/heartbeat itself: in HA_BIN, scripts look for the programs of resource-agents.
text_of() { # source
    sed "s|/usr/libexec/heartbeat/heartbeat|$libexec/heartbeat|g; s|/usr/bin/|$prefix/bin/|g
        s|/usr/share/|$prefix/share/|g" "$1"
}

# As a line of the manifest; nothing if there is no such file.
line_of() { # path
    if [ -L "$root$1" ]; then
        echo "-> $(readlink "$root$1") $1"
    elif [ -f "$root$1" ]; then
        echo "$(sha256sum <"$root$1" | cut -d ' ' -f 1) $1"
    fi
}

# What an earlier version has installed and this one does not have goes.
write_manifest() {
    old=''
    [ ! -f "$root$manifest" ] || old=$(cat "$root$manifest")
    printf '%s' "$installed" | sort -u >"$root$manifest.paths" || fail "cannot write $root$manifest"
    while read -r path; do line_of "$path"; done <"$root$manifest.paths" >"$root$manifest.new" ||
        fail "cannot write $root$manifest"
    printf '%s' "$old${old:+
}" | while read -r line; do grep -qxF -- "${line##* }" "$root$manifest.paths" || remove "$line"; done
    rm "$root$manifest.paths"
    mv "$root$manifest.new" "$root$manifest" || fail "cannot write $root$manifest"
}

# Removes what is still as it was installed, and directories of heartbeat's, of completions and of pages that are empty then.
remove() { # line of the manifest
    path=${1##* }
    now=$(line_of "$path")
    if [ -z "$now" ]; then return; fi
    if [ "$now" != "$1" ]; then
        echo "install.sh: $root$path is not what was installed there, so it stays" >&2
        return
    fi
    rm -f "$root$path"
    path=${path%/*}
    while rmdir_of_ours "$path"; do path=${path%/*}; done
}

rmdir_of_ours() { # path
    case ${1#"$prefix"} in
    *heartbeat* | /share/bash-completion* | /share/zsh* | /share/fish* | /share/man/man*) rmdir "$root$1" 2>/dev/null ;;
    *) return 1 ;;
    esac
}

# Where callers of the original look for what it brought along.
put_doors() {
    HA_SHARE="$share" "$here/tools/doors" put "$root" || exit 1
    [ -e "$root/etc/init.d/heartbeat" ] || put_text 755 "$here/systemd/heartbeat.init" /etc/init.d/heartbeat
}

install_all() {
    refuse_the_original
    refuse_our_package
    find_programs
    put_program heartbeat "$libexec/heartbeat"
    link ../libexec/heartbeat/heartbeat "$prefix/sbin/heartbeat"
    for program in $programs; do
        case $program in
        heartbeat) ;;
        # The daemon looks for it beside itself.
        hb_guardian) put_program "$program" "$libexec/$program" ;;
        *) put_program "$program" "$prefix/bin/$program" ;;
        esac
    done
    if [ -x "$bin/hbctl" ]; then
        put_completion bash "$prefix/share/bash-completion/completions/hbctl"
        put_completion zsh "$prefix/share/zsh/vendor-completions/_hbctl"
        put_completion fish "$prefix/share/fish/vendor_completions.d/hbctl.fish"
    fi
    for program in hb_standby hb_takeover; do link "../../bin/$program" "$prefix/share/heartbeat/$program"; done
    for file in harc doors; do put_text 755 "$here/tools/$file" "$share/$file"; done
    # Others read it.
    put_text 644 "$here/tools/shellfuncs" "$share/shellfuncs"
    for file in ResourceManager req_resource mach_down hb_addnode; do
        put_text 755 "$here/tools/$file" "$prefix/share/heartbeat/$file"
    done
    for name in hb_delnode hb_setweight hb_setsite; do link hb_addnode "$prefix/share/heartbeat/$name"; done
    for file in "$here"/resource.d/*; do
        if [ -x "$file" ]; then mode=755; else mode=644; fi
        put_text $mode "$file" "$share/resource.d/${file##*/}"
    done
    for unit in heartbeat.service hb_lines.service hb_gateway.service faild.service heartbeat-exporter.service heartbeat-exporter.socket; do
        put_text 644 "$here/systemd/$unit" "$prefix/lib/systemd/system/$unit"
    done
    put 644 "$here/systemd/heartbeat.sysusers" "$prefix/lib/sysusers.d/heartbeat.conf"
    put 644 "$here/systemd/heartbeat.tmpfiles" "$prefix/lib/tmpfiles.d/heartbeat.conf"
    put 644 "$here/systemd/swift-heartbeat.catalog" "$prefix/lib/systemd/catalog/swift-heartbeat.catalog"
    [ -e "$root$logrotate" ] || put 644 "$here/systemd/heartbeat.logrotate" "$logrotate"
    for file in "$here"/*.example "$here"/*.md "$here/LICENSE" "$here"/docs/* "$here"/schemas/* "$here"/monitoring/*; do
        [ ! -f "$file" ] || put 644 "$file" "$documents/${file#"$here"/}"
    done
    # The section is what stands behind the last dot.
    for file in "$here"/man/*.[1-8]; do
        [ ! -f "$file" ] || put_text 644 "$file" "$prefix/share/man/man${file##*.}/${file##*/}"
    done
    write_manifest
    put_doors
    [ -n "$root" ] || tell_system
}

# What journalctl -x says of lines is looked up in a database of all catalogs.
update_catalog() {
    ! command -v journalctl >/dev/null || journalctl --update-catalog
}

tell_system() {
    ! command -v systemd-sysusers >/dev/null || systemd-sysusers "$prefix/lib/sysusers.d/heartbeat.conf"
    ! command -v systemd-tmpfiles >/dev/null || systemd-tmpfiles --create "$prefix/lib/tmpfiles.d/heartbeat.conf"
    update_catalog
    [ "$(state_of_the_original)" != config-files ] || tell_orphans autoremove
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
    if "$libexec/heartbeat" -s >/dev/null; then
        echo "Installed. The running daemon is still the old one: heartbeat --upgrade, or $(order restart restart)"
    elif [ -e /etc/ha.d/ha.cf ]; then
        echo "Installed. Next: heartbeat -t, then $(order 'enable --now' start)"
    else
        echo "Installed. Next: ha.cf, haresources and authkeys in /etc/ha.d; examples are in $documents"
    fi
}

uninstall_all() {
    refuse_our_package
    # When Debian's is there, the daemon and the unit are its own.
    if [ -z "$root" ] && [ "$(state_of_the_original)" != installed ]; then
        if [ -x "$libexec/heartbeat" ] && "$libexec/heartbeat" -s >/dev/null; then
            fail "heartbeat runs: $(order 'disable --now' stop)"
        fi
        if [ -d /run/systemd/system ]; then
            systemctl --quiet disable heartbeat.service 2>/dev/null
            # Its rules and routes stay, so that traffic goes on as it does.
            systemctl --quiet disable --now hb_lines.service 2>/dev/null
            # It hands the service over before it ends.
            systemctl --quiet disable --now hb_gateway.service 2>/dev/null
            # Its routes go with it: packets take the LAN that their addresses name.
            systemctl --quiet disable --now faild.service 2>/dev/null
        fi
    fi
    if [ -f "$root$manifest" ]; then
        while read -r line; do remove "$line"; done <"$root$manifest"
        remove "$(line_of "$manifest")"
    fi
    # Changed by its owner, or another's: it stays.
    ! cmp -s "$here/systemd/heartbeat.logrotate" "$root$logrotate" || rm -f "$root$logrotate"
    ! text_of "$here/systemd/heartbeat.init" | cmp -s - "$root/etc/init.d/heartbeat" || rm -f "$root/etc/init.d/heartbeat"
    HA_SHARE="$share" "$here/tools/doors" remove "$root"
    rmdir "$root/etc/ha.d/resource.d" "$root/etc/ha.d/rc.d" "$root/etc/ha.d/notify.d" "$root/etc/ha.d" 2>/dev/null
    [ -n "$root" ] || update_catalog
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
