// A daemon under valgrind's tool callgrind: the same daemon with the same files, started by another word. It takes fifty
// times as long, but carries out the same instructions.

import Glibc
import HeartbeatLab

/// Another peer whose instructions are counted.
struct CountedPeer: FailoverPeer {
    let original: any FailoverPeer

    private static let valgrind = "/usr/bin/valgrind"
    private static let messenger = "/usr/bin/vgdb"

    var name: String { original.name }
    var keepalive: Duration { original.keepalive }
    var deadtime: Duration { original.deadtime }
    var requirements: [Requirement] {
        original.requirements + [Self.valgrind, Self.messenger].map { Requirement($0, package: "valgrind") }
    }
    var signOfLife: SignOfLife { original.signOfLife }
    var rest: Duration { original.rest * 2 }
    var patiencePerAddress: Duration { original.patiencePerAddress + .seconds(30) }
    var substitutes: [Fault: String] { original.substitutes }
    var hasOnlyAddresses: Bool { original.hasOnlyAddresses }

    /// Whether it can be had on this machine.
    static var isPossible: Bool { [valgrind, messenger].allSatisfy(Files.isExecutable) }

    func version() -> String { original.version() }

    func configure(_ node: LabNode, addresses: [ServiceAddress]) throws {
        try original.configure(node, addresses: addresses)
        // Daemons give up their privileges, but their counts are written all the same.
        try Files.makeDirectory(Self.directory(of: node))
        try check(chmod(Self.directory(of: node), 0o777), "chmod \(Self.directory(of: node))")
    }

    func bootWords(on node: LabNode, in laboratory: Laboratory) -> [String] {
        Self.words(directory: Self.directory(of: node)) + original.bootWords(on: node, in: laboratory)
    }

    /// The programs a daemon starts are not counted: scripts and their tools lie where these patterns say.
    static func words(directory: String) -> [String] {
        let skipped = [
            "/bin/*", "/sbin/*", "/usr/bin/*", "/usr/sbin/*", "/usr/share/*", "/usr/lib/ocf/*", "*/resource.d/*",
        ]
        return [
            valgrind, "--quiet", "--tool=callgrind", "--callgrind-out-file=\(directory)/counts.%p",
            "--vgdb-prefix=\(directory)/vgdb", "--trace-children=yes",
            "--trace-children-skip=\(skipped.joined(separator: ","))",
        ]
    }

    func stop(_ node: LabNode) throws { try original.stop(node) }

    func standby(_ node: LabNode, in laboratory: Laboratory) throws { try original.standby(node, in: laboratory) }

    func processes(of node: LabNode) -> [pid_t] { original.processes(of: node) }

    func log(of node: LabNode) -> String? { original.log(of: node) }

    func state(of node: LabNode) -> StateDirectory? { original.state(of: node) }

    private static func directory(of node: LabNode) -> String { "\(node.directory)/counts" }

    // MARK: - Asking

    /// One of the daemon's processes, and since when its instructions count.
    struct Counted: Hashable, Sendable {
        /// As the node numbers it.
        var process: Int32
        var since: Moment
    }

    /// Sets the counts of all processes of a node to zero. Throws when one of them is not under valgrind.
    func begin(on node: LabNode) throws -> [Counted] {
        try processes(of: node).map { number in
            guard let inside = ProcessNumber.innermost(status: Files.read("/proc/\(number)/status")) else {
                throw LabError.notReached("process \(number) of \(name) has ended")
            }
            try ask(inside, "zero", on: node)
            return Counted(process: inside, since: Moment.now())
        }
    }

    /// What each of them has carried out since.
    func end(_ counted: [Counted], on node: LabNode) throws -> [InstructionCount] {
        try counted.map { counted in
            let before = Set(Files.names(in: Self.directory(of: node)))
            try ask(counted.process, "dump", on: node)
            let span = Moment.now() - counted.since
            let written = Set(Files.names(in: Self.directory(of: node))).subtracting(before)
                .filter { $0.hasPrefix("counts.\(counted.process).") }
            guard written.count == 1, let file = written.first,
                let dump = CallgrindDump(Files.read("\(Self.directory(of: node))/\(file)"))
            else { throw LabError.notReached("the counts of process \(counted.process) of \(name)") }
            return InstructionCount(instructions: dump.instructions, span: span)
        }
    }

    private func ask(_ process: Int32, _ command: String, on node: LabNode) throws {
        let words = [
            Self.messenger, "--vgdb-prefix=\(Self.directory(of: node))/vgdb", "--pid=\(process)", "--wait=2", command,
        ]
        let result = try node.run(words, limit: .seconds(30))
        guard result.code == 0 else {
            throw LabError.notReached("process \(process) of \(name) does not \(command): \(result.output)")
        }
    }
}
