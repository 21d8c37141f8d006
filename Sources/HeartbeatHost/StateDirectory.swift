// What a node remembers from one start to the next, in the files and forms of the original: its generation and its uuid.
// Other nodes refuse a generation that does not grow, so a damaged file stops the start instead of being guessed at.

import Glibc
import HeartbeatModel
import HeartbeatSystem

/// `/var/lib/heartbeat`.
package struct StateDirectory: Sendable {
    package let path: String

    package init(_ path: String = "/var/lib/heartbeat") {
        self.path = path
    }

    /// 15 columns of right-aligned decimal and a newline.
    package var generationPath: String { path + "/hb_generation" }
    /// 16 raw bytes.
    package var uuidPath: String { path + "/hb_uuid" }
    /// Where local processes write messages for the cluster.
    package var fifoPath: String { path + "/fifo" }
    /// Working directory of the daemon and of all scripts.
    package var workingDirectory: String { path + "/cores/root" }

    /// Makes the directories that are missing. Returns why the working directory could not be made, if so: scripts then run
    /// in `/`.
    package func prepare() throws(SystemError) -> SystemError? {
        try Directories.make(path, mode: 0o755)
        do throws(SystemError) {
            try Directories.make(path + "/cores", mode: 0o755)
            try Directories.make(workingDirectory, mode: 0o700)
            return nil
        } catch {
            return error
        }
    }

    /// Nothing in it says that this node has ever been started; a node that has lost its generation still has its uuid.
    package var isUnused: Bool {
        let paths = [generationPath, uuidPath]
        return paths.allSatisfy { access($0, F_OK) != 0 && errno == ENOENT }
    }

    /// Counts the generation up by one and puts it on the disk; call it once, before the first message is sent.
    ///
    /// Without a file it begins at `unixTime` + 1, which is above whatever was used before the file was lost, and
    /// `isNew` is true. `followsTime` (`hbgenmethod time`) makes it the time whenever that is above the stored one.
    package func nextGeneration(
        unixTime: UInt64, followsTime: Bool = false
    ) throws(StateError) -> (generation: Generation, isNew: Bool) {
        let stored = try storedGeneration()
        let successor = (stored ?? unixTime) + 1
        let number = followsTime ? max(successor, unixTime) : successor
        try store(number)
        return (Generation(number), stored == nil)
    }

    /// Puts a generation above `known` and above the stored one on the disk: the file was lost, and another node knows
    /// better.
    package func raiseGeneration(above known: Generation) throws(StateError) -> Generation {
        let number = max(try storedGeneration() ?? 0, known.number) + 1
        try store(number)
        return Generation(number)
    }

    private func store(_ number: UInt64) throws(StateError) {
        do throws(SystemError) {
            try DurableFile.replace(generationPath, with: Array(GenerationText.format(number).utf8), mode: 0o644)
        } catch {
            throw .host(error)
        }
    }

    /// The uuid a node has under `uuidfrom nodename`: the same for the same name on every machine, stored nowhere.
    package static func uuid(ofNode name: NodeName) -> NodeUUID {
        // FNV-1a twice, from two bases: names of one cluster must differ, nothing more is asked of it.
        let halves = [UInt64](arrayLiteral: 0xCBF2_9CE4_8422_2325, 0x6C62_272E_07BB_0142).map { basis in
            name.text.utf8.fnv1a(from: basis)
        }
        let bytes = halves.flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (8 * $0)) } }
        return NodeUUID(bytes: bytes) ?? .unknown
    }

    /// The node's uuid, made and stored when there is none; `isNew` tells which.
    package func nodeUUID() throws(StateError) -> (uuid: NodeUUID, isNew: Bool) {
        guard let bytes = try contents(of: uuidPath) else { return (try makeUUID(), true) }
        guard let uuid = NodeUUID(bytes: bytes), uuid != .unknown else {
            throw .damaged(
                path: uuidPath, what: "is not a uuid of 16 bytes",
                remedy: "restore it, or remove it while heartbeat is stopped on all nodes; a new one is made")
        }
        return (uuid, false)
    }

    private func storedGeneration() throws(StateError) -> UInt64? {
        guard let bytes = try contents(of: generationPath) else { return nil }
        guard let number = GenerationText.parse(bytes) else {
            let found = String(decoding: bytes.prefix(20), as: UTF8.self).debugDescription
            throw .damaged(
                path: generationPath, what: "holds \(found), which is no generation",
                remedy: "write into it a number above all that this node has used: date +%s > \(generationPath)")
        }
        return number
    }

    /// `nil` when there is no such file.
    private func contents(of path: String) throws(StateError) -> [UInt8]? {
        if let bytes = Descriptors.contents(of: path, atMost: 4096) { return bytes }
        let code = errno
        guard code == ENOENT else { throw .host(SystemError("read", path, code: code)) }
        return nil
    }

    private func makeUUID() throws(StateError) -> NodeUUID {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        // A random uuid says so itself (RFC 9562, version 4).
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        do throws(SystemError) {
            try DurableFile.replace(uuidPath, with: bytes, mode: 0o644)
        } catch {
            throw .host(error)
        }
        return NodeUUID(bytes: bytes) ?? .unknown
    }
}

/// Why the state of a node cannot be used.
package enum StateError: Error, Hashable, Sendable, CustomStringConvertible {
    case host(SystemError)
    case damaged(path: String, what: String, remedy: String)

    package var description: String {
        switch self {
        case .host(let error): "\(error)"
        case .damaged(let path, let what, let remedy): "\(path) \(what): \(remedy)"
        }
    }
}

/// The text of `hb_generation`.
package enum GenerationText {
    /// Largest number that 15 columns hold.
    static let largest: UInt64 = 999_999_999_999_999

    /// 15 columns, right-aligned, and a newline: 16 bytes, as the original writes them.
    package static func format(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: " ", count: max(0, 15 - digits.utf8.count)) + digits + "\n"
    }

    /// Reads a decimal number with blanks around it, 0 to one below the largest; `nil` for anything else.
    package static func parse(_ bytes: [UInt8]) -> UInt64? {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let digits = bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = UInt64(String(decoding: Array(digits), as: UTF8.self)), number < largest
        else { return nil }
        return number
    }
}
