// What moves together. Failovers are measured with one group, however many addresses it has; a campaign of faults with a
// group for each address, so that what goes wrong with one can be seen not to cost the other.

import HeartbeatLab

/// How the addresses are divided into groups.
package enum ServiceLayout: Hashable, Sendable {
    /// All move together.
    case together
    /// A group for each address; the first has a recording resource script besides, where the peer has such.
    case each

    /// The script's name.
    static let script = "worker"

    /// A script of a pretended service, which goes wrong in the ways whose files are in `faults`.
    /// - Parameters:
    ///   - services: directory that is emptied when the node loses power.
    ///   - faults: directory of `start-hangs`, `start-fails` and `stop-fails`.
    static func scriptText(services: String, faults: String) -> String {
        """
        #!/bin/sh
        for verb; do :; done
        read -r uptime _ </proc/uptime
        echo "$uptime $verb" >>'\(faults)/calls'
        service='\(services)/\(script)'
        case $verb in
        start)
            [ ! -e '\(faults)/start-hangs' ] || sleep \(hang)
            [ ! -e '\(faults)/start-fails' ] || exit 1
            : >"$service"
            ;;
        stop)
            [ ! -e '\(faults)/stop-fails' ] || exit 1
            rm -f "$service"
            ;;
        status)
            if [ -e "$service" ]; then echo running; else echo stopped; exit 3; fi
            ;;
        *) exit 2 ;;
        esac

        """
    }

    /// Seconds that a hanging start takes.
    static let hang = 3

    /// Prepares a node's directory of such faults and writes the script into `directory`.
    static func install(in directory: String, of node: LabNode) throws {
        try Files.makeDirectory(faults(of: node))
        let text = scriptText(services: node.servicesDirectory, faults: faults(of: node))
        try node.write(text, to: "\(directory)/\(script)", mode: 0o755)
    }

    /// The node's directory of what shall go wrong with the script.
    static func faults(of node: LabNode) -> String { "\(node.directory)/worker-faults" }
}
