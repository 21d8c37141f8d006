// The state that the program before this one has left in memory, and where that program was started from.

import Glibc
import HeartbeatHost
import HeartbeatModel
import HeartbeatSystem

/// What a program that takes the place of another one begins with.
enum InheritedState {
    /// Says on which descriptor it is.
    static let variable = "HEARTBEAT_STATE_FD"

    /// Nobody has taken it yet.
    static var isWaiting: Bool { getenv(variable) != nil }

    /// The state, if there is one; once. Nothing of it reaches children.
    static func take() -> Result<KeptNode, StateFault>? {
        guard let number = getenv(variable).flatMap({ Int32(String(cString: $0)) }) else { return nil }
        unsetenv(variable)
        let file = OwnedDescriptor(takingOwnershipOf: number)
        let result = read(file.number)
        HandOver.closeOnExec()
        return result
    }

    static func read(_ descriptor: Int32) -> Result<KeptNode, StateFault> {
        Result { () throws(StateFault) in
            try StateFormat.read(KeptNode.self, from: MemoryFile.contents(of: descriptor))
        }
    }
}

/// Where the program of this process is.
enum ProgramPlace {
    /// As it was found at the start: a program that is replaced on disk is found there again, also behind a link.
    static let path: String = {
        if let word = CommandLine.arguments.first, word.hasPrefix("/"), access(word, X_OK) == 0 { return word }
        return Directories.target(ofLink: "/proc/self/exe") ?? "/proc/self/exe"
    }()
}
