// The original's recorded conversations: every frame is read and written again byte by byte, and our sessions, put in the
// daemon's place, give the same answers in the same order.

import HeartbeatModel
import HeartbeatWire
import Testing

@testable import HeartbeatClients

@Suite struct TranscriptTests {
    @Test(arguments: Transcript.names)
    func everyFrameIsReadAndWrittenAsItWas(name: String) throws {
        let transcript = try Transcript(name)
        var frames = 0
        for (number, line) in transcript.lines {
            switch line {
            case .toDaemon(let header, let body), .fromDaemon(let header, let body):
                frames += 1
                let frame = ClientFrames.frame(body)
                #expect(hexadecimal(frame.prefix(8)) == header, "\(name):\(number)")
                var cutter = ClientFrames()
                #expect(try cutter.append(frame) == [body], "\(name):\(number)")
                // Some of what was sent by hand is no message.
                guard name != "requests" || line.isFromDaemon else { continue }
                let fields = try UnsignedMessage.fields(of: body)
                // Messages of the cluster are handed on with their signature, which ours leave out.
                let signature = body.firstRange(of: Array("\nauth=".utf8)).map { body[$0.lowerBound...] }
                let rest = signature.flatMap { part in part.dropFirst().firstIndex(of: 10).map { part[...$0] } } ?? []
                let expected = body.replacing(Array(rest), with: rest.isEmpty ? [] : [10])
                #expect(UnsignedMessage.bytes(of: fields, as: .classic) == expected, "\(name):\(number)")
            case .title, .connect, .closedByDaemon, .closedByClient: break
            }
        }
        #expect(frames >= 20)
    }

    private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(arguments: Transcript.names)
    func ourAnswersAreTheOriginals(name: String) throws {
        let transcript = try Transcript(name)
        var daemon = StandIn()
        for (number, line) in transcript.lines {
            switch line {
            case .title: daemon.expectNothing(before: "\(name):\(number)")
            case .connect(let peer): daemon.connect(peer)
            case .toDaemon(_, let body): daemon.receive(body)
            case .fromDaemon(_, let body):
                let fields = try UnsignedMessage.fields(of: body)
                daemon.learn(fields)
                guard fields.isAnswer else { continue }
                let next = daemon.nextAnswer()
                let answer = try #require(next, "\(name):\(number): no answer")
                #expect(answer.comparable == fields.comparable, "\(name):\(number)")
            case .closedByDaemon: #expect(daemon.hasClosed, "\(name):\(number)")
            case .closedByClient: daemon.disconnect()
            }
        }
        daemon.expectNothing(before: "the end of \(name)")
        #expect(daemon.answers > 1)
    }
}

/// Our sessions in the place of the recorded daemon.
private struct StandIn {
    private var sessions = ClientSessions(RecordedCluster.settings)
    private var snapshot = RecordedCluster.snapshot
    private var connection = ClientConnection(0)
    private var written: [[Message.Field]] = []
    private(set) var hasClosed = false
    private(set) var answers = 0

    mutating func connect(_ peer: PeerCredentials) {
        connection = ClientConnection(connection.number + 1)
        hasClosed = false
        take(sessions.handle(.connected(connection, peer)))
    }

    mutating func receive(_ body: [UInt8]) {
        take(sessions.handle(.received(connection, body: body, snapshot)))
    }

    /// A client that signs off does not read any more what it is told of its own end.
    mutating func disconnect() {
        written.removeAll { $0.text("st") == "leave" }
        for number in 1...connection.number { take(sessions.handle(.disconnected(ClientConnection(number)))) }
    }

    /// What the recorded cluster tells of itself on the way.
    mutating func learn(_ fields: [Message.Field]) {
        guard fields.text("t") == "status", let node = fields.text("src"),
            let status = fields.text("st").flatMap(NodeStatus.init),
            let index = snapshot.nodes.firstIndex(where: { $0.name.text == node })
        else { return }
        snapshot.nodes[index].status = status
    }

    mutating func nextAnswer() -> [Message.Field]? {
        guard !written.isEmpty else { return nil }
        answers += 1
        return written.removeFirst()
    }

    func expectNothing(before place: String) {
        #expect(written.isEmpty, "more than the original, before \(place): \(written)")
    }

    private mutating func take(_ effects: [ClientEffect]) {
        for effect in effects {
            switch effect {
            case .write(let fields, _): if fields.isAnswer { written.append(fields) }
            case .close(let closed): hasClosed = hasClosed || closed == connection
            case .admit, .limitQueue, .signal, .send, .listen, .note: break
            }
        }
    }
}

extension [Message.Field] {
    /// Neither a message of the cluster nor one that is handed on to whoever debugs.
    fileprivate var isAnswer: Bool {
        switch text("t") {
        case "hbapi-resp": true
        case "hbapi-clstat": text("seq") == nil
        default: false
        }
    }

    /// Without the count of those who signed on before the recording began.
    fileprivate var comparable: [Message.Field] { filter { $0.name != "client_gen" } }
}

extension Transcript.Line {
    fileprivate var isFromDaemon: Bool {
        if case .fromDaemon = self { true } else { false }
    }
}
