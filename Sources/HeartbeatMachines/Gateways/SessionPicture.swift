// What a gateway whose lines are sessions has at one moment, in the words of its programs, and what must be true of it after a scene.
// Text in, text out.

import HeartbeatLab

/// One look at the gateway and at its provider.
struct SessionPicture: Hashable {
    /// All that hb_lines has logged.
    var log = ""
    /// What `hb_lines --show` prints.
    var report = ""
    /// `ip -4 -oneline address show`.
    var addresses = ""
    /// `ip rule show`.
    var rules = ""
    /// `ip route show table` of the first line.
    var routes = ""
    /// Packets that the provider has counted: the client's, by the name of their line, and strays.
    var counts: [String: Int] = [:]

    /// The line that the client's class is on.
    var line: String? { LineProgram.line(of: GatewaySite.clients, in: report) }

    /// Both lines are up, and the class is on its first.
    var isAsAtFirst: Bool {
        line == SessionLine.first.name && SessionLine.all.allSatisfy { report.contains("line \($0.name) up: ") }
    }

    /// The address of a line's session.
    func address(of line: SessionLine) -> String? {
        let words = addresses.split(separator: "\n").map { $0.split(separator: " ") }
        return words.first { $0.count > 3 && $0[1] == line.interface && $0[2] == "inet" }.map {
            String($0[3].prefix { $0 != "/" })
        }
    }

    /// Lines of the log that are not of an earlier look.
    fileprivate func news(since before: SessionPicture) -> [Substring] {
        log.dropFirst(before.log.count).split(separator: "\n")
    }

    /// How often the class has moved.
    func moves(since before: SessionPicture) -> Int {
        news(since: before).count { $0.contains("Class \(GatewaySite.clients) moves from line ") }
    }

    /// The session is another one, and hb_lines has judged it.
    func isDialledAnew(since before: SessionPicture) -> Bool {
        guard let address = address(of: .first), address != before.address(of: .first) else { return false }
        return news(since: before).contains { $0.contains("nothing has moved") }
    }
}

/// What is wrong after a scene.
struct SessionVerdict {
    var scene: GatewayScene
    /// Before anything happened.
    var before: SessionPicture
    /// When the clients were served again, and some seconds later.
    var over: SessionPicture
    var after: SessionPicture

    /// The line that the class must be on at the end.
    static func line(after scene: GatewayScene) -> SessionLine { scene == .lineDead ? .second : .first }

    var problems: [String] {
        let line = Self.line(after: scene)
        let (moves, expected) = (after.moves(since: before), scene.mustMove(.ours) == true ? 1 : 0)
        var problems: [String] = []
        if moves != expected { problems.append("the class moved \(moves) times, and must \(expected) times") }
        if after.line != line.name {
            problems.append("the class is on \(after.line ?? "no line"), not on \(line.name)")
        }
        if scene == .sessionRestart { problems += problemsOfSession }
        if line == .first { problems += problemsOfTables }
        if after.counts[line.name, default: 0] < over.counts[line.name, default: 0] + Self.fewEchoes {
            problems.append("the client's echoes do not go on over \(line.name)")
        }
        let strays = after.counts[Self.strays, default: 0] - before.counts[Self.strays, default: 0]
        if strays > 0 { problems.append("\(strays) packets came by a line that has not their address") }
        return problems
    }

    static let strays = "strays"
    /// Of some fifty.
    private static let fewEchoes = 10

    private var problemsOfSession: [String] {
        // Ended connections are those of the old address.
        let news = after.news(since: before).filter { !$0.contains("connections of the line") }
        var problems: [String] = []
        if news.count != 1 || !news[0].contains("Line \(SessionLine.first.name) was bad") {
            problems.append(
                "the log says something else than one line about the session: \(news.joined(separator: " | "))")
        }
        if after.address(of: .first) == before.address(of: .first) {
            problems.append("the session has no other address")
        }
        return problems
    }

    private var problemsOfTables: [String] {
        let line = SessionLine.first
        guard let address = after.address(of: line) else { return ["\(line.interface) has no address"] }
        var problems: [String] = []
        if !after.rules.contains("from \(address) lookup \(line.table)") {
            problems.append("no rule is for the address \(address)")
        }
        if !after.routes.split(separator: "\n").contains(where: {
            $0.hasPrefix("default dev \(line.interface) ") && $0.contains(" src \(address)")
        }) {
            problems.append("the table of \(line.name) does not send from \(address)")
        }
        if let old = before.address(of: line), old != address, after.rules.contains("from \(old) ") {
            problems.append("a rule is for the old address \(old)")
        }
        return problems
    }
}
