// What gateway.cf says of one service, and in which lines. It knows no rule.

import HeartbeatModel

/// A `gateway` line and what follows it, up to the next one.
struct GatewayBlock {
    /// Its `gateway` line.
    let line: Int
    /// Only a draft that nothing is faulty in is a configuration.
    var draft: GatewayConfiguration
    /// Words that may be said once, and where.
    var written: [String: Int] = [:]
    /// Words some value of which was refused: checks that involve them would only repeat the complaint.
    var faulty: Set<String> = []
    /// All names behind `host`, also in lines with mistakes.
    var namedHosts: [NodeName] = []
    /// Line of each host, witness and resource of the draft.
    var hostLines: [Int] = []
    var witnessLines: [Int] = []
    var resourceLines: [Int] = []
    /// Line of each time behind `procedure_timeout`.
    var procedureLines: [GatewayProcedure: Int] = [:]

    init(line: Int) {
        self.line = line
        let nothing = GatewayLeg(interface: "", roving: ServiceAddress(.any(isIPv6: false), text: ""))
        draft = GatewayConfiguration(name: "", down: nothing, up: nothing, hosts: [])
    }

    /// What a message about it begins with.
    var title: String { draft.name.isEmpty ? "gateway" : "gateway \(draft.name)" }

    func isSound(_ words: String...) -> Bool { faulty.isDisjoint(with: words) }

    /// Where the first of the words stands that the block has, else its head.
    func lineOf(_ words: String...) -> Int { words.lazy.compactMap { written[$0] }.first ?? line }

    /// Where a host of the draft is named.
    func lineOf(host name: NodeName) -> Int? {
        draft.hosts.firstIndex { $0.name == name }.map { hostLines[$0] }
    }

    /// Where the longest of the procedures has its time from; `nil` if all have their defaults.
    func lineOf(_ procedures: [GatewayProcedure]) -> Int? {
        procedures.filter { procedureLines[$0] != nil }
            .max { draft.timeout(of: $0) < draft.timeout(of: $1) }
            .flatMap { procedureLines[$0] }
    }
}

/// An address that a service has a use for.
struct GatewayAddressUse {
    let address: IPAddress
    /// Completes a sentence: "the downstream address of gwa".
    let what: String
    let line: Int
    /// Whose own it is; `nil` for what moves, and for others.
    var owner: NodeName?
}

extension GatewayBlock {
    /// What whoever serves has.
    var movingAddresses: [GatewayAddressUse] {
        let roving = [(draft.down, "downstream"), (draft.up, "upstream")].map { leg, side in
            GatewayAddressUse(address: leg.roving.ip, what: "the roving \(side) address", line: line)
        }
        let ofService = zip(draft.service, resourceLines).compactMap { resource, line in
            resource.address.map { GatewayAddressUse(address: $0.ip, what: "an address of service", line: line) }
        }
        return (isSound("gateway") ? roving : []) + ofService
    }

    /// What each host has.
    var ownAddresses: [GatewayAddressUse] {
        zip(draft.hosts, hostLines).flatMap { host, line in
            GatewaySide.allCases.map { side in
                GatewayAddressUse(
                    address: host.address(on: side), what: "the \(side.rawValue)stream address of \(host.name)",
                    line: line,
                    owner: host.name)
            }
        }
    }

    /// What others have.
    var foreignAddresses: [GatewayAddressUse] {
        let hop = draft.nextHop.map { GatewayAddressUse(address: $0, what: "next_hop", line: lineOf("next_hop")) }
        let witnesses = zip(draft.witnesses, witnessLines).map {
            GatewayAddressUse(address: $0, what: "a witness", line: $1)
        }
        return [hop].compactMap(\.self) + witnesses
    }
}
