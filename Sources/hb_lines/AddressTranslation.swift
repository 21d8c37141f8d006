// Whether what leaves by a line gets an address that answers can be sent to. That is the owner's packet filter's matter; this only looks.

import Glibc
import HeartbeatModel

enum AddressTranslation {
    /// What to say about lines that no nftables rule translates for, or about nftables that cannot be asked.
    static func warnings(about lines: LineConfiguration) -> [String] {
        guard let ruleset = output(of: "nft list ruleset 2>/dev/null") else {
            return [
                "nft cannot be asked whether lines have address translation (Debian: apt-get install nftables)"
            ]
        }
        return linesWithout(in: ruleset, lines).map { line in
            "no nftables rule translates what leaves by line \(line.name); if nothing else does, hosts with private addresses get no "
                + "answers there: nft add rule ip nat postrouting oifname \(line.interface) masquerade"
        }
    }

    /// Lines that no rule of `nft list ruleset` has an address for.
    static func linesWithout(in ruleset: String, _ lines: LineConfiguration) -> [LineRule] {
        let rules = ruleset.split(separator: "\n").filter { rule in
            rule.split(separator: " ").contains { ["masquerade", "snat"].contains($0) }
        }
        return lines.lines.filter { line in
            !rules.contains { !$0.contains("oif") || $0.contains("\"\(line.interface)\"") }
        }
    }

    /// What a command prints; `nil` unless it succeeds.
    private static func output(of command: String) -> String? {
        guard let pipe = popen(command, "r") else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes += buffer[..<count] }
        return pclose(pipe) == 0 ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
