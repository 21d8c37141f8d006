// What people should hear of the lines of this gateway, and in which words.

import HeartbeatLines
import HeartbeatModel

extension LineRunner {
    /// What people should hear of, besides the machine's notices.
    package enum Event: Hashable, Sendable {
        case notice(LineNotice)
        /// A predecessor that was killed had left classes on lines; they stay there.
        case adopted([String: String])
        /// Somebody has changed so many entries of ours, and they are as they were.
        case repaired(count: Int)
        case ended(connections: Int)
        /// The reverse path filter of an interface was strict and would have dropped packets.
        case loosened(interface: String)
        /// Something of somebody else's would decide instead of ours.
        case conflict(String)
        /// A program of the owner says something.
        case said(program: String, String)
        case hookFailed(String)
        /// Something does not work; told once until something else is told of the same object.
        case trouble(String)
    }
}

extension LineRunner.Event: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notice(let notice): "\(notice)"
        case .adopted(let choices):
            "Classes stay on the lines that a predecessor has left them on: "
                + choices.sorted { $0.key < $1.key }.map { "\($0.key) on \($0.value)" }.joined(separator: ", ")
        case .repaired(let count):
            "\(count) rules or routes of lines were removed or changed by somebody else, and are put back"
        case .ended(let count): "\(count) connections of the line that is left are ended"
        case .loosened(let interface):
            "net.ipv4.conf.\(interface).rp_filter was strict and is loose (2) now, or answers that come in by another line "
                + "would be dropped; write it into /etc/sysctl.d"
        case .conflict(let text): text
        case .said(let program, let text): "\(program): \(text)"
        case .hookFailed(let text): text
        case .trouble(let text): text
        }
    }

    /// Somebody should look at it.
    package var isWarning: Bool {
        switch self {
        case .notice(let notice): notice.isWarning
        case .adopted, .ended, .said: false
        case .repaired, .loosened, .conflict, .hookFailed, .trouble: true
        }
    }
}
