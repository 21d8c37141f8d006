// What a host's packets come to: taken one by one, judged once a round, and answered by a choice of LANs.

import HeartbeatModel

extension LanPeer {
    /// Takes a packet of this host. `asked` is the number of our last question, `nil` if we do not ask. False for one that says
    /// nothing: an answer to an earlier question, or to somebody else's, or a question out of its time.
    mutating func take(
        _ packet: LanPacket, from source: IPAddress, over network: String, asked: UInt64?, by us: HostIdentity,
        at now: Instant
    ) -> Bool {
        switch packet.kind {
        case .answer:
            guard packet.sequence == asked, packet.hosts == [us] else { return false }
            heard.insert(network)
        case .inquiry:
            // A requestor judges by answers alone: they prove both directions.
            if asked == nil { guard takeInquiry(packet, over: network, for: us, at: now) else { return false } }
        }
        lastHeard = now
        gateways[network] = source
        addresses = packet.addresses.contains(source) ? packet.addresses : [source] + packet.addresses
        return true
    }

    /// False for a question that was asked before one that has come already, unless its sender has begun anew with a clock set
    /// back: nobody has heard of him for a while then.
    private mutating func takeInquiry(
        _ packet: LanPacket, over network: String, for us: HostIdentity, at now: Instant
    ) -> Bool {
        let known = inquiries?.sequence
        if known == nil || packet.sequence > known ?? 0
            || (packet.sequence < known ?? 0 && isSilent && heard.isEmpty)
        {
            let interval = Duration.milliseconds(min(max(10, Int64(packet.interval)), 3_600_000))
            // Of the same run of numbers; otherwise nothing is known of the question before.
            let isNext = known.map { packet.sequence > $0 && packet.sequence - $0 == 1 } ?? false
            inquiries = Inquiries(
                sequence: packet.sequence, interval: interval, judgeAt: now + interval / 2,
                before: isNext ? inquiries?.arrived ?? [] : [])
            heard = []
        }
        guard var inquiries, inquiries.sequence == packet.sequence else { return false }
        inquiries.arrived.insert(network)
        self.inquiries = inquiries
        // Who did not hear our answer to the question before cannot be reached over this LAN, although we hear him. If that
        // question did not arrive, it has been counted as missed already.
        let isDeaf = packet.hosts.contains(us) && inquiries.before.contains(network)
        if inquiries.isOpen, !isDeaf { heard.insert(network) }
        return true
    }

    /// Counts the round for every way.
    mutating func judge(_ settings: LanConfiguration) -> [LanNotice] {
        unheard = []
        var notices: [LanNotice] = []
        for name in paths.keys.sorted() {
            let isGood = heard.contains(name)
            if !isGood { unheard.insert(name) }
            guard var path = paths[name] else { continue }
            if path.count(isGood: isGood, settings) {
                notices.append(
                    isGood
                        ? .back(host: self.name, network: name, good: path.good)
                        : .lost(host: self.name, network: name, missed: path.missed))
            }
            paths[name] = path
        }
        return notices
    }

    /// Chooses for every invalid way a LAN around it. Where none can be trusted, everything stays as it is.
    mutating func chooseDetours(among networks: [LanNetwork]) -> [LanNotice] {
        var notices: [LanNotice] = []
        for network in networks {
            guard var path = paths[network.name] else { continue }
            if path.isValid {
                path.detour = nil
            } else if path.detour.flatMap({ paths[$0] })?.isValid != true,
                let other = networks.first(where: { other in
                    other.name != network.name && gateways[other.name] != nil
                        && paths[other.name]?.isTrusted == true
                })
            {
                path.detour = other.name
                notices.append(.moved(host: name, from: network.name, to: other.name))
            }
            paths[network.name] = path
        }
        let isLostNow = !paths.isEmpty && paths.values.allSatisfy { !$0.isValid }
        if isLostNow, !isLost { notices.append(.unreachable(host: name)) }
        isLost = isLostNow
        return notices
    }
}
