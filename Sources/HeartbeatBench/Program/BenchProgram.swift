// A bench run from its start to its exit code: builds the clusters of each section, measures them in turn, keeps every row
// on disk as soon as it is there, and leaves nothing behind on any way out.

import Glibc
import HeartbeatLab

/// What `hbbench` does once its arguments are known.
package struct BenchProgram: Sendable {
    package var sections: [BenchSection]
    /// File for the rows; `nil`: none.
    package var file: String?
    package var places: ProgramPlaces

    package init(sections: [BenchSection], file: String?, places: ProgramPlaces) {
        self.sections = sections
        self.file = file
        self.places = places
    }

    /// Everything was measured.
    package static let complete: Int32 = 0
    /// A peer did not come to serve or did not recover; the rest was measured.
    package static let incomplete: Int32 = 1
    /// Nothing can be measured here, or the laboratory failed itself.
    package static let impossible: Int32 = 3
    /// A signal came.
    package static let interrupted: Int32 = 130

    /// Measures and prints. Returns the exit code.
    package func run() -> Int32 {
        let peers = sections.flatMap { section in
            section.peers.map { $0.peer(section.setting, programs: places.programs, media: section.media) }
        }
        return Self.run(measuring: peers, file: file, places: places) { results in
            for (number, section) in sections.enumerated() {
                Self.tell("section \(number + 1) of \(sections.count): \(Self.title(of: section))")
                try measure(section, into: &results)
            }
            Self.print(BenchTable(results.rows).text, to: STDOUT_FILENO)
        }
    }

    /// What all measurements share: signals, the file, the ways out. Returns the exit code.
    static func run(
        measuring peers: [any FailoverPeer], file: String?, places: ProgramPlaces,
        _ measure: (inout BenchResults) throws -> Void
    ) -> Int32 {
        run(try BenchResults(peers: peers, file: file, places: places), measure)
    }

    /// The same with results that know what they are measured of.
    static func run(
        _ makeResults: @autoclosure () throws -> BenchResults, _ measure: (inout BenchResults) throws -> Void
    ) -> Int32 {
        do {
            try Interruption.takeOverSignals()
            var results = try makeResults()
            try measure(&results)
            return results.isComplete ? Self.complete : Self.incomplete
        } catch LabError.interrupted {
            Self.tell("interrupted, everything is removed")
            return Self.interrupted
        } catch {
            Self.tell("\(error)")
            return Self.impossible
        }
    }

    /// Removes what killed runs have left behind. Returns the exit code.
    package static func sweep() -> Int32 {
        for name in RunName.sweep(prefix: BenchCluster.prefix) { print("removed \(name)\n", to: STDOUT_FILENO) }
        return complete
    }

    private func measure(_ section: BenchSection, into results: inout BenchResults) throws {
        var clusters: [BenchCluster] = []
        defer { for cluster in clusters { cluster.close() } }
        for name in section.peers {
            clusters.append(
                try BenchCluster(
                    name.peer(section.setting, programs: places.programs, media: section.media),
                    setting: section.setting, addresses: section.addresses, places: places))
        }
        let steps = (1...max(1, section.runs)).flatMap { run in section.faults.map { (run: run, fault: $0) } }
        for (index, step) in steps.enumerated() {
            let next = index + 1 < steps.count ? steps[index + 1].fault : nil
            var fallen: [Int] = []
            for (position, cluster) in clusters.enumerated() {
                do {
                    let row = try cluster.trial(step.fault, run: step.run)
                    try results.add(row)
                    Self.tell(BenchTable.line(for: row))
                    if let timeline = row.timeline { Self.print(BenchTable.text(of: timeline), to: STDERR_FILENO) }
                    // A failback begins where another fault has left off.
                    if let next, next.ownerBefore == 0 { try cluster.comeHome() }
                } catch LabError.notReached(let what) {
                    var row = cluster.row(step.fault.rawValue, run: step.run)
                    row.notes.append(BenchRow.notMeasured)
                    try results.add(row)
                    Self.tell("\(cluster.peer.name) \(step.fault.rawValue): \(what)")
                    cluster.close()
                    fallen.append(position)
                }
            }
            for position in fallen.reversed() { clusters.remove(at: position) }
        }
    }

    private static func title(of section: BenchSection) -> String {
        "\(section.peers.map(\.rawValue).joined(separator: " ")) – \(section.setting), \(section.addresses) "
            + "address\(section.addresses == 1 ? "" : "es"), \(section.faults.map(\.rawValue).joined(separator: " ")), "
            + "\(section.runs) run\(section.runs == 1 ? "" : "s")"
    }

    static func tell(_ text: String) {
        print("hbbench: \(text)\n", to: STDERR_FILENO)
    }

    static func print(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
    }
}
