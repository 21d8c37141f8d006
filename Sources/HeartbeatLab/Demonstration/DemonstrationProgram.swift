// The demonstration from its start to its exit code: finds what it plays with, prints what there is to print, and leaves
// nothing behind on any way out.

import Glibc

/// What `hbdemo` does once its arguments are known.
package struct DemonstrationProgram: Sendable {
    package enum Subject: Hashable, Sendable {
        /// Two gateways that take over from each other.
        case pair([Scene])
        /// One gateway with two lines to the internet.
        case lines
        /// Three hosts that can each be the gateway.
        case hosts
    }

    package var subject: Subject
    /// JSON on standard output, the timeline on standard error.
    package var wantsJSON: Bool
    /// The laboratory stays up after the last scene, until a signal comes.
    package var keeps: Bool
    /// Everything that the nodes log and the client sees is told, too.
    package var isVerbose: Bool
    private let places: ProgramPlaces

    package init(_ subject: Subject, wantsJSON: Bool, keeps: Bool, isVerbose: Bool, places: ProgramPlaces) {
        self.subject = subject
        self.wantsJSON = wantsJSON
        self.keeps = keeps
        self.isVerbose = isVerbose
        self.places = places
    }

    /// Everything as it must be.
    package static let correct: Int32 = 0
    /// A scene went wrong.
    package static let wrong: Int32 = 1
    /// The laboratory cannot be built here, or failed itself.
    package static let impossible: Int32 = 3
    /// A signal came.
    package static let interrupted: Int32 = 130

    /// Plays and prints. Returns the exit code.
    package func run() -> Int32 {
        do {
            try Interruption.takeOverSignals()
            return try play()
        } catch LabError.interrupted {
            Self.print("hbdemo: interrupted, everything is removed\n", to: STDERR_FILENO)
            return Self.interrupted
        } catch {
            Self.print("hbdemo: \(error)\n", to: STDERR_FILENO)
            return Self.impossible
        }
    }

    /// Removes what killed runs have left behind. Returns the exit code.
    package static func sweep() -> Int32 {
        for name in RunName.sweep(prefix: "hbd") { print("removed \(name)\n", to: STDOUT_FILENO) }
        return correct
    }

    private func play() throws -> Int32 {
        let timeline = Timeline(descriptor: wantsJSON ? STDERR_FILENO : STDOUT_FILENO, isVerbose: isVerbose)
        switch subject {
        case .pair(let scenes): return try playPair(scenes, timeline)
        case .lines: return try playLines(timeline)
        case .hosts: return try playHosts(timeline)
        }
    }

    private func playPair(_ scenes: [Scene], _ timeline: Timeline) throws -> Int32 {
        timeline.say(Self.opening)
        let demonstration = try Demonstration(
            programs: places.programs, resourceScripts: places.resourceScripts, timeline: timeline)
        defer { demonstration.close() }
        return try end(
            DemonstrationReport(try demonstration.play(scenes)), Self.closing, timeline, demonstration.linger)
    }

    private func playLines(_ timeline: Timeline) throws -> Int32 {
        timeline.say(Self.openingOfLines)
        let demonstration = try LineDemonstration(programs: places.programs, timeline: timeline)
        defer { demonstration.close() }
        return try end(
            LineDemonstrationReport(try demonstration.play()), Self.closingOfLines, timeline, demonstration.linger)
    }

    private func playHosts(_ timeline: Timeline) throws -> Int32 {
        timeline.say(Self.openingOfHosts)
        let demonstration = try HostDemonstration(programs: places.programs, timeline: timeline)
        defer { demonstration.close() }
        return try end(
            HostDemonstrationReport(try demonstration.play()), Self.closingOfHosts, timeline, demonstration.linger)
    }

    /// What came of all scenes, and the exit code.
    private func end(
        _ report: some DemonstrationOutcome, _ closing: String, _ timeline: Timeline, _ linger: () throws -> Void
    ) throws -> Int32 {
        Self.print(wantsJSON ? report.json : "\n" + report.table, to: STDOUT_FILENO)
        if !wantsJSON { timeline.say(closing) }
        if keeps { try linger() }
        return report.isCorrect ? Self.correct : Self.wrong
    }

    static var opening: String {
        """
        Two gateways and a client, in network namespaces of this machine. The gateways
        are joined by the LAN, a second link and a null modem; haresources says:

            cluster1 \(NodeFiles.address)/24 \(NodeFiles.group.joined(separator: " "))

        The address is real; these four scripts are stand-ins that only make a file.
        The client pings that address 500 times a second and asks who has it. Below:
        what is done to the gateways, and what came of it, in ms since then.
        """
    }

    static let closing = """

        Next: README.md, "Install", leads to two real gateways. Here, make demo
        ARGS=--verbose shows everything that both nodes log, and where each
        millisecond goes; ARGS=--keep leaves the gateways up to be played with.
        """

    static let openingOfLines = """
        A gateway with two lines to the internet, in network namespaces of this machine:

             server 10.0.0.10 ──┐           ┌── dsl1 ── provider 1 ──┐
                                ├─ gateway ─┤                        ├── internet
            workstation .100 ───┘           └── dsl2 ── provider 2 ──┘

        hb_lines asks three hosts behind each provider. Server and workstation each send
        to a host out there, 200 datagrams a second, each from one socket all along.
        """

    static let closingOfLines = """

        Next: docs/two-lines.md leads from two modems to this gateway. Here, make demo
        ARGS="--lines --verbose" shows the gateway's log; ARGS="--lines --keep" leaves
        all of it up.
        """

    static let openingOfHosts = """
        Three hosts that can each be the gateway, in network namespaces of this machine:

                               ┌── gwa ──┐
            client 10.0.0.100 ─┼── gwb ──┼── router ── 192.0.2.1
                               └── gwc ──┘

        hb_gateway runs on each, with its default times. One of them has the roving
        addresses; the uplinks of the others are down. The client asks 192.0.2.1 through
        whoever serves, a thousand times a second.
        """

    static let closingOfHosts = """

        Next: docs/gateway-of-n-hosts.md leads to such hosts. Here, make demo
        ARGS="--hosts --verbose" shows what each of them logs; ARGS="--hosts --keep"
        leaves all of them up.
        """

    private static func print(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
    }
}
