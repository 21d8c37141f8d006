// What a service asks for and switches: addresses of others, its uplink, its resources, and its times. Whether the times contradict each
// other is known to the configuration itself.

import HeartbeatModel

extension GatewayRule {
    static let networks: [GatewayRule] = [
        value("next_hop", such: "203.0.113.6") { (reader, text) throws(Complaint) in
            reader.block.draft.nextHop = try stranger(text)
        },
        value("remote_check", such: "203.0.113.6") { (reader, text) throws(Complaint) in
            reader.block.draft.remoteTarget = try GatewayReader.address(text)
        },
        list("witness", such: "10.0.0.20") { (reader, text) throws(Complaint) in
            reader.block.draft.witnesses.append(try stranger(text))
            reader.block.witnessLines.append(reader.line)
        },
        value("uplink", such: "link") { (reader, text) throws(Complaint) in
            reader.block.draft.uplink = try uplink(text)
        },
        value("default_route", such: "yes") { (reader, text) throws(Complaint) in
            reader.block.draft.setsDefaultRoute = try ValueText.boolean(text)
        },
        value("spread", such: "15") { (reader, text) throws(Complaint) in
            reader.block.draft.spread = UInt16(try number(text, in: 0...65535))
        },
        list("service", such: "firewall IPaddr::10.0.0.9/24") { (reader, text) throws(Complaint) in
            let number = reader.line
            let resource = try ResourceWord.resource(text) { reader.log.warning(number, "service: \($0)") }
            reader.block.draft.service.append(resource)
            reader.block.resourceLines.append(number)
        },
    ]

    /// An address that is only asked for on one interface, so that it may be link-local: IPv6 routers often are.
    private static func stranger(_ text: String) throws(Complaint) -> IPAddress {
        if let address = IPAddress(text), address.isLinkLocal { return address }
        return try GatewayReader.address(text)
    }

    private static func uplink(_ text: String) throws(Complaint) -> GatewayUplink {
        switch text {
        case "link": return .link
        case "addresses": return .addresses
        default: break
        }
        guard let name = text.value(of: "module") else {
            let words = ["link", "addresses", "module="]
            let likely = Spelling.hint(for: String(text.prefix { $0 != "=" }), among: words)
            throw Complaint("is none of link, addresses, module=<kernel module>\(likely)")
        }
        // The kernel keeps 55 characters (MODULE_NAME_LEN).
        let isGood = name.utf8.allSatisfy { $0.isNameByte && $0 != UInt8(ascii: ".") }
        guard isGood, (1...55).contains(name.utf8.count), name.first != "-" else {
            throw Complaint(
                "names no kernel module; write the one that `ethtool -i` shows as driver, such as module=e1000e")
        }
        return .module(name)
    }

    // MARK: Times

    /// From one look to the next. A backup that says it looks less often than each hour is not believed, and the last of sixteen looks
    /// almost five times less often than the first.
    static let looks: ClosedRange<Duration> = .milliseconds(100)...(.seconds(600))

    fileprivate static let waits: ClosedRange<Duration> = .milliseconds(1)...(.seconds(3600))

    static let times: [GatewayRule] = [
        time("self_check", such: "1", in: looks, \.selfCheck),
        time("svc_check", such: "1", in: looks, \.serviceCheck),
        GatewayRule(name: "procedure_timeout") { reader, line in reader.readTimeouts(line.words) },
        time("reply_timeout", such: "4", in: waits, \.replyTimeout),
        time("deny_timeout", such: "8", in: waits, \.denyTimeout),
        time("hear_timeout", such: "500ms", in: waits, \.hearTimeout),
        time("init_patience", such: "12", in: waits, \.initPatience),
        time("return_after", such: "24", in: waits, \.returnAfter),
    ]

    private static func time(
        _ name: String, such example: String, in range: ClosedRange<Duration>,
        _ field: WritableKeyPath<GatewayConfiguration, Duration> & Sendable
    ) -> GatewayRule {
        value(name, such: example) { (reader, text) throws(Complaint) in
            reader.block.draft[keyPath: field] = try time(text, in: range)
        }
    }

    /// As in ha.cf, or with `s`.
    static func time(_ text: String, in range: ClosedRange<Duration>) throws(Complaint) -> Duration {
        let time = try HaCfReader.optionTime(text)
        guard range.contains(time) else {
            throw Complaint(
                "is not from \(range.lowerBound.milliseconds)ms to \(range.upperBound.shortSeconds) (seconds)")
        }
        return time
    }
}

extension GatewayReader {
    /// `procedure_timeout <procedure>=<time>…`.
    fileprivate mutating func readTimeouts(_ words: [String]) {
        let names = GatewayProcedure.allCases.map(\.rawValue)
        guard !words.isEmpty else {
            return fail(
                "procedure_timeout",
                "procedure_timeout: nothing stands behind it; write for example \"procedure_timeout localSvcCheck=3\"")
        }
        var seen: Set<String> = []
        _ = readOptions(words, names, of: "procedure_timeout", &seen) { (reader, name, text) throws(Complaint) in
            guard let procedure = GatewayProcedure(rawValue: name) else { return }
            if let earlier = reader.block.procedureLines[procedure] {
                throw Complaint("says what line \(earlier) says already; remove one of the two")
            }
            reader.block.draft.timeouts[procedure] = try GatewayRule.time(text, in: GatewayRule.waits)
            reader.block.procedureLines[procedure] = reader.line
        }
    }
}
