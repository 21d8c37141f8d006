// What must hold when all of gateway.cf is read: that this host takes part, the times, and what its checks need. A check whose subject
// was already refused is left out, so that one mistake gives one message.

import HeartbeatModel

extension GatewayReader {
    mutating func finish() {
        checkThisHost()
        for place in blocks.indices {
            deriveTimes(place)
            checkTimes(of: blocks[place])
            checkHosts(of: blocks[place])
            checkAddresses(of: blocks[place])
            guard hasThisHost(blocks[place]) else { continue }
            checkInterfaces(of: blocks[place])
            checkOwnAddress(of: blocks[place])
            checkWhatIsAsked(by: blocks[place])
            assignResources(place)
        }
        checkBetweenServices()
        checkSpread()
    }

    /// What a host serves of this file weighs on the other services of the file.
    private mutating func checkSpread() {
        guard blocks.count == 1, blocks[0].draft.spread > 0 else { return }
        log.warning(
            blocks[0].lineOf("spread"),
            "spread: there is no other service in this file that a host could have to serve; remove the line")
    }

    // MARK: Hosts

    private mutating func checkThisHost() {
        guard !blocks.isEmpty else {
            return log.error(
                lastLine, "no service is named; write for example \"\(GatewayRule.head)\", and its hosts below")
        }
        let takesPart = blocks.contains(where: hasThisHost)
        let names = Set(blocks.flatMap(\.namedHosts)).map(\.text).sorted()
        if !takesPart, !names.isEmpty, blocks.allSatisfy({ $0.isSound("host") }) {
            return log.error(
                blocks[0].line,
                "this host, \(quoted(localNode.text)), is in no service; there are \(names.joined(separator: ", "))"
                    + Spelling.hint(for: localNode.text, among: names)
                    + "; write a host line with what `uname -n` prints here, or start hb_gateway with --name")
        }
        guard takesPart else { return }
        for block in blocks where !hasThisHost(block) && !block.draft.hosts.isEmpty && block.isSound("host") {
            log.warning(
                block.line,
                "\(block.title): this host, \(quoted(localNode.text)), is none of its hosts ("
                    + block.namedHosts.map(\.text).joined(separator: ", ")
                    + ") and takes no part in it; if it shall, write a host line for it")
        }
    }

    private mutating func checkHosts(of block: GatewayBlock) {
        guard block.isSound("host") else { return }
        guard let first = block.hostLines.first else {
            return log.error(
                block.line,
                "\(block.title): no host is named; write one line for each, \"host gwa 10.0.0.2 203.0.113.2 priority=30\""
            )
        }
        if block.draft.hosts.count == 1 {
            log.warning(
                first, "\(block.title): it has a single host, and nobody takes over from it; write a second host line")
        }
        guard block.draft.hosts.count == 2, block.draft.witnesses.isEmpty, block.isSound("witness"),
            !host.hasGatewayHook(block.draft.name, .downlinkCheck)
        else { return }
        log.warning(
            block.line,
            "\(block.title): without a witness nobody shows that the downlink works when the other host is dead, and this one "
                + "will not take over; name what is always on there, \"witness 10.0.0.20\"")
    }

    // MARK: Times

    private mutating func deriveTimes(_ place: Int) {
        let block = blocks[place]
        if block.written["init_patience"] == nil {
            blocks[place].draft.initPatience = GatewayConfiguration.usualPatience(
                replyTimeout: block.draft.replyTimeout)
        }
        if block.written["return_after"] == nil {
            blocks[place].draft.returnAfter = GatewayConfiguration.usualRest(denyTimeout: block.draft.denyTimeout)
        }
    }

    private mutating func checkTimes(of block: GatewayBlock) {
        for problem in block.draft.problems {
            guard let (line, remedy) = remedy(for: problem, in: block) else { continue }
            log.error(line, "\(block.title): \(problem); \(remedy)")
        }
    }

    /// Where the mistake is and what to write instead; `nil` if one of the times was refused.
    private func remedy(for problem: GatewayProblem, in block: GatewayBlock) -> (line: Int, text: String)? {
        let shorter = "shorten what procedure_timeout says"
        switch problem {
        case .replyTooShort(_, let check):
            guard block.isSound("reply_timeout", "procedure_timeout") else { return nil }
            let line = block.written["reply_timeout"] ?? block.lineOf([.localSvcCheck])
            let least = (check + .milliseconds(1)).shortSeconds
            return (line ?? block.line, "write at least \"reply_timeout \(least)\", or \(shorter)")
        case .denyTooShort(_, let checks):
            guard block.isSound("deny_timeout", "procedure_timeout") else { return nil }
            let line =
                block.written["deny_timeout"] ?? block.lineOf([.downlinkCheck, .uplinkCheck, .localSvcCheck])
            let least = (checks + GatewayConfiguration.longestWay).shortSeconds
            return (line ?? block.line, "write at least \"deny_timeout \(least)\", or \(shorter)")
        case .hearTooShort:
            guard block.isSound("hear_timeout") else { return nil }
            return (block.lineOf("hear_timeout"), "leave it out, or write for example \"hear_timeout 500ms\"")
        case .hearTooLong:
            guard block.isSound("hear_timeout", "deny_timeout") else { return nil }
            let text = "write a shorter hear_timeout, or a longer deny_timeout"
            return (block.lineOf("hear_timeout", "deny_timeout"), text)
        case .serviceCheckTooShort(let name, _, let own):
            guard block.isSound("svc_check", "self_check") else { return nil }
            let line = name.flatMap(block.lineOf(host:))
            let word = line == nil ? "\"svc_check \(own.shortSeconds)\"" : "svc_check=\(own.shortSeconds)"
            let text = "write at least \(word), or a shorter self_check"
            return (line ?? block.lineOf("svc_check", "self_check"), text)
        case .serviceCheckOutOfOrder(let name, let time, let better, let betterTime):
            guard block.isSound("host", "svc_check") else { return nil }
            // One of the two is said for its host alone.
            guard block.draft.serviceChecks[name] == nil else {
                return (block.lineOf(host: name) ?? block.line, "write at least svc_check=\(betterTime.shortSeconds)")
            }
            let text = "write at most svc_check=\(time.shortSeconds) here, or a longer one for \(name)"
            return (block.lineOf(host: better) ?? block.line, text)
        }
    }

    // MARK: On this host

    private mutating func checkInterfaces(of block: GatewayBlock) {
        guard block.isSound("gateway", "uplink") else { return }
        for side in GatewaySide.allCases {
            let name = block.draft.leg(on: side).interface
            // Its driver brings it.
            if side == .up, case .module = block.draft.uplink { continue }
            guard host.hasInterface(name) == false else { continue }
            log.error(
                block.line,
                "\(block.title): \(quoted(name)) is not an interface of this host; name one that `ip link` shows"
                    + (side == .up ? ", or write \"uplink module=<its driver>\" if it comes with its driver" : ""))
        }
    }

    /// What the built-in uplinkCheck and remoteSvcCheck need, unless programs stand in their place.
    private mutating func checkWhatIsAsked(by block: GatewayBlock) {
        guard block.isSound("gateway", "next_hop", "remote_check") else { return }
        let name = block.draft.name
        let isBuiltIn = { [host] (procedure: GatewayProcedure) in !host.hasGatewayHook(name, procedure) }
        let target = block.draft.remoteTarget ?? block.draft.nextHop
        let lacking = [(GatewayProcedure.uplinkCheck, block.draft.nextHop), (.remoteSvcCheck, target)]
            .filter { $0.1 == nil && isBuiltIn($0.0) }.map(\.0.rawValue)
        if !lacking.isEmpty {
            let programs = lacking.count == 1 ? "a program of that name" : "programs of these names"
            log.error(
                block.line,
                "\(block.title): \(lacking.joined(separator: " and ")) would have nobody to ask; write the address of the next "
                    + "router upstream, \"next_hop 203.0.113.6\", or put \(programs) into gateway.d")
        } else if block.draft.nextHop == nil, block.draft.setsDefaultRoute, let line = block.written["default_route"] {
            log.error(
                line, "default_route: there is no router that it could lead to; write next_hop, or \"default_route no\""
            )
        }
        guard isBuiltIn(.remoteSvcCheck) else { return }
        let remedy = "put a program remoteSvcCheck into gateway.d"
        if block.draft.down.roving.isIPv6 {
            log.error(
                block.line,
                "\(block.title): the downstream side has IPv6, and the built-in remoteSvcCheck knows IPv4 only; \(remedy)"
            )
        } else if let target, target.isIPv6, block.draft.remoteTarget != nil || block.draft.up.roving.isIPv6 {
            log.error(
                block.lineOf("remote_check", "next_hop"),
                "\(block.title): the built-in remoteSvcCheck knows IPv4 only, and \(target) is IPv6; write remote_check with an "
                    + "IPv4 address behind the gateway, or \(remedy)")
        }
    }

    // MARK: Resources

    private mutating func assignResources(_ place: Int) {
        let block = blocks[place]
        if block.draft.service.isEmpty, block.isSound("service") {
            log.warning(
                block.line,
                "\(block.title): no resource is named: only addresses and the uplink move; write what is to run where they "
                    + "are, such as \"service firewall\"")
        }
        for (number, resource) in block.draft.service.enumerated() {
            let line = block.resourceLines[number]
            let (assigned, warning) = scripts.assigned(resource, loss: "\(block.title) cannot serve")
            if let warning { log.warning(line, "service: \(warning.text)", about: warning.topic) }
            blocks[place].draft.service[number] = assigned
            if block.draft.service[..<number].contains(where: { ResourceCall($0) == ResourceCall(resource) }) {
                log.warning(line, "service: \(quoted(resource.word)) is named twice; once is enough")
            }
        }
    }
}
