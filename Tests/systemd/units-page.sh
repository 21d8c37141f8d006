# shellcheck shell=sh disable=SC2034,SC2154
# What the page of the units has for owners to copy, for the scripts that read this file. Needs $top.

units_page=$top/docs/units.md

# A drop-in, by its path as its first line has it.
drop_in() { # path
    sed -n "/^# $(echo "$1" | sed 's|[/.]|\\&|g')\$/,/^\`\`\`\$/{/^\`\`\`\$/d;p}" "$units_page"
}
