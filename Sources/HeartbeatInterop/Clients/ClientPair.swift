// Plays the life of one pair and writes down what its clients printed.

import HeartbeatLab

/// What runs on cluster1 and cluster2.
struct ClientPairing: Hashable, Sendable {
    var software: [Software]
    /// Nodes of ours find no ipfail, and do its work themselves.
    var hasNoIPFail = false

    /// The original with itself: what its clients print is what they must print everywhere.
    static let measure = ClientPairing(software: [.original, .original])
    static let compared = [
        ClientPairing(software: [.ours, .original]), ClientPairing(software: [.original, .ours]),
        ClientPairing(software: [.ours, .ours]), ClientPairing(software: [.ours, .original], hasNoIPFail: true),
        ClientPairing(software: [.ours, .ours], hasNoIPFail: true),
    ]

    var name: String {
        software.map { $0 == .ours ? hasNoIPFail ? "bare" : "ours" : "orig" }.joined(separator: "/")
    }
}

/// Scene by scene and case by case, as `ClientLife.scenes` has them; ends where something did not come about.
struct ClientRecord: Sendable {
    var answers: [[ClientAnswer]] = []
    /// Why it ended early.
    var failure: String?
}

/// A pair in a laboratory of its own.
final class ClientPair {
    private let laboratory: Laboratory
    private let nodes: [ClientNode]

    private static let patience = Duration.seconds(60)

    init(_ pairing: ClientPairing, _ places: ProgramPlaces) throws {
        let laboratory = try Laboratory(
            prefix: InteropProgram.prefix, programs: places.programs, resourceScripts: places.resourceScripts)
        self.laboratory = laboratory
        nodes = zip(pairing.software, laboratory.nodes).map {
            ClientNode($0, $1, places, hasNoIPFail: pairing.hasNoIPFail && $0 == .ours, in: laboratory)
        }
        do {
            for node in nodes { try node.prepare() }
        } catch {
            laboratory.close()
            throw error
        }
    }

    func close() {
        laboratory.close()
    }

    /// Keeps what was seen also when it throws.
    func play(_ record: inout ClientRecord) throws {
        for scene in ClientLife.scenes {
            try act(scene.act)
            for line in scene.awaited where try !isReached(line) {
                let last = try nodes[line.node].run(line.line)
                record.failure = """
                    \(scene.name): `\(line.line)` on \(nodes[line.node].lab.name) does not print \(line.output) but \(last)
                    \(diagnosis)
                    """
                return
            }
            record.answers.append(try scene.cases.map { try nodes[$0.node].run($0.line) })
        }
    }

    private func act(_ act: ClientScene.Act) throws {
        switch act {
        case .powerOn: for node in nodes { try node.powerOn() }
        case .unplugLAN: try laboratory.plug(.lan(0), false)
        case .plugLAN: try laboratory.plug(.lan(0), true)
        case .run(let line, let node): try nodes[node].begin(line)
        case .powerOffPeer: try laboratory.powerOff(nodes[1].lab)
        case .stop: try nodes[0].stop()
        case .boot:
            try laboratory.powerOff(nodes[0].lab)
            try nodes[0].powerOn()
        case .nothing: break
        }
    }

    private func isReached(_ line: AwaitedLine) throws -> Bool {
        let end = Moment.now() + Self.patience
        while try nodes[line.node].run(line.line).output != line.output + "\n" {
            guard Moment.now() < end else { return false }
            try Interruption.pause(.milliseconds(500))
        }
        return true
    }

    private var diagnosis: String {
        nodes.map { node in
            let log = Files.read("\(node.lab.logDirectory)/ha-log").split(separator: "\n").suffix(20)
            return "--- \(node.lab.name): end of its log\n" + log.map { "\($0)\n" }.joined() + node.lab.diagnosis
        }.joined()
    }
}
