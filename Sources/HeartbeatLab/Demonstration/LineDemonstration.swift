// Plays the scenes of a gateway with two lines: kills a line, brings it back, and sees to it that both flows go on.

/// A demonstration of two lines on one machine.
package final class LineDemonstration {
    private let laboratory: TwoLines
    private let program: LineProgram
    private let timeline: Timeline
    private var follower: FileFollower?
    private var flows: [Flow] = []

    private static let requirements = Laboratory.requirements + ["nft"]
    /// Three questions without an answer, five a second.
    private static let pace = LineProgram.Pace(
        probes: "interval=200ms timeout=200ms fall=3", lines: "hold=1s rise=2s")
    /// What a busy machine may take for a second.
    private static let patience = Duration.seconds(30)

    /// Builds the laboratory; throws `LabError.missing` where that is not possible.
    package init(programs: String, timeline: Timeline) throws {
        let path = "\(programs)/hb_lines"
        guard Files.isExecutable(path) else { throw LabError.missing("not built: \(path)") }
        let missing = Self.requirements.filter { !Files.isInstalled($0) }
        guard missing.isEmpty else { throw LabError.missing("not installed: \(missing.joined(separator: ", "))") }
        RunName.sweep(prefix: "hbd")
        laboratory = try TwoLines(prefix: "hbd")
        self.timeline = timeline
        do {
            program = try LineProgram(path, in: laboratory, pace: Self.pace)
        } catch {
            laboratory.close()
            throw error
        }
    }

    /// Takes everything away.
    package func close() {
        for flow in flows { flow.end() }
        follower?.close()
        program.end()
        laboratory.close()
    }

    /// Plays all scenes. Throws only when the laboratory itself fails or a signal comes.
    package func play() throws -> [LineSceneResult] { try LineScene.allCases.map(play) }

    /// Keeps the laboratory up until a signal comes.
    package func linger() throws {
        timeline.begin("The laboratory stays up until ^C")
        for host in TwoLines.Host.allCases {
            timeline.tell(.laboratory, "\(host): ip netns exec \(laboratory.namespace(host).name) sh")
        }
        timeline.tell(.laboratory, "files: \(laboratory.directory)")
        try Interruption.pause(.seconds(86400))
    }

    private func play(_ scene: LineScene) throws -> LineSceneResult {
        timeline.begin(scene.title, explanation: scene.explanation)
        let start = Moment.now()
        try act(scene)
        var problems: [String] = []
        if try !Interruption.wait(atMost: Self.patience, until: { program.chosen == scene.lines }) {
            problems.append("the classes are on \(program.chosen), not on \(scene.lines)")
        }
        problems += try waitForFlows()
        if scene == .redialled, !program.log.contains("nothing has moved") {
            problems.append("the log does not say that nothing has moved")
        }
        let wrong = try laboratory.wrongPackets()
        if wrong > 0 { problems.append("\(wrong) packets left by the wrong line") }
        let result = LineSceneResult(
            scene: scene, lines: program.chosen, gaps: flows.map { $0.longestGap(after: start) }, wrong: wrong,
            problems: problems)
        timeline.say("    " + result.sentence)
        return result
    }

    private func act(_ scene: LineScene) throws {
        switch scene {
        case .start:
            try program.start()
            flows = try [.server, .workstation].map(laboratory.flow)
            follower = try FileFollower(["\(laboratory.directory)/log"]) { [timeline] _, line in
                timeline.detail(.node("gateway"), line)
            }
        case .deadLine:
            timeline.detail(.laboratory, "the first router of dsl1 passes nothing on any more")
            try laboratory.forward(.isp1, false)
        case .lineBack:
            timeline.detail(.laboratory, "it does again")
            try laboratory.forward(.isp1, true)
        case .redialled:
            timeline.detail(.laboratory, "takes the interface of dsl1 away, and makes it anew with the address .77")
            try laboratory.unplug(.dsl1)
            try laboratory.plug(.dsl1, host: 77)
        }
    }

    /// Until both have been received for a while, each in one socket all along.
    private func waitForFlows() throws -> [String] {
        let before = flows.map(\.received)
        let goesOn = { zip(self.flows, before).allSatisfy { $0.received > $1 + 50 } }
        guard try !Interruption.wait(atMost: Self.patience, until: goesOn) else { return [] }
        return zip(["server", "workstation"], zip(flows, before)).filter { $1.0.received <= $1.1 + 50 }
            .map { "the \($0.0)'s flow does not go on" }
    }
}
