// What is said of the scripts that haresources names: where they are, and why one that is there would not run. A script may
// come later, so this is only warned of.

import HeartbeatModel

extension HaresourcesReader {
    /// The resource as it will be brought up: an address by the daemon, unless the owner has a script for it.
    mutating func assigned(_ resource: Resource, _ line: Int) -> Resource {
        guard resource.address != nil else {
            checkScript(resource.scriptName, line)
            return resource
        }
        let name = resource.scriptName
        guard host.hasOwnScript(name) else { return resource }
        if knownScripts.insert(name).inserted {
            log.warning(
                line,
                "resource.d/\(name), your own or that of an earlier heartbeat, is used instead of the built-in \(name); "
                    + "remove it to have addresses brought up by the daemon itself: that is faster, and the IPaddr that "
                    + "Debian 12 has left there refuses every interface but eth0")
        }
        var assigned = resource
        assigned.address = nil
        return assigned
    }

    private mutating func checkScript(_ name: String, _ line: Int) {
        guard knownScripts.insert(name).inserted else { return }
        switch host.findScript(name) {
        case .found:
            break
        case .notExecutable(let path):
            // Not shortened: the path is what the owner needs.
            log.warning(line, "the script \(path) may not be executed, so its group cannot start; chmod 755 it")
        case .missing(let searched):
            log.warning(
                line,
                "there is no script \(quoted(name)), so its group cannot start; looked for "
                    + searched.joined(separator: ", "))
        }
    }
}
