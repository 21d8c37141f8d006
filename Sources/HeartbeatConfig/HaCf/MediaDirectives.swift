// Directives that make the paths heartbeat messages travel by. Each medium takes the port or baud rate in force at its
// line, which is why a late `udpport` or `baud` is pointed out.

import HeartbeatModel

extension DirectiveRule {
    static let bauds = ["9600", "19200", "38400", "57600", "115200", "230400", "460800"]

    static let media: [DirectiveRule] = [
        scalar("udpport", .alwaysPort) { (reader, text) throws(Complaint) in try reader.setUDPPort(text) },
        scalar("baud", .always("19200")) { (reader, text) throws(Complaint) in try reader.setBaud(text) },
        medium("serial") { reader, line in
            for value in line.values { reader.addSerial(value) }
        },
        medium("bcast") { reader, line in
            for value in line.values { reader.addBroadcast(value) }
        },
        medium("udp") { reader, line in
            reader.warning("udp is the old name of bcast; write \"bcast\"")
            for value in line.values { reader.addBroadcast(value) }
        },
        // Lines of one medium with its parameters: here commas separate nothing (observed behaviour).
        medium("ucast") { reader, line in reader.addUnicast(line.words, isIPv6: false) },
        medium("ucast6") { reader, line in reader.addUnicast(line.words, isIPv6: true) },
        medium("mcast") { reader, line in reader.addMulticast(line.words, isIPv6: false) },
        medium("mcast6") { reader, line in reader.addMulticast(line.words, isIPv6: true) },
    ]

    private static func medium(
        _ name: String, _ add: @escaping @Sendable (inout HaCfReader, DirectiveLine) -> Void
    ) -> DirectiveRule {
        DirectiveRule(name: name, exported: .never, isMedium: true) { reader, line in
            reader.sawMedium = true
            add(&reader, line)
        }
    }
}

extension HaCfReader {
    // MARK: Media

    fileprivate mutating func addSerial(_ path: String) {
        let isUsable = accept(path, of: "serial") { (reader, path) throws(Complaint) in
            _ = try ValueText.absolutePath(path)
            switch reader.host.deviceKind(path) {
            case .characterDevice: return
            case .missing where path.hasPrefix("/dev/"):
                // As with an interface: an adapter that is plugged in late, or broken, must not keep the node down.
                reader.warning(
                    "serial: \(quoted(path)) is not there now; it is used once it appears", about: .device(path))
            case .missing:
                throw Complaint("does not exist; name the port's device, such as /dev/ttyS0", about: .device(path))
            case .other: throw Complaint("is not a character device; name the port's device, such as /dev/ttyS0")
            }
        }
        guard isUsable else { return }
        add(.serial(device: path, baud: baud), of: "serial")
    }

    fileprivate mutating func addBroadcast(_ interface: String) {
        guard acceptInterface(interface, of: "bcast") else { return }
        let isUsable = accept(interface, of: "bcast") { (reader, interface) throws(Complaint) in
            if reader.host.hasInterface(interface) != false, reader.host.hasBroadcastAddress(interface) == false {
                throw Complaint("has no IPv4 broadcast address now; configure one, or use ucast or mcast")
            }
        }
        guard isUsable else { return }
        add(.broadcast(interface: interface, port: port(of: "bcast")), of: "bcast")
    }

    fileprivate mutating func addUnicast(_ values: [String], isIPv6: Bool) {
        let directive = isIPv6 ? "ucast6" : "ucast"
        guard values.count >= 2 else {
            return error("\(directive): the peer's address is missing; write \"\(directive) <interface> <address>\"")
        }
        warnOfSurplus(values, after: 2, of: directive)
        let interfaceIsUsable = acceptInterface(values[0], of: directive)
        guard hostIsUsable(values[1], isIPv6: isIPv6, of: directive), interfaceIsUsable else { return }
        let port = port(of: directive)
        add(
            isIPv6
                ? .unicast6(interface: values[0], peer: values[1], port: port)
                : .unicast(interface: values[0], peer: values[1], port: port), of: directive)
    }

    fileprivate mutating func addMulticast(_ values: [String], isIPv6: Bool) {
        let directive = isIPv6 ? "mcast6" : "mcast"
        guard values.count >= 5 else {
            let missing = ["interface", "group", "port", "ttl", "loop"].dropFirst(values.count)
            return error(
                "\(directive): \(missing.joined(separator: ", ")) missing; write \"\(directive) <interface> <group> "
                    + "<port> <ttl> <loop>\", such as \"\(Self.multicastExample(isIPv6: isIPv6))\"")
        }
        warnOfSurplus(values, after: 5, of: directive)
        var fields = MulticastFields()
        let usable = [
            acceptInterface(values[0], of: directive),
            acceptGroup(values[1], isIPv6: isIPv6, of: directive),
            accept(values[2], of: directive) { (reader, text) throws(Complaint) in
                fields.port = UInt16(try reader.integer(text, of: directive, in: 1...65535))
            },
            accept(values[3], of: directive) { (reader, text) throws(Complaint) in
                fields.hops = UInt8(try reader.integer(text, of: directive, in: 0...255))
            },
            accept(values[4], of: directive) { (reader, text) throws(Complaint) in
                fields.loopback = try reader.integer(text, of: directive, in: 0...1) == 1
            },
        ]
        guard usable.allSatisfy(\.self) else { return }
        add(fields.medium(interface: values[0], group: values[1], isIPv6: isIPv6), of: directive)
    }

    private static func multicastExample(isIPv6: Bool) -> String {
        isIPv6 ? "mcast6 eth0 ff12::694 694 1 0" : "mcast eth0 225.0.0.1 694 1 0"
    }

    // MARK: What they share

    private mutating func add(_ medium: MediumConfiguration, of directive: String) {
        if let index = draft.media.firstIndex(of: medium) {
            return warning("this medium is already made by line \(mediumLines[index].line); it is used once")
        }
        draft.media.append(medium)
        mediumLines.append((directive, line))
    }

    /// All media of one kind share the port in force at the first of them (observed behaviour).
    private mutating func port(of directive: String) -> UInt16 {
        let port = portOfKind[directive] ?? udpPort
        portOfKind[directive] = port
        if port != udpPort {
            warning(
                "\(directive): port \(port) of the first \(directive) line is used here too, not udpport \(udpPort); "
                    + "all \(directive) lines share one port")
        }
        return port
    }

    private mutating func warnOfSurplus(_ values: [String], after count: Int, of directive: String) {
        guard values.count > count else { return }
        let surplus = values.dropFirst(count).joined(separator: " ")
        warning("\(directive) takes \(count) values a line; \(quoted(surplus)) is ignored: give it a line of its own")
    }

    mutating func acceptInterface(_ name: String, of directive: String) -> Bool {
        let isUsable = accept(name, of: directive) { (_, name) throws(Complaint) in try HostText.interface(name) }
        // Not an error as in the original: a node that boots before its network card must still come up.
        if isUsable, host.hasInterface(name) == false {
            warning(
                "\(directive): \(quoted(name)) is not an interface of this node now; it is used once it appears",
                about: .interface(name))
        }
        return isUsable
    }

    private mutating func acceptGroup(_ text: String, isIPv6: Bool, of directive: String) -> Bool {
        accept(text, of: directive) { (_, text) throws(Complaint) in
            if isIPv6 {
                guard IPAddress(ipv6: text)?.isMulticast == true else {
                    throw Complaint("is not an IPv6 multicast address (ff00::/8), such as ff12::694")
                }
            } else if IPAddress(ipv4: text)?.isMulticast != true {
                throw Complaint("is not a class D address (224.0.0.0 to 239.255.255.255), such as 225.0.0.1")
            }
        }
    }

    // MARK: Settings for the media that follow

    fileprivate mutating func setUDPPort(_ text: String) throws(Complaint) {
        let port = UInt16(try integer(text, of: "udpport", in: 1...65535))
        if let service = host.serviceForUDPPort(port), service != "ha-cluster", service != "heartbeat" {
            warning("udpport \(port) belongs to the service \(quoted(service)); make sure it does not run here")
        }
        udpPort = port
        warnOfEarlierMedia("udpport") { $0.udpPort.map { $0 != port } ?? false }
    }

    fileprivate mutating func setBaud(_ text: String) throws(Complaint) {
        if let earlier = written["baud"] {
            throw Complaint("is a second baud rate (the first is in line \(earlier.line)); all serial media share one")
        }
        let digits = String(text.drop { $0 == "0" }.prefix { $0.isASCII && $0.isNumber })
        let rate = try ValueText.choice(digits.isEmpty ? text : digits, of: DirectiveRule.bauds)
        if rate != text { warning("baud: \(quoted(text)) is read as \(rate); write that") }
        baud = Int(rate) ?? baud
        warnOfEarlierMedia("baud") { [baud] medium in
            if case .serial(_, let used) = medium { used != baud } else { false }
        }
    }

    private mutating func warnOfEarlierMedia(_ directive: String, where differs: (MediumConfiguration) -> Bool) {
        let missed = zip(draft.media, mediumLines).filter { differs($0.0) }
        guard !missed.isEmpty else { return }
        let names = missed.map { "\($0.1.directive) \($0.0.name) (line \($0.1.line))" }.joined(separator: ", ")
        warning("\(directive) only acts on media after it, not on \(names); move it above them")
    }
}

/// The numbers of an `mcast` or `mcast6` line while it is checked.
private struct MulticastFields {
    var port: UInt16 = 0
    var hops: UInt8 = 0
    var loopback = false

    func medium(interface: String, group: String, isIPv6: Bool) -> MediumConfiguration {
        isIPv6
            ? .multicast6(interface: interface, group: group, port: port, hops: hops, loopback: loopback)
            : .multicast(interface: interface, group: group, port: port, ttl: hops, loopback: loopback)
    }
}

extension MediumConfiguration {
    /// The port `udpport` gave it; `nil` for media that do not ask `udpport`.
    var udpPort: UInt16? {
        switch self {
        case .broadcast(_, let port), .unicast(_, _, let port), .unicast6(_, _, let port): port
        case .serial, .multicast, .multicast6: nil
        }
    }
}
