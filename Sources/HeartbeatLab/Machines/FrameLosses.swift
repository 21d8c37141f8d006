// Frames that a switch throws away, as nftables is told: for faults that no interface reports.

/// Which frames are lost, as conditions of nftables.
struct FrameLosses: Hashable, Sendable {
    /// Of what comes in at a port.
    var arriving: [String] = []
    /// Of what goes from port to port.
    var passing: [String] = []
    /// Of what goes out at a port.
    var leaving: [String] = []

    /// A file for `nft -f`; it replaces whatever was lost before.
    var script: String {
        func chain(_ name: String, _ hook: String, _ lines: [String]) -> String {
            "  chain \(name) { type filter hook \(hook) priority 0; policy accept;\n"
                + lines.map { "    \($0) drop\n" }.joined() + "  }\n"
        }
        return "add table bridge torture\ndelete table bridge torture\ntable bridge torture {\n"
            + chain("arriving", "prerouting", arriving) + chain("passing", "forward", passing)
            + chain("leaving", "postrouting", leaving) + "}\n"
    }
}
