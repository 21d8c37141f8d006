# shellcheck shell=sh disable=SC2154
# Compares docs/units.md with the units and with what systemd-analyze says of them. Read by Tests/install.d/run: needs lib.sh, $top,
# and the installed units in $work/units, with what is beside them in $work/root.

# shellcheck source=Tests/systemd/units-page.sh
. "$top/Tests/systemd/units-page.sh"

# The line of a unit that begins with $1: exposure and word.
said_of() { sed -n "s/^| $1 | \([0-9.]* [A-Z]*\) |.*/\1/p" "$units_page"; } # start of the line, a pattern

measured_of() { # file
    systemd-analyze security --offline=yes --no-pager "$1" | sed -n 's/.*exposure level for [^:]*: \([0-9.]* [A-Z]*\).*/\1/p'
}

# Another version of systemd looks at other things, so that only much more would be a mistake.
exposure_is() { # name pattern file
    said=$(said_of "$2")
    has "docs/units.md has a score of $1" "$said" .
    if [ "$version" = "$page_version" ]; then
        is "which is what systemd says of it" "$(measured_of "$3")" "$said"
    else
        most=$(echo "$said" | awk '{ most = $1 * 10 + 10; print most < 100 ? most : 100 }')
        run systemd-analyze security --offline=yes --no-pager --threshold="$most" "$3"
        is "and systemd $version gives it at most $most of 100" "$code" 0
    fi
}

version=$(systemd-analyze --version | awk 'NR == 1 { print $2 }')
page_version=$(sed -n 's/.*of systemd \([0-9]*\) says.*/\1/p' "$units_page")
bounded=$(drop_in hb_lines.service.d/bound.conf)
has 'the page has a drop-in that binds hb_lines' "$bounded" CapabilityBoundingSet=
mkdir "$work/units/bound"
{ cat "$work/units/hb_lines.service"; echo "$bounded"; } >"$work/units/bound/hb_lines.service"
if [ "$version" -ge 250 ]; then
    for unit in heartbeat hb_lines hb_gateway faild heartbeat-exporter; do
        exposure_is "$unit" "\`$unit.service\`" "$work/units/$unit.service"
    done
    exposure_is 'hb_lines with the drop-in' "\`hb_lines.service\` with \`bound.conf\` below" "$work/units/bound/hb_lines.service"
else
    echo "SKIPPED: systemd $version cannot tell the exposure of units that are not loaded"
fi

# What the page says is given up, and what is kept.
names() { grep -o 'CAP_[A-Z_]*' | LC_ALL=C sort -u | tr '\n' ' '; }
given=$(sed -n '/^| given up/,/^$/p' "$units_page" | names)
kept=$(sed -n '/^| kept/,/^$/p' "$units_page" | names)
for unit in heartbeat hb_lines hb_gateway; do
    is "the unit of $unit gives up what the page says" \
        "$(sed -n 's/^CapabilityBoundingSet=~//p' "$work/units/$unit.service" | names)" "$given"
    is "and sets nothing that would be in a script's way" \
        "$(grep -cE '^(Protect|Private|Restrict|SystemCall|NoNew|ReadOnly|ReadWrite|Inaccessible|Memory|Lock|User|Dynamic)' \
            "$work/units/$unit.service" | sed 's/^0$/nothing/')" nothing
done
if setpriv --list-caps >/dev/null 2>&1; then
    # Those of a newer kernel have only numbers here.
    is 'the page has a word on each capability, and on none twice' \
        "$(echo "$given$kept" | tr ' ' '\n' | grep . | LC_ALL=C sort | tr '\n' ' ')" \
        "$(setpriv --list-caps | grep -v '^cap_' | tr '[:lower:]' '[:upper:]' | sed 's/^/CAP_/' | LC_ALL=C sort | tr '\n' ' ')"
else
    echo 'SKIPPED: nobody lists the capabilities here, setpriv is not installed'
fi
