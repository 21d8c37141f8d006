// Runs the resource scripts the core orders, and announces addresses. Answers always come later, never from within the
// order.

import HeartbeatCore
import HeartbeatLinux
import HeartbeatModel

/// Executes resource actions.
final class ActionExecutor {
    /// Gets exactly one answer for every `perform`.
    var onFinished: (ActionID, ActionResult) -> Void = { _, _ in }

    private let configuration: Configuration
    private let localNode: NodeName
    private let scripts: ResourceScripts
    private let directory: String
    private let scriptNotes: String
    private let log: LogOutput
    private let reactor: Reactor
    private let runner: ScriptRunner

    init(_ configuration: Configuration, localNode: NodeName, paths: DaemonPaths, log: LogOutput, reactor: Reactor) {
        self.configuration = configuration
        self.localNode = localNode
        self.log = log
        self.reactor = reactor
        scripts = ResourceScripts(paths: paths.scripts)
        directory = StateDirectory(paths.state).workingDirectory
        scriptNotes = paths.scriptNotes
        runner = ScriptRunner(loop: reactor.eventLoop)
    }

    func childMayHaveExited() {
        runner.childMayHaveExited()
    }

    func perform(_ action: ResourceAction, _ id: ActionID) {
        let arguments = ResourceScripts.arguments(for: action.resource, verb: action.verb)
        switch scripts.locate(action.resource.scriptName) {
        case .failure(let failure):
            reactor.after(.zero) { [weak self] in self?.onFinished(id, .notRun(reason: "\(failure)")) }
        case .success(let path):
            run(path, arguments, action, id)
        }
    }

    private func run(_ path: String, _ arguments: [String], _ action: ResourceAction, _ id: ActionID) {
        // A status is asked before every start; only what changes something is worth a line.
        if action.verb != .status {
            log.write(
                .info, "Running \(path) \(arguments.joined(separator: " "))", fields: [("HA_GROUP", action.groupKey)])
        }
        var environment = scriptEnvironment(
            configuration, host: localNode, paths: scripts.paths,
            context: ActionContext(peerIsAbsent: action.peerIsAbsent))
        environment.append(("HA_RSCTMP", scriptNotes))
        let tag = ScriptLogLine.tag(
            script: action.resource.scriptName, arguments: action.resource.arguments, pid: nil)
        runner.run(
            executable: path, arguments: arguments, environment: environment, directory: directory,
            timeout: action.timeout
        ) { [log] line in
            // The text of a status is its answer, not a message.
            if action.verb != .status || line.source != .standardOutput {
                log.writeScriptLine(tag: tag, text: line.text)
            }
        } completion: { [weak self] result in
            self?.onFinished(id, result)
        }
    }

    /// Tells the network where the group's addresses are; what cannot be announced is logged and harms nothing else.
    func announce(_ group: ResourceGroup) {
        for resource in group.resources where ["IPaddr", "IPaddr2"].contains(resource.scriptName) {
            guard let word = resource.arguments.first?.split(separator: "/").first,
                let address = IPAddress(String(word)),
                let interface = LocalAddress.all().first(where: { $0.address == address })?.interface
            else { continue }
            do throws(MediaError) {
                try Announcement(interface: interface, address: address).send()
            } catch {
                log.write(.warning, "\(error)", fields: [("HA_GROUP", group.key)])
            }
        }
    }
}
