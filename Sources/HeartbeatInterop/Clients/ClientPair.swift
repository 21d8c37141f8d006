// Plays the life of one pair and writes down what its clients printed.

import HeartbeatLab

/// What runs on cluster1 and cluster2.
struct ClientPairing: Hashable, Sendable {
    var software: [Software]
    /// Nodes of ours find no ipfail, and do its work themselves.
    var hasNoIPFail = false
    /// Tells pairs of the same from each other.
    var number = 1

    /// The original with itself: what its clients print is what they must print everywhere.
    static let measure = ClientPairing(software: [.original, .original])
    static let compared = [
        ClientPairing(software: [.ours, .original]), ClientPairing(software: [.original, .ours]),
        ClientPairing(software: [.ours, .ours]), ClientPairing(software: [.ours, .original], hasNoIPFail: true),
        ClientPairing(software: [.ours, .ours], hasNoIPFail: true),
    ]
    /// More originals: what differs between them is chance.
    static let originals = (2...5).map { ClientPairing(software: [.original, .original], number: $0) }

    var name: String {
        let words = software.map { $0 == .ours ? hasNoIPFail ? "bare" : "ours" : "orig" }.joined(separator: "/")
        return number == 1 ? words : "\(words) #\(number)"
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
    /// How often a program is run that gives up when the daemon takes more than a second, as the original does at times.
    private static let tries = 8

    init(_ pairing: ClientPairing, _ places: ProgramPlaces) throws {
        let laboratory = try Laboratory(
            prefix: MixedNode.prefix, programs: places.programs, resourceScripts: places.resourceScripts)
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
            if let (line, last) = try missed(scene) {
                record.failure = """
                    \(scene.name): `\(line.line)` on \(nodes[line.node].lab.name) does not print \(line.output) but \(last)
                    \(diagnosis)
                    """
                return
            }
            record.answers.append(try scene.cases.map(answer))
        }
    }

    private func answer(_ asked: ClientCase) throws -> ClientAnswer {
        var answer = try nodes[asked.node].run(asked.line)
        for _ in 1..<Self.tries where !asked.isAnswered(by: answer) {
            try Interruption.pause(.seconds(3))
            answer = try nodes[asked.node].run(asked.line)
        }
        return answer
    }

    private func act(_ act: ClientScene.Act) throws {
        switch act {
        case .powerOn: for node in nodes { try node.powerOn() }
        case .unplugLAN: try laboratory.plug(.lan(0), false)
        case .plugLAN: try laboratory.plug(.lan(0), true)
        case .run(let line, let node): try nodes[node].begin(line)
        case .runOnBoth(let line): for node in nodes { try node.begin(line) }
        case .powerOffPeer: try laboratory.powerOff(nodes[1].lab)
        case .stop: try nodes[0].stop()
        case .boot:
            try laboratory.powerOff(nodes[0].lab)
            try nodes[0].powerOn()
        case .nothing: break
        }
    }

    /// Waits for what is awaited; a line that did not come true, or not for long enough, if any, and what it printed.
    private func missed(_ scene: ClientScene) throws -> (AwaitedLine, ClientAnswer)? {
        let end = Moment.now() + Self.patience + scene.calm
        var since = Moment.now()
        var latest: (AwaitedLine, ClientAnswer)?
        while true {
            let wrong = try wrong(scene.awaited)
            let now = Moment.now()
            if let wrong {
                latest = wrong
                since = now
            }
            if wrong == nil, now - since >= scene.calm { return nil }
            guard now < end else { return latest }
            try Interruption.pause(.milliseconds(500))
        }
    }

    /// Asked twice: on a busy machine a client may get no answer in time, which means nothing.
    private func wrong(_ lines: [AwaitedLine]) throws -> (AwaitedLine, ClientAnswer)? {
        for line in lines where try nodes[line.node].run(line.line).output != line.output + "\n" {
            let answer = try nodes[line.node].run(line.line)
            if answer.output != line.output + "\n" { return (line, answer) }
        }
        return nil
    }

    private var diagnosis: String {
        nodes.map { node in
            let log = Files.read("\(node.lab.logDirectory)/ha-log").split(separator: "\n").suffix(20)
            return "--- \(node.lab.name): end of its log\n" + log.map { "\($0)\n" }.joined() + node.lab.diagnosis
        }.joined()
    }
}
