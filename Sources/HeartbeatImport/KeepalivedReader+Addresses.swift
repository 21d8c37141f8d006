// The lines of virtual_ipaddress: `ADDRESS[/BITS] [dev INTERFACE] [label LABEL] [brd ADDRESS] [scope SCOPE]`.

import HeartbeatModel

extension KeepalivedReader {
    mutating func readAddresses(_ statement: KeepalivedStatement) -> [ImportedAddress] {
        (statement.block ?? []).compactMap { readAddress($0) }
    }

    private mutating func readAddress(_ line: KeepalivedStatement) -> ImportedAddress? {
        let parts = line.keyword.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let ip = IPAddress(parts.first ?? ""), ip.isUnicast else {
            lose(line, "no address that an interface can own: four numbers from 0 to 255, or an IPv6 address")
            return nil
        }
        var address = ImportedAddress(ip: ip, place: line.place)
        if parts.count == 2 {
            address.bits =
                DecimalNumber.value(parts[1]).flatMap { (1...ip.length).contains($0) ? $0 : nil }
                ?? (ip.isIPv6 ? nil : IPAddress(ipv4: parts[1])?.netmaskLength.flatMap { $0 > 0 ? $0 : nil })
            if address.bits == nil { lose(line, "its number of bits is none") }
        }
        var rest = line.words.dropFirst()
        while let word = rest.popFirst() {
            switch word {
            case "dev", "label", "brd", "broadcast", "scope", "peer":
                set(word, rest.popFirst() ?? "", of: &address, line)
            case "home", "-nodad", "nodad", "mngtmpaddr", "noprefixroute", "no_track":
                host.find(.changed, line.place, line.text, "\(word) has no counterpart; the address is as any other")
            default: lose(line, "\(word) has no counterpart")
            }
        }
        return address
    }

    private mutating func set(
        _ option: String, _ value: String, of address: inout ImportedAddress, _ line: KeepalivedStatement
    ) {
        switch option {
        case "dev":
            guard ImportedWord.isInterface(value) else { return lose(line, "that cannot be the name of an interface") }
            address.interface = value
        case "label": address.label = value
        case "brd", "broadcast":
            // `+` and `-` are what the number of bits says.
            guard value != "+", value != "-" else { return }
            guard let broadcast = IPAddress(ipv4: value), !address.ip.isIPv6 else {
                return lose(line, "no broadcast address")
            }
            address.broadcast = broadcast
        case "scope":
            guard value != "global", value != "0" else { return }
            host.find(.changed, line.place, line.text, "its scope is that of any other address")
        default: lose(line, "an address of a point-to-point line cannot be written")
        }
    }

    private mutating func lose(_ line: KeepalivedStatement, _ why: String) {
        host.find(.lost, line.place, line.text, why, "write it into haresources by hand, or leave it out")
    }

    /// Labels need their interface, which may be that of the instance.
    mutating func checkLabels(of instance: inout ImportedInstance) {
        for index in instance.addresses.indices {
            let address = instance.addresses[index]
            guard let label = address.label else { continue }
            let isGood = address.interface.map { ImportedWord.isLabel(label, of: $0) } ?? false
            guard !isGood || address.ip.isIPv6 else { continue }
            instance.addresses[index].label = nil
            // A label that is the interface itself is none.
            guard label != address.interface else { continue }
            host.find(
                .lost, address.place, "label \(label)",
                "a label is that of an IPv4 address: its interface, a colon, and 15 characters at most in all",
                "write another one into haresources if something looks for it")
        }
    }
}
