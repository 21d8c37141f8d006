// What the scenes of hb_lines have in common: a laboratory with a program in it, and patience.

import Foundation
import HeartbeatLab
import Testing

/// Where the sources are.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

/// One scene.
struct LinesScene {
    static let program = ProgramPlaces().programs + "/hb_lines"

    let lab: TwoLines
    let program: LineProgram

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Makes everything, lets `body` play with it, and removes it.
    /// - Parameter change: to the text of the file.
    static func play(
        pace: LineProgram.Pace = .patient, _ change: (inout String) -> Void = { _ in },
        _ body: (LinesScene) throws -> Void
    ) throws {
        RunName.sweep(prefix: "hbln")
        let lab = try TwoLines(prefix: "hbln")
        defer { lab.close() }
        let program = try LineProgram(Self.program, in: lab, pace: pace)
        defer { program.end(SIGKILL) }
        var text = Files.read(program.file)
        change(&text)
        try Files.write(text, to: program.file)
        do {
            try body(LinesScene(lab: lab, program: program))
        } catch {
            throw Failure(description: "\(error)\n\(program.log)\n\(program.rules)")
        }
    }

    func wait(for what: String, atMost limit: Duration = .seconds(20), _ condition: () throws -> Bool) throws {
        try Interruption.wait(for: what, atMost: limit, until: condition)
    }

    func waitForLines(_ expected: [TwoLines.Line], _ what: String) throws {
        try wait(for: what) { program.chosen == expected }
    }

    /// The datagrams of both hosts, once they arrive.
    func flows() throws -> (server: Flow, workstation: Flow) {
        let flows = try (server: lab.flow(from: .server), workstation: lab.flow(from: .workstation))
        try wait(for: "datagrams to arrive") { flows.server.received > 20 && flows.workstation.received > 20 }
        return flows
    }

    /// No packet has left by a line with an address that is not of it.
    func expectNoneWrong() throws {
        #expect(try lab.wrongPackets() == 0)
    }
}
