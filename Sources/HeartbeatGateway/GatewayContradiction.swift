// What a packet shows of its sender's file: all hosts are to have the same. Nobody acts on it; whoever reads the log is told.

import HeartbeatModel

extension GatewayConfiguration {
    /// What a sender says of itself and the file of this host does not, a sentence each, with the remedy.
    /// - Parameter place: where the file names a host: `gateway.cf:3`.
    package func contradictions(of sender: GatewayHost, place: (NodeName) -> String) -> [String] {
        let remedy = "use the same file on all hosts"
        var sentences: [String] = []
        let known = hosts.first { $0.name == sender.name }
        if let known {
            if !isPossible(sender.priority, of: known) {
                sentences.append(
                    "\(sender.name) says that its priority is \(sender.priority), and \(place(known.name)) says "
                        + "\(known.priority): \(remedy)")
            }
            if known.down != sender.down || known.up != sender.up {
                sentences.append(
                    "\(sender.name) says that its addresses are \(sender.down) and \(sender.up), and \(place(known.name)) says "
                        + "\(known.down) and \(known.up): \(remedy)")
            }
        } else {
            sentences.append(
                "\(sender.name) is in no host line of this host's file, and takes part all the same; write \"host \(sender.name) "
                    + "\(sender.down) \(sender.up) priority=\(sender.priority)\", or remove it there")
        }
        guard known.map({ !isPossible(sender.priority, of: $0) }) ?? true else { return sentences }
        for rival in hosts where rival.name != sender.name && rival.priority == sender.priority {
            sentences.append(
                "\(sender.name) says that its priority is \(sender.priority), which is that of \(rival.name) "
                    + "(\(place(rival.name))), so that neither is the better one: \(remedy)")
        }
        return sentences
    }

    /// Whether a host of the file may count for so much: less than its priority by what it serves, or 1 when it is not well.
    private func isPossible(_ priority: UInt16, of host: GatewayHost) -> Bool {
        if priority == host.priority || priority == 1 { return true }
        return spread > 0 && priority < host.priority && (host.priority - priority) % spread == 0
    }
}
