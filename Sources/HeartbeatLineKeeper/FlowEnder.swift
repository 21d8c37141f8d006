// Ends connections that were translated to an address which nothing answers any more, so that their next packet begins anew over the
// line that its class is on now.

import HeartbeatFormats
import HeartbeatLines
import HeartbeatNetlink
import HeartbeatSystem

package enum FlowEnder {
    /// Ends those that any of the selectors matches; returns how many there were. The kernel's list may be long: who must not wait
    /// calls this on a thread of its own.
    package static func end(_ selectors: [FlowSelector]) -> Result<Int, SystemError> {
        do throws(SystemError) {
            let socket = NetlinkSocket(family: .netfilter)
            var found: [NetlinkRequest] = []
            try socket.visit(TrackedConnection.list) { message in
                guard let connection = TrackedConnection(message), connection.isTranslated else { return }
                let isMeant = selectors.contains { selector in
                    selector.matches(
                        from: connection.source, to: connection.destination, answersTo: connection.answersTo)
                }
                if isMeant { found.append(connection.removal) }
            }
            // One that has ended by itself meanwhile is no trouble.
            let answers = found.isEmpty ? [] : try socket.change(found)
            return .success(answers.lazy.filter { $0.code == 0 }.count)
        } catch {
            return .failure(error)
        }
    }
}
