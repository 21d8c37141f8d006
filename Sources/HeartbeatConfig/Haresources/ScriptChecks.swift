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
                "resource.d/\(name) is your own, so it is used instead of the built-in \(name); remove it to have addresses "
                    + "brought up by the daemon itself, which is faster")
        }
        var assigned = resource
        assigned.address = nil
        return assigned
    }

    private mutating func checkScript(_ name: String, _ line: Int) {
        guard knownScripts.insert(name).inserted else { return }
        // Paths are not shortened: they are what the owner needs.
        switch host.findScript(name) {
        case .found:
            break
        case .notExecutable(let path):
            log.warning(line, "the script \(path) may not be executed, so its group cannot start; chmod 755 it")
        case .danglingLink(let path):
            log.warning(line, "the script \(path) is a link that leads nowhere, so its group cannot start")
        case .carriageReturn(let path):
            log.warning(
                line,
                "the script \(path) cannot be run, so its group cannot start: its lines end with a carriage return; "
                    + "sed -i 's/\\r$//' \(path)")
        case .noInterpreter(let path, let interpreter):
            log.warning(
                line,
                "the script \(path) cannot be run, so its group cannot start: its first line names \(quoted(interpreter)), "
                    + "which is no program of this machine")
        case .notTrusted(let path, let reason):
            log.warning(line, "the script \(path) is not run, so its group cannot start: \(reason)")
        case .doubtful(let path, let reason):
            guard knownDoubts.insert(reason).inserted else { return }
            log.warning(line, "the script \(path) is run as root, but \(reason)")
        case .missing(let searched):
            let hint = ScriptNames.hint(for: name, among: host.resourceWords())
            log.warning(
                line,
                "there is no script \(quoted(name)), so its group cannot start\(hint); looked for "
                    + searched.joined(separator: ", "))
        }
    }
}
