// The directory a case's node finds its configuration in: the case's files, the standard ones for the rest, and scripts that
// write down what they were asked.

import Glibc
import HeartbeatLab

/// What a case takes when it says nothing else.
struct StandardFiles: Sendable {
    /// Follow the case's own lines of ha.cf.
    let haCf: String
    /// Follow those where resources are to run soon.
    let quickTimes: String
    let haresources: String
    /// Follows where a script has to run: the original sometimes forgets to start a group of its own node, but never one
    /// it takes over.
    let groupOfPeer: String
    let authkeys: String

    init(directory: String) throws {
        func text(_ name: String) throws -> String {
            let text = Files.read("\(directory)/\(name)")
            guard !text.isEmpty else { throw LabError.missing("there is no \(directory)/\(name)") }
            return text
        }
        haCf = try text("ha.cf")
        quickTimes = try text("quick-times")
        haresources = try text("haresources")
        groupOfPeer = try text("group-of-peer")
        authkeys = try text("authkeys")
    }

    /// All files of a case.
    func files(of given: ConfigurationCase) -> [ConfigurationCase.File] {
        var result = given.files
        let groups = haresources + (given.depth == .environment ? groupOfPeer : "")
        for (name, text) in [("ha.cf", ""), ("haresources", groups), ("authkeys", authkeys)]
        where given[file: name] == nil {
            result.append(ConfigurationCase.File(name: name, text: Array(text.utf8)))
        }
        for index in result.indices where result[index].name == "ha.cf" && !result[index].isWhole {
            result[index].text += Array((haCf + (given.depth == .start ? "" : quickTimes)).utf8)
        }
        for index in result.indices where result[index].name == "authkeys" && result[index].mode == nil {
            result[index].mode = 0o600
        }
        return result
    }
}

/// Writes the configuration directory of one node.
enum CaseFiles {
    static let scripts = ["Stub1", "Stub2", "Stub3"]

    static func write(_ files: [ConfigurationCase.File], to directory: String, calls: String) throws {
        for file in files where !file.isMissing {
            let path = "\(directory)/\(file.name)"
            if file.isDirectory {
                try Files.makeDirectory(path)
            } else {
                try Files.write(bytes: file.text, to: path, mode: file.mode ?? 0o644)
            }
            if let owner = file.owner { try Command.succeed(["chown", owner, path]) }
        }
        try Files.makeDirectory("\(directory)/resource.d")
        for name in scripts {
            try Files.write(recorder(name, calls: calls), to: "\(directory)/resource.d/\(name)", mode: 0o755)
        }
    }

    /// A script that appends `<name> <argument>… <verb>` to `calls`, each argument in brackets so that blanks and empty ones
    /// show, keeps its environment, and pretends a service.
    private static func recorder(_ name: String, calls: String) -> String {
        """
        #!/bin/sh
        line=\(name)
        service=\(name)
        for verb; do
            line="$line [$verb]"
            [ $# -eq 1 ] || service="$service-$(echo "$verb" | tr -c a-zA-Z0-9 _)"
            shift
        done
        printf '%s\\n' "$line" >>\(calls)
        [ "$verb" != start ] || { env >\(calls).new && mv \(calls).new \(calls).environment; }
        service=/run/service-$service
        case $verb in
        start) : >"$service" ;;
        stop) rm -f "$service" ;;
        status) if [ -e "$service" ]; then echo running; else echo stopped; fi ;;
        esac

        """
    }
}
