// Who takes part in a service: its name and its two sides (`gateway`), and its hosts (`host`). Whether the addresses of both fit
// together is checked when the whole service is known.

import HeartbeatModel

extension GatewayRule {
    static let parties: [GatewayRule] = [
        GatewayRule(name: "gateway", belongsToGateway: false) { reader, line in reader.readGateway(line.words) },
        GatewayRule(name: "host") { reader, line in reader.readHost(line.words) },
    ]
}

extension GatewayReader {
    // MARK: gateway

    private static let gatewayOptions = ["down", "up", "roving", "port"]

    /// `gateway <name> down=<interface> up=<interface> roving=<address>/<bits>,<address>/<bits> [port=<n>]`.
    fileprivate mutating func readGateway(_ words: [String]) {
        blocks.append(GatewayBlock(line: line))
        guard let name = words.first, !name.contains("=") else {
            return fail(
                "gateway", "gateway: write its name, its interfaces and its roving addresses: \"\(GatewayRule.head)\"")
        }
        var usable = accept(name, of: "gateway") { (reader, name) throws(Complaint) in
            try Self.checkGatewayName(name)
            reader.block.draft.name = name
        }
        var seen: Set<String> = []
        usable =
            readOptions(words.dropFirst(), Self.gatewayOptions, of: "gateway", &seen) {
                (reader, option, text) throws(Complaint) in
                try reader.setGateway(option, text)
            } && usable
        guard usable else { return }
        let missing = ["down", "up", "roving"].filter { !seen.contains($0) }.map { $0 + "=" }
        guard missing.isEmpty else {
            return fail(
                "gateway",
                "\(block.title): there is no \(missing.joined(separator: " and no ")); write for example \"\(GatewayRule.head)\""
            )
        }
        let (down, up) = (block.draft.down, block.draft.up)
        guard down.interface != up.interface else {
            return fail(
                "gateway",
                "\(block.title): \(down.interface) is the interface of both sides; a gateway stands between two networks, so "
                    + "give each side its own")
        }
        block.draft.down.roving.interface = down.interface
        block.draft.up.roving.interface = up.interface
    }

    private mutating func setGateway(_ option: String, _ text: String) throws(Complaint) {
        switch option {
        case "down":
            try HostText.interface(text)
            block.draft.down.interface = text
        case "up":
            try HostText.interface(text)
            block.draft.up.interface = text
        case "roving": try setRoving(text)
        default: block.draft.port = UInt16(try GatewayRule.number(text, in: 1...65535))
        }
    }

    /// Programs of a service lie in a directory of its name, beside those of all services.
    private static func checkGatewayName(_ name: String) throws(Complaint) {
        guard name.isSimpleName else {
            throw Complaint("cannot be the name of a service; write letters and digits, such as \"fw\"")
        }
        try checkLength(of: name)
        guard GatewayProcedure(rawValue: name) == nil, name != GatewayConfiguration.healthProgram else {
            throw Complaint("is the name of a procedure; call the service otherwise")
        }
    }

    private static func checkLength(of name: String) throws(Complaint) {
        guard name.utf8.count <= GatewayConfiguration.longestName else {
            throw Complaint(
                "has \(name.utf8.count) bytes, and messages have room for \(GatewayConfiguration.longestName); shorten it"
            )
        }
    }

    private mutating func setRoving(_ text: String) throws(Complaint) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw Complaint(
                "is not two addresses with a comma and no blank between; write the downstream one first, "
                    + "\"roving=10.0.0.1/24,203.0.113.1/29\"")
        }
        block.draft.down.roving = try Self.roving(parts[0])
        block.draft.up.roving = try Self.roving(parts[1])
        let (down, up) = (block.draft.down.roving, block.draft.up.roving)
        if down.prefixLength == up.prefixLength, down.ip.isInNetwork(of: up.ip, bits: up.prefixLength ?? 0) {
            throw Complaint("has both addresses in one network; a gateway stands between two")
        }
    }

    /// An address and its length. The hosts' own addresses are in the same network, so it has room for more than one.
    private static func roving(_ text: Substring) throws(Complaint) -> ServiceAddress {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let address = try address(String(parts[0]), "the address \(quoted(parts[0])) in it")
        guard parts.count == 2 else {
            throw Complaint("has no length behind \(address); write \"\(address)/\(address.isIPv6 ? 64 : 24)\"")
        }
        let most = address.length - 1
        guard let bits = DecimalNumber.value(parts[1]), (1...most).contains(bits) else {
            throw Complaint(
                "has no length from 1 to \(most) behind \(address); write the one of the hosts' own addresses")
        }
        guard address.canBeAHost(bits: bits) else {
            throw Complaint("has no host's address in \(address)/\(bits), but that of the network or of all its hosts")
        }
        return ServiceAddress(address, text: String(parts[0]), prefixLength: bits)
    }

    // MARK: host

    /// `host <name> <downstream address> <upstream address> priority=<n> [svc_check=<time>]`.
    fileprivate mutating func readHost(_ words: [String]) {
        if let name = words.first { block.namedHosts.append(NodeName(name)) }
        guard words.count >= 3 else {
            return fail(
                "host",
                "host: write its name, its own downstream and its own upstream address, and its priority: "
                    + "\"host gwa 10.0.0.2 203.0.113.2 priority=30\"")
        }
        let name = NodeName(words[0])
        var usable = accept(words[0], of: "host") { (_, text) throws(Complaint) in
            guard text.isSimpleName else {
                throw Complaint("cannot be the name of a host; write what `uname -n` prints there")
            }
            try Self.checkLength(of: text)
        }
        var own = [IPAddress](repeating: .any(isIPv6: false), count: 2)
        for (place, word) in words[1...2].enumerated() {
            let isGood = accept(word, of: "host") { (_, text) throws(Complaint) in own[place] = try Self.address(text) }
            usable = usable && isGood
        }
        var item = GatewayHost(name, priority: 0, down: own[0], up: own[1])
        var time: Duration?
        var seen: Set<String> = []
        usable =
            readOptions(words.dropFirst(3), ["priority", "svc_check"], of: "host", &seen) {
                (_, option, text) throws(Complaint) in
                switch option {
                case "priority": item.priority = UInt16(try GatewayRule.number(text, in: 1...65535))
                default: time = try GatewayRule.time(text, in: GatewayRule.looks)
                }
            } && usable
        guard usable else { return }
        guard seen.contains("priority") else {
            return fail(
                "host", "host \(name): its priority is missing; write \"priority=20\", another number for each host")
        }
        add(item, time)
    }

    private mutating func add(_ item: GatewayHost, _ time: Duration?) {
        guard block.draft.hosts.count < GatewayConfiguration.mostHosts else {
            return fail(
                "host",
                "host \(item.name): a service has at most \(GatewayConfiguration.mostHosts) hosts; remove one, or make a second "
                    + "service")
        }
        for (other, number) in zip(block.draft.hosts, block.hostLines) {
            if other.name == item.name {
                return fail(
                    "host", "host \(item.name): it is named already in line \(number); remove one of the two lines")
            }
            if other.priority == item.priority {
                return fail(
                    "host",
                    "host \(item.name): priority \(item.priority) is already that of \(other.name) (line \(number)), so that "
                        + "neither is the better one; write another number")
            }
        }
        block.draft.hosts.append(item)
        block.draft.serviceChecks[item.name] = time
        block.hostLines.append(line)
    }

    /// An address that an interface can have for itself.
    /// - Parameter subject: what a message is about, if not the whole word.
    static func address(_ text: String, _ subject: String? = nil) throws(Complaint) -> IPAddress {
        let before = subject.map { "is wrong: \($0) " } ?? ""
        guard let address = IPAddress(text) else {
            throw Complaint("\(before)is no IP address; write one without its length, such as 10.0.0.2 or fd00::2")
        }
        guard address.isUnicast, !address.isLoopback else {
            throw Complaint("\(before)is no address that other hosts could reach; write one of their network")
        }
        guard !address.isLinkLocal else {
            throw Complaint(
                "\(before)is link-local, so that it says nothing without an interface; write one of a network, such as fd00::2"
            )
        }
        return address
    }
}

extension String {
    /// Letters, digits and a few signs, as in names of hosts; never a file that a shell would hide or take for an option.
    fileprivate var isSimpleName: Bool {
        utf8.allSatisfy(\.isNameByte) && !isEmpty && !"-.".contains(prefix(1))
    }
}

extension IPAddress {
    /// Neither the first nor the last one of an IPv4 network, which are nobody's.
    func canBeAHost(bits: Int) -> Bool {
        isIPv6 || bits >= 31 || host(inNetworkOf: bits) != 0 && self != broadcast(bits: bits)
    }

    /// 127.0.0.0/8, or ::1.
    fileprivate var isLoopback: Bool { isIPv6 ? value == 1 : value >> 24 == 127 }
}
