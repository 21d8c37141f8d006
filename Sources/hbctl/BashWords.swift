// What the script for bash needs besides what is generated: there a colon ends a word, and names of groups have colons.

enum BashWords {
    /// The script with whole words; `nil` where `generated` is none for bash.
    static func script(around generated: String) -> String? {
        guard generated.hasPrefix("#!/bin/bash\n") else { return nil }
        return generated + "\n\n" + wholeWords + "\n"
    }

    private static let wholeWords = #"""
        # bash ends words also at colons, equals signs and @, which names of groups and options have: what stands together on the
        # command line is put together for the function above, and what readline keeps of it is taken from what is offered.
        _hbctl_whole_words() {
            local -a words=()
            local -i start=0 cword=-1
            local rest="${COMP_LINE}" piece gap
            for piece in "${COMP_WORDS[@]}"; do
                gap="${rest%%[![:space:]]*}"
                rest="${rest#"${gap}"}"
                if [[ -z "${gap}" && "${#words[@]}" -gt 0 ]]; then
                    words[${#words[@]} - 1]+="${piece}"
                else
                    words+=("${piece}")
                    if [[ $((${#COMP_LINE} - ${#rest})) -le "${COMP_POINT}" ]]; then
                        start=$((${#COMP_LINE} - ${#rest}))
                        cword+=1
                    fi
                fi
                rest="${rest#"${piece}"}"
            done

            local cur=''
            if [[ "${COMP_POINT}" -gt $((start + ${#words[cword]})) ]]; then
                cword+=1
            else
                cur="${COMP_LINE:start:COMP_POINT - start}"
            fi
            local stem="${cur%"${2}"}"
            if [[ "${cur}" != *"${2}" || "${stem}" != *[:=@] ]]; then
                stem=''
                cur="${2}"
            fi

            local -a COMP_WORDS=("${words[@]}")
            local -i COMP_CWORD="${cword}"
            _hbctl "${1}" "${cur}" "${words[cword - 1]}"
            COMPREPLY=("${COMPREPLY[@]#"${stem}"}")

            # A group is no file, of which the last part would be shown alone, and every colon behind a backslash.
            if [[ "${#COMPREPLY[@]}" -gt 0 && ! -e "${stem}${COMPREPLY[0]}" && "${COMPREPLY[0]}" != '~'* ]]; then
                compopt +o filenames 2>/dev/null
            fi
        }

        complete -o filenames -F _hbctl_whole_words hbctl
        """#
}
