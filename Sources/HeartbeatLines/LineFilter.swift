// Rules for nftables that belong to lines: connections stay on the line that they have begun on, answers leave by the line that was
// asked by, also behind a port forward, and what leaves has the line's address. Text out.

import HeartbeatModel

package enum LineFilter {
    /// For `nft -f`. Lines without a mark are left out.
    package static func text(_ configuration: LineConfiguration) -> String {
        let marked = configuration.lines.compactMap { line in line.mark.map { (line.interface, $0) } }
        let incoming = marked.map { "        iifname \"\($0)\" ct state new ct mark set \($1)\n" }.joined()
        let outgoing = marked.map { "        oifname \"\($0)\" ct state new ct mark set \($1)\n" }.joined()
        let translated = configuration.lines.map { "        oifname \"\($0.interface)\" masquerade\n" }.joined()
        let outside = configuration.lines.map { "\"\($0.interface)\"" }.joined(separator: ", ")
        return """
            table ip lines {
                chain prerouting {
                    type filter hook prerouting priority mangle;
            \(incoming)\
                    iifname != { \(outside) } ct mark != 0 meta mark set ct mark
                }
                chain output {
                    type route hook output priority mangle;
                    meta mark 0 ct mark != 0 meta mark set ct mark
                }
                chain postrouting {
                    type filter hook postrouting priority mangle;
            \(outgoing)\
                }
                chain translation {
                    type nat hook postrouting priority srcnat;
            \(translated)\
                }
            }

            """
    }
}
