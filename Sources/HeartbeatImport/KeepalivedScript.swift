// A vrrp_script that is tracked, as a probe of ha.cf: an exit status of 0 is an answer there, too.

import HeartbeatConfig
import HeartbeatModel

struct KeepalivedScript {
    /// The line of ha.cf.
    private(set) var probe: String?
    private(set) var findings: [ImportFinding] = []

    private var command: String?
    private var interval = 1000
    private var timeout: Int?
    private var fall = 1
    private var rise = 1
    private var weight: String?

    /// One node may notice a path that is dead for both before the other has asked.
    private static let leastFall = 3
    private static let shortestInterval = 100

    /// - Parameter tracked: the line of track_script.
    init(_ definition: KeepalivedStatement, tracked: KeepalivedStatement) {
        for word in definition.block ?? [] { read(word) }
        if let index = tracked.words.firstIndex(of: "weight"), index + 1 < tracked.words.count {
            weight = tracked.words[index + 1] == "0" ? nil : tracked.words[index + 1]
        }
        guard !tracked.words.contains("reverse") else {
            findings.append(
                ImportFinding(
                    .lost, tracked.place, "track_script \(tracked.text)",
                    "a probe counts when it fails, never when it succeeds",
                    "write a program that fails when the node shall serve nothing"))
            return
        }
        make(definition)
    }

    private mutating func read(_ word: KeepalivedStatement) {
        let value = word.value ?? ""
        switch word.keyword {
        case "script": command = word.words.dropFirst().joined(separator: " ")
        case "interval": interval = ImportedWord.thousandths(value) ?? interval
        case "timeout": timeout = ImportedWord.thousandths(value)
        case "fall": fall = ImportedWord.number(value) ?? fall
        case "rise": rise = ImportedWord.number(value) ?? rise
        case "weight": weight = value == "0" ? nil : value
        case "user", "init_fail": break
        default:
            findings.append(
                ImportFinding(
                    .lost, word.place, word.text, "a probe has no such option", "look at the probe lines of ha.cf"))
        }
    }

    private mutating func make(_ definition: KeepalivedStatement) {
        let name = definition.value ?? ""
        let words = (command ?? "").split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard let program = words.first, program.hasPrefix("/"), words.allSatisfy(Self.isPlain) else {
            findings.append(
                ImportFinding(
                    .lost, definition.place, definition.text,
                    "a probe runs one program, named by its full path, with plain words behind it",
                    "put it into a script, and write \"probe NAME command /path/of/the/script\" into ha.cf"))
            return
        }
        guard name.utf8.count <= 64, !name.isEmpty, name.utf8.allSatisfy(\.isNameByte) else {
            findings.append(
                ImportFinding(
                    .lost, definition.place, definition.text, "its name can be none of a probe",
                    "call it something with letters, digits and \"-\""))
            return
        }
        let (every, least) = (max(interval, Self.shortestInterval), max(fall, Self.leastFall))
        let answer = min(max(timeout ?? every, 1), every)
        probe =
            "probe \(name) interval=\(every)ms timeout=\(answer)ms fall=\(min(least, 10_000)) rise=\(min(max(rise, 1), 10_000)) "
            + (["command"] + words).joined(separator: " ")
        tell(definition, everyIsSame: every == interval && answer == timeout ?? every)
    }

    private mutating func tell(_ definition: KeepalivedStatement, everyIsSame: Bool) {
        var differences: [String] = []
        if fall < Self.leastFall {
            differences.append("it fails \(Self.leastFall) times before it counts, as paths do")
        }
        if weight != nil { differences.append("it counts as one thing lost; there are no weights") }
        if !everyIsSame { differences.append("its times are the nearest ones that a probe can have") }
        let why = (["a probe line of ha.cf"] + differences).joined(separator: "; ")
        findings.append(
            ImportFinding(differences.isEmpty ? .kept : .changed, definition.place, definition.text, why))
    }

    /// There are no quotes in ha.cf, and nothing between the program and the daemon that would know a shell's words.
    private static func isPlain(_ word: String) -> Bool {
        word.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"#\"'`$|&;<>()*?\\[]{}~".utf8.contains($0) }
    }
}
