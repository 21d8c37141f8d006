// The resources of a gateway service: started from left to right, stopped from right to left, looked at all at once. Scripts are those of
// haresources, and addresses are brought up as a pair does it.

import HeartbeatAddresses
import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts

/// Runs the scripts of one service.
final class GatewayResources {
    /// A line that a script has written.
    var onLine: (_ resource: String, _ text: String) -> Void = { _, _ in }

    private let resources: [Resource]
    private let scripts: ResourceScripts
    private let environment: [(String, String)]
    private let addresses: ServiceAddresses
    private let runner: ScriptRunner
    private let reactor: Reactor

    init(
        _ resources: [Resource], scripts: ResourceScripts, environment: [(String, String)],
        addresses: ServiceAddresses, runner: ScriptRunner, reactor: Reactor
    ) {
        self.resources = resources
        self.scripts = scripts
        self.environment = environment
        self.addresses = addresses
        self.runner = runner
        self.reactor = reactor
    }

    /// Starts all, until one fails. Stops all, whatever fails.
    func perform(_ verb: ResourceVerb, within limit: Duration, completion: @escaping (_ lack: String?) -> Void)
        -> GatewayEffort
    {
        let effort = GatewayEffort(until: reactor.now + limit, completion: completion)
        switch verb {
        case .start: next(resources[...], .start, effort)
        case .stop: next(resources.reversed()[...], .stop, effort)
        case .status: look(effort)
        }
        return effort
    }

    private func next(_ rest: ArraySlice<Resource>, _ verb: ResourceVerb, _ effort: GatewayEffort) {
        guard let resource = rest.first, !effort.isEnded else { return soon { effort.finish() } }
        run(resource, verb, effort) { [weak self] lack in
            if let lack { effort.lacks.append(lack) }
            if lack != nil, verb == .start { return effort.finish() }
            self?.next(rest.dropFirst(), verb, effort)
        }
    }

    private func look(_ effort: GatewayEffort) {
        guard !resources.isEmpty else { return soon { effort.finish() } }
        var left = resources.count
        for resource in resources {
            run(resource, .status, effort) { lack in
                left -= 1
                if let lack { effort.lacks.append(lack) }
                if lack != nil || left == 0 { effort.finish() }
            }
        }
    }

    private func run(
        _ resource: Resource, _ verb: ResourceVerb, _ effort: GatewayEffort,
        _ completion: @escaping (_ lack: String?) -> Void
    ) {
        guard resource.address == nil else {
            let result = addresses.perform(verb, [resource])
            return soon { completion(Self.lack(result, resource, verb)) }
        }
        switch scripts.trusted(resource.scriptName) {
        case .failure(let failure): soon { completion("\(failure)") }
        case .success(let path):
            let running = runner.run(
                executable: path, arguments: ResourceScripts.arguments(for: resource, verb: verb),
                environment: environment, directory: "/", timeout: max(.milliseconds(1), effort.until - reactor.now)
            ) { [weak self] line in
                // The text of a status is its answer, not a message.
                if verb != .status || line.source != .standardOutput { self?.onLine(resource.word, line.text) }
            } completion: { result in
                completion(Self.lack(result, resource, verb))
            }
            effort.scripts.append(running)
        }
    }

    private static func lack(_ result: ActionResult, _ resource: Resource, _ verb: ResourceVerb) -> String? {
        let isGood = verb == .status ? result.saysRunning : result.isSuccess
        if isGood { return nil }
        if verb == .status, case .exited = result { return "\(resource.word) does not run" }
        return "\(verb.rawValue) of \(resource.word) \(result.text)"
    }

    private func soon(_ body: @escaping () -> Void) { reactor.after(.zero, body) }
}

/// Several scripts that are one procedure.
final class GatewayEffort {
    let until: Instant
    fileprivate(set) var lacks: [String] = []
    fileprivate var scripts: [RunningScript] = []
    fileprivate private(set) var isEnded = false
    private var completion: ((_ lack: String?) -> Void)?

    fileprivate init(until: Instant, completion: @escaping (_ lack: String?) -> Void) {
        self.until = until
        self.completion = completion
    }

    /// Ends what still runs, whole process trees. What was to come next does not; the answer comes when the running one has ended.
    func end() {
        isEnded = true
        lacks.append("it was not waited for")
        for script in scripts { script.end() }
    }

    fileprivate func finish() {
        let completion = completion
        self.completion = nil
        for script in scripts where !script.isFinished { script.end() }
        completion?(lacks.isEmpty ? nil : lacks.joined(separator: "; "))
    }
}
