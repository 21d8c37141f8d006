// The demonstration from its start to its exit code: finds what it plays with, prints what there is to print, and leaves
// nothing behind on any way out.

import Glibc

/// What `hbdemo` does once its arguments are known.
public struct DemonstrationProgram: Sendable {
    public var scenes: [Scene]
    /// JSON on standard output, the timeline on standard error.
    public var wantsJSON: Bool
    /// The laboratory stays up after the last scene, until a signal comes.
    public var keeps: Bool
    /// Directory of the programs; `nil`: where this program lies.
    public var programs: String?
    /// Directory of the resource scripts; `nil`: `resource.d` in a directory above the programs, else /etc/ha.d's.
    public var resourceScripts: String?

    public init(scenes: [Scene], wantsJSON: Bool, keeps: Bool, programs: String?, resourceScripts: String?) {
        self.scenes = scenes
        self.wantsJSON = wantsJSON
        self.keeps = keeps
        self.programs = programs
        self.resourceScripts = resourceScripts
    }

    /// Everything as it must be.
    public static let correct: Int32 = 0
    /// A scene went wrong.
    public static let wrong: Int32 = 1
    /// The laboratory cannot be built here, or failed itself.
    public static let impossible: Int32 = 3
    /// A signal came.
    public static let interrupted: Int32 = 130

    /// Plays and prints. Returns the exit code.
    public func run() -> Int32 {
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
    public static func sweep() -> Int32 {
        for name in RunName.sweep(prefix: "hbd") { print("removed \(name)\n", to: STDOUT_FILENO) }
        return correct
    }

    private func play() throws -> Int32 {
        let programs = self.programs ?? Self.ownDirectory
        let demonstration = try Demonstration(
            programs: programs, resourceScripts: resourceScripts ?? Self.resourceScripts(above: programs),
            timeline: Timeline(descriptor: wantsJSON ? STDERR_FILENO : STDOUT_FILENO))
        defer { demonstration.close() }
        let report = DemonstrationReport(try demonstration.play(scenes))
        Self.print(wantsJSON ? report.json : "\n" + report.table, to: STDOUT_FILENO)
        if keeps { try demonstration.linger() }
        return report.isCorrect ? Self.correct : Self.wrong
    }

    private static var ownDirectory: String {
        var name = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &name, name.count)
        return parent(String(decoding: name.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    private static func resourceScripts(above directory: String) -> String {
        var directory = directory
        while !directory.isEmpty {
            let candidate = "\(directory)/resource.d"
            if Files.isExecutable("\(candidate)/IPaddr") { return candidate }
            directory = parent(directory)
        }
        return "/etc/ha.d/resource.d"
    }

    /// The path up to its last slash; empty for the root.
    private static func parent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private static func print(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
    }
}
