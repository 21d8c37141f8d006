// How a person's or a program's question reaches the daemon of this machine, and what is made of every way in which it can go wrong.
// It never waits longer than a person would: a daemon that does not answer is given up, and what it has left is read instead.

import HeartbeatControl
import HeartbeatHost
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

/// Where a daemon is asked, and where it leaves what it leaves.
package struct Places: Hashable, Sendable {
    package var run = "/run"
    package var state = "/var/lib/heartbeat"
    package var configuration = "/etc/ha.d"

    package init() {}

    /// The node's name: the first line of nodeinfo, else `uname -n`.
    package var node: NodeName {
        let bytes = Descriptors.contents(of: configuration + "/nodeinfo", atMost: 1024) ?? []
        let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first
        let name = line.map { $0.split(separator: " ").joined() } ?? ""
        return NodeName(name.isEmpty ? Machine.name : name)
    }
}

/// Asks the daemon of one place how its pair is.
package struct Asking: Sendable {
    private let places: Places
    /// For all questions together; reading what a silent daemon has left comes on top.
    private let patience: Duration

    package init(_ places: Places, patience: Duration = .seconds(3)) {
        self.places = places
        self.patience = patience
    }

    /// How the pair is, as far as this machine knows.
    package func status() -> PairStatus {
        let source = source()
        let asked = WallClock.unixMilliseconds
        var status = PairStatus(source, of: places.node, asked: asked)
        status.lastDrill = lastDrill(asked)
        return status
    }

    /// The same as metrics. Machines ask often: the other node is not asked for its view, which it tells once a minute anyway.
    package func exposition() -> Exposition {
        let source = source(isFresh: false)
        let asked = WallClock.unixMilliseconds
        return Exposition(source, of: places.node, asked: asked, lastDrill: lastDrill(asked))
    }

    private func lastDrill(_ asked: UInt64) -> PairStatus.Drill? {
        DrillStore(in: places.state).read().map { PairStatus.Drill($0, asked: asked) }
    }

    /// `isFresh`: the other node is asked for its view first, which costs both a message.
    func source(isFresh: Bool = true) -> StatusSource {
        let deadline = Instant.now + patience
        do throws(ControlFailure) {
            let reply = try askForFacts(isFresh, until: deadline)
            if reply.exitCode == ControlExit.success {
                return NodeFacts(text: reply.lines).map(StatusSource.answered) ?? .garbled
            }
            if let major = Self.majorSpoken(reply.errors) { return .newer(major: major) }
            return try older(until: deadline).map(StatusSource.answeredByOlder) ?? .garbled
        } catch {
            return source(for: error)
        }
    }

    private func source(for failure: ControlFailure) -> StatusSource {
        switch failure {
        case .notRunning: .down(LastWordsReader(places).read())
        case .silent: .silent(after: patience, LastWordsReader(places).read())
        case .notPermitted(let path): .refused(path: path)
        case .garbled: .garbled
        }
    }

    /// A daemon that does not know of views takes the question for a fresh one for none.
    private func askForFacts(_ isFresh: Bool, until deadline: Instant) throws(ControlFailure) -> ControlReply {
        let major = FactsFormat.current.major
        guard isFresh else { return try ask(.facts(format: major), until: deadline) }
        let reply = try ask(.facts(format: major, isFresh: true), until: deadline)
        guard reply.exitCode != ControlExit.success, Self.majorSpoken(reply.errors) == nil else { return reply }
        return try ask(.facts(format: major), until: deadline)
    }

    private func ask(_ question: ClusterQuestion, until deadline: Instant) throws(ControlFailure) -> ControlReply {
        let rest = max(.milliseconds(1), deadline - .now)
        return try ControlClient(runDirectory: places.run, timeout: rest).ask(.question(question, inProse: false))
    }

    /// `ERROR: facts 1 is not spoken here; 2 is`.
    static func majorSpoken(_ errors: [String]) -> Int? {
        guard let line = errors.first(where: { $0.contains("is not spoken here") }) else { return nil }
        let words = line.split(separator: " ")
        return words.count > 2 && words.last == "is" ? Int(words[words.count - 2]) : nil
    }

    /// What a daemon without facts tells in its other answers; `nil` when that makes no sense.
    private func older(until deadline: Instant) throws(ControlFailure) -> NodeFacts? {
        let snapshot = try ask(.snapshot, until: deadline)
        guard snapshot.exitCode == ControlExit.success, var answers = OlderAnswers(snapshot: snapshot.lines) else {
            return nil
        }
        answers.take(network: try ask(.network, until: deadline).lines)
        answers.take(files: try ask(.files, until: deadline).lines)
        answers.take(timelines: try ask(.timeline, until: deadline).lines)
        answers.take(version: try ask(.parameter("hbversion"), until: deadline).lines)
        return answers.facts
    }
}
