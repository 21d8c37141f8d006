// What one host's configuration of another program says, in words that all of those programs share. Their readers make it, and
// PairWriter makes a pair of it.

import HeartbeatConfig
import HeartbeatModel

/// A service address with what stands beside it.
struct ImportedAddress: Hashable {
    var ip: IPAddress
    /// `nil`: not written.
    var bits: Int?
    var interface: String?
    /// With the interface in front, as `eth0:1`.
    var label: String?
    var broadcast: IPAddress?
    var place: ImportPlace

    /// The word of haresources.
    /// - Parameter bits: where none is written and an interface is named.
    func word(defaultBits: Int) -> String {
        var parts = [ip.isIPv6 ? ip.withoutGap : "\(ip)"]
        if let interface {
            parts += [String(bits ?? defaultBits), label ?? interface]
        } else if let bits, bits < ip.length {
            parts.append(String(bits))
        }
        if let broadcast, parts.count > 1 { parts.append("\(broadcast)") }
        return (ip.isIPv6 ? "IPv6addr::" : "") + parts.joined(separator: "/")
    }
}

/// Addresses that move together: a VRRP instance, a CARP host.
struct ImportedInstance: Hashable {
    var place: ImportPlace
    /// As its statement has it, with the keyword.
    var title: String
    var name: String
    /// By which the two hosts' instances belong together.
    var id: Int?
    var interface: String?
    /// The higher one serves.
    var priority = 100
    /// What it is when it starts, where that is said.
    var isMaster: Bool?
    /// Milliseconds from advertisement to advertisement.
    var advert = 1000
    /// Milliseconds of silence after which the other host serves.
    var deadAfter = 4000
    /// Whether it takes the addresses back from a host of lower priority.
    var preempts = true
    /// VRRP version 3, which all of IPv6 is.
    var isVersion3 = false
    var preemptPlace: ImportPlace?
    /// Milliseconds before it does.
    var preemptDelay: Int?
    var source: IPAddress?
    var peers: [IPAddress] = []
    var addresses: [ImportedAddress] = []

    var isIPv6: Bool { addresses.first?.ip.isIPv6 ?? source?.isIPv6 ?? peers.first?.isIPv6 ?? false }
}

/// Instances that move together.
struct ImportedSyncGroup: Hashable {
    var place: ImportPlace
    var name: String
    var members: [String]
}

struct ImportedHost {
    /// Path of its file.
    var file: String
    /// What it calls itself, if that can be a node's name.
    var name: String?
    var instances: [ImportedInstance] = []
    var syncGroups: [ImportedSyncGroup] = []
    /// Interfaces that are watched besides those of the addresses.
    var trackedInterfaces: [String] = []
    /// Lines of ha.cf.
    var probes: [String] = []
    var findings: [ImportFinding] = []

    init(file: String) { self.file = file }

    mutating func find(
        _ outcome: ImportFinding.Outcome, _ place: ImportPlace, _ what: String, _ why: String, _ remedy: String? = nil
    ) {
        findings.append(ImportFinding(outcome, place, what, why, remedy))
    }
}

/// What words can be in the files that are made.
enum ImportedWord {
    /// A name that both haresources and ha.cf take: there are no quotes, and what begins with a digit is a broadcast address.
    static func isInterface(_ word: String) -> Bool {
        InterfaceName.isPossible(word) && word.utf8.allSatisfy(\.isNameByte) && word.utf8.first?.isDigit == false
            && !word.hasPrefix("-")
    }

    static func isLabel(_ word: String, of interface: String) -> Bool {
        guard word.hasPrefix(interface + ":"), InterfaceName.isPossible(word) else { return false }
        let end = word.utf8.dropFirst(interface.utf8.count + 1)
        return !end.isEmpty && end.allSatisfy(\.isNameByte)
    }

    /// What `uname -n` may print.
    static func isNodeName(_ word: String) -> Bool {
        let bytes = word.utf8
        return (1...64).contains(bytes.count)
            && bytes.allSatisfy { $0.isDigit || $0.isLetter || "-.".utf8.contains($0) }
            && bytes.first.map { $0.isDigit || $0.isLetter } == true
    }

    /// Digits, perhaps with decimals, as thousandths; `nil` for anything else and for more than ten million.
    static func thousandths(_ word: String) -> Int? {
        let parts = word.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = number(first) else { return nil }
        guard parts.count == 2 else { return whole * 1000 }
        let decimals = parts[1].utf8
        guard decimals.allSatisfy(\.isDigit), let rest = number(String((parts[1] + "000").prefix(3))) else {
            return nil
        }
        return whole * 1000 + rest
    }

    /// Digits only; `nil` for anything else and for more than ten million.
    static func number(_ word: some StringProtocol) -> Int? {
        guard (1...8).contains(word.utf8.count), word.utf8.allSatisfy(\.isDigit), let number = Int(word) else {
            return nil
        }
        return number <= 10_000_000 ? number : nil
    }
}
