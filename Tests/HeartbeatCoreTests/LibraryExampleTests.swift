// The example of Sources/HeartbeatCore/HeartbeatCore.docc, which quotes this file from `// example` to `// end`: it is
// compiled, and does what the page says.

import Testing

// example
import HeartbeatCore
import HeartbeatModel

/// Runs one node of a pair whose peer never answers, in virtual time. Returns what it logs and which scripts it calls.
func runAlone(for length: Duration) -> [String] {
    let web = Resource(word: "web", scriptName: "web", arguments: ["10.0.0.1"])
    var configuration = Configuration(
        nodes: [NodeName("alpha"), NodeName("beta")],
        media: [.broadcast(interface: "eth0", port: 694)],
        groups: [ResourceGroup(preferredNode: NodeName("alpha"), resources: [web], line: 1)])
    configuration.autoFailback = .on

    var now = Instant.zero
    var core = ClusterCore(
        configuration, local: NodeName("alpha"), uuid: .unknown, generation: Generation(1),
        host: HostSample(unixTime: 1_700_000_000, load: "0.00"), randomSeed: 1, now: now)

    var story: [String] = []
    // Sleep until the next deadline, expire what is due, carry out what the core wants; as often as there is something to do.
    while let deadline = core.nextDeadline, deadline <= .zero + length {
        now = max(now, deadline)
        var effects = core.expireTimers(at: now)
        while !effects.isEmpty {
            switch effects.removeFirst() {
            case .perform(let action, let id):
                // A real shell runs the script and answers when it has ended. Here every script succeeds at once.
                story.append("\(action.verb.rawValue) \(action.step.word)")
                let result = ActionResult.exited(code: 0, output: action.verb == .status ? "stopped" : "")
                effects += core.handle(.actionFinished(id, result), at: now)
            case .notify(let fact):
                story.append(fact.text)
            case .transmit, .transmitAtLeisure, .handOn, .holdLease, .askKernels, .bypass, .rememberPeer,
                .lookAtCarriers, .sign, .changed, .remember, .runHook, .probe, .announce, .reply, .reboot,
                .beginAnew, .stop:
                // Nobody listens in this example.
                break
            }
        }
    }
    return story
}
// end

@Test func `the example of the library page takes its group over when the peer never answers`() {
    let before = runAlone(for: .seconds(20))
    #expect(!before.contains("start web"))
    let story = runAlone(for: .seconds(60))
    #expect(story.contains("node beta: is dead"))
    #expect(story.filter { $0.hasPrefix("start ") } == ["start web"])
}
