// What is said of the scripts that resources name: where they are, and why one that is there would not run. A script may come later,
// so this is only warned of. Who has the resources is not known here.

import HeartbeatModel

/// The scripts that one file names; each is spoken of once.
struct ScriptChecks {
    /// What is to be warned of.
    struct Warning {
        let text: String
        let topic: Diagnostic.Topic?
    }

    private let host: HostFacts
    /// Scripts something has been said about, or nothing had to be.
    private var knownScripts: Set<String> = []
    /// What has been said to be doubtful about scripts: the same directory makes all in it so.
    private var knownDoubts: Set<String> = []

    init(_ host: HostFacts) {
        self.host = host
    }

    /// The resource as it will be brought up: an address by the daemon, unless the owner has a script for it.
    ///
    /// - Parameter loss: what comes of a script that does not run, such as "its group cannot start".
    /// - Returns: also what is to be warned of.
    mutating func assigned(_ resource: Resource, loss: String) -> (resource: Resource, warning: Warning?) {
        let name = resource.scriptName
        guard resource.address != nil else {
            guard knownScripts.insert(name).inserted else { return (resource, nil) }
            return (resource, complaint(about: name, loss))
        }
        guard host.hasOwnScript(name) else { return (resource, nil) }
        var assigned = resource
        assigned.address = nil
        guard knownScripts.insert(name).inserted else { return (assigned, nil) }
        return (
            assigned,
            Warning(
                text:
                    "resource.d/\(name) is your own, so it is used instead of the built-in \(name); remove it to have addresses "
                    + "brought up by the daemon itself, which is faster", topic: nil)
        )
    }

    private mutating func complaint(about name: String, _ loss: String) -> Warning? {
        // Paths are not shortened: they are what the owner needs.
        switch host.findScript(name) {
        case .found:
            return nil
        case .notExecutable(let path):
            return broken(
                path, "the script \(path) may not be executed, so \(loss); chmod 755 it")
        case .danglingLink(let path):
            return broken(
                path, "the script \(path) is a link that leads nowhere, so \(loss)")
        case .carriageReturn(let path):
            return broken(
                path,
                "the script \(path) cannot be run, so \(loss): its lines end with a carriage return; "
                    + "sed -i 's/\\r$//' \(path)")
        case .noInterpreter(let path, let interpreter):
            return broken(
                path,
                "the script \(path) cannot be run, so \(loss): its first line names \(quoted(interpreter)), "
                    + "which is no program of this machine")
        case .notTrusted(let path, let reason):
            return Warning(
                text: "the script \(path) is not run, so \(loss): \(reason)", topic: .untrustedScript(path: path))
        case .doubtful(let path, let reason):
            guard knownDoubts.insert(reason).inserted else { return nil }
            return Warning(
                text: "the script \(path) is run as root, but \(reason)", topic: .untrustedScript(path: path))
        case .missing(let searched):
            let hint = ScriptNames.hint(for: name, among: host.resourceWords())
            let places = searched.joined(separator: ", ")
            return Warning(
                text: "there is no script \(quoted(name)), so \(loss)\(hint); looked for \(places)",
                topic: .missingScript(name))
        }
    }

    private func broken(_ path: String, _ text: String) -> Warning {
        Warning(text: text, topic: .brokenScript(path: path))
    }
}
