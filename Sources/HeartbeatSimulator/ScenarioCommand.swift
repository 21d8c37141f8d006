// The words of a scenario file: who is in the cluster, and what happens when. One command a line; `#` begins a comment.

import HeartbeatModel

/// A line of a scenario that cannot be understood.
package struct ScenarioError: Error, Hashable, CustomStringConvertible {
    package var line: Int
    package var message: String

    package var description: String { "line \(line): \(message)" }
}

/// What happens at an instant of a scenario.
enum ScenarioCommand: Hashable {
    case boot(String)
    case powerOff(String)
    /// The daemon dies; what runs goes on without it.
    case crash(String)
    /// A resource stops running by itself.
    case lose(word: String, on: String)
    case stall(String, Duration)
    /// The whole machine stands still, its kernel with it.
    case pause(String, Duration)
    /// From one node only, or – `nil` – both ways. The medium `all` is every medium.
    case cut(medium: String, from: String?)
    case mend(medium: String)
    case request(String, OperatorRequest)
    /// No start of the group succeeds on the node.
    case breakGroup(key: String, on: String)
    /// No stop of the resource succeeds on the node.
    case stick(word: String, on: String)
    /// The script of the resource cannot be run on the node any more.
    case remove(word: String, on: String)
    /// The line of the group begins with the preferred node's name in the node's file, too.
    case correct(key: String, on: String)
    /// Every script works again.
    case repair
    /// A cable is pulled out or put back.
    case plug(interface: String, on: String, isUp: Bool)
    /// A cable is out for `down`, back for `up`, and so on for `length`.
    case flap(interface: String, on: String, down: Duration, up: Duration, length: Duration)
    /// A path stops answering, or answers again.
    case open(path: String, on: String, isOpen: Bool)
    /// A line to the internet is dead, or works again.
    case line(String, on: String, works: Bool)
    /// Somebody edits the file that must be the same on both nodes.
    case edit(version: UInt32, on: String)
    /// An operator takes the node out of service, or puts it back.
    case maintain(String, isOn: Bool)

    /// Reads the words after `at <time>`.
    init(_ words: [String], line: Int) throws(ScenarioError) {
        switch words.first {
        case "boot" where words.count == 2: self = .boot(words[1])
        case "power" where words.count == 3 && words[1] == "off": self = .powerOff(words[2])
        case "crash" where words.count == 2: self = .crash(words[1])
        case "lose" where words.count == 4 && words[2] == "on": self = .lose(word: words[1], on: words[3])
        case "stall" where words.count == 3: self = .stall(words[1], try Self.duration(words[2], line: line))
        case "pause" where words.count == 3: self = .pause(words[1], try Self.duration(words[2], line: line))
        case "cut" where words.count == 2: self = .cut(medium: words[1], from: nil)
        case "cut" where words.count == 4 && words[2] == "from": self = .cut(medium: words[1], from: words[3])
        case "mend" where words.count == 2: self = .mend(medium: words[1])
        case "standby" where words.count == 3: self = .request(words[1], .standby(try Self.set(words[2], line: line)))
        case "takeover" where words.count == 3: self = .request(words[1], .takeover(try Self.set(words[2], line: line)))
        case "shutdown" where words.count == 2: self = .request(words[1], .shutdown)
        case "break" where words.count == 4 && words[2] == "on": self = .breakGroup(key: words[1], on: words[3])
        case "stick" where words.count == 4 && words[2] == "on": self = .stick(word: words[1], on: words[3])
        case "remove" where words.count == 4 && words[2] == "on": self = .remove(word: words[1], on: words[3])
        case "correct" where words.count == 4 && words[2] == "on": self = .correct(key: words[1], on: words[3])
        case "repair" where words.count == 1: self = .repair
        case "maintain" where words.count == 2: self = .maintain(words[1], isOn: true)
        case "serve" where words.count == 2: self = .maintain(words[1], isOn: false)
        case "unplug" where words.count == 4 && words[2] == "on", "plug" where words.count == 4 && words[2] == "on":
            self = .plug(interface: words[1], on: words[3], isUp: words[0] == "plug")
        case "flap" where words.count == 7 && words[2] == "on":
            self = .flap(
                interface: words[1], on: words[3], down: try Self.duration(words[4], line: line),
                up: try Self.duration(words[5], line: line), length: try Self.duration(words[6], line: line))
        case "block" where words.count == 4 && words[2] == "on", "unblock" where words.count == 4 && words[2] == "on":
            self = .open(path: words[1], on: words[3], isOpen: words[0] == "unblock")
        case "kill" where words.count == 4 && words[2] == "on", "revive" where words.count == 4 && words[2] == "on":
            self = .line(words[1], on: words[3], works: words[0] == "revive")
        case "edit" where words.count == 4 && words[2] == "on":
            guard let version = UInt32(words[1]) else {
                throw ScenarioError(line: line, message: "\(words[1]) is no version of a file; write a number")
            }
            self = .edit(version: version, on: words[3])
        default:
            throw ScenarioError(line: line, message: "no such event: \(words.joined(separator: " "))")
        }
    }

    private static func set(_ word: String, line: Int) throws(ScenarioError) -> HoldSet {
        guard let set = HoldSet(word: word), !set.isEmpty else {
            throw ScenarioError(line: line, message: "\(word) is none of all, local, foreign")
        }
        return set
    }

    /// `250ms`, `10s`, `2m`.
    static func duration(_ word: String, line: Int) throws(ScenarioError) -> Duration {
        for (unit, milliseconds) in [("ms", 1), ("s", 1000), ("m", 60_000)] where word.hasSuffix(unit) {
            if let number = Int(word.dropLast(unit.utf8.count)) { return .milliseconds(number * milliseconds) }
        }
        throw ScenarioError(line: line, message: "\(word) is no duration; write 250ms, 10s or 2m")
    }
}
