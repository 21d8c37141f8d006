// Looks for what a site promises to be true while it serves: on whoever serves each end, and in the internet between them.

import HeartbeatLab

extension GatewayPlay {
    /// On machines that are there to be used, and before anything crosses the internet that counts.
    func proveAtFirst() throws {
        guard !site.proofs.isEmpty else { return }
        problemsAtFirst = []
        for end in site.proofs {
            guard let owner = try owner(of: end), let other = machines(of: end).first(where: { $0 !== owner }) else {
                continue
            }
            problemsAtFirst += try end.onOther.filter { try other.run($0.line).code != 0 }.map {
                told($0, of: other.name)
            }
        }
        crossings = try beginToCount()
        problemsAtFirst += try prove()
    }

    /// What is not as it must be after a scene.
    func prove() throws -> [String] {
        var problems = try site.proofs.flatMap { end in try prove(end.onOwner, of: end) }
        if let before = crossings {
            // Clients ask all the time.
            var after = try counter.count()
            _ = try Interruption.wait(atMost: .seconds(10)) {
                after = try counter.count()
                return after.encrypted > before.encrypted
            }
            problems += after.problems(since: before)
            crossings = after
        }
        if !problems.isEmpty { sayAtOnce(diagnosis) }
        return problems
    }

    /// What must be true while a gateway is without its power or its provider.
    func proveLoss(_ scene: GatewayScene, of active: Machine) throws -> [String] {
        guard scene == .powerLoss || scene == .wanCut, let left = pair.firstIndex(where: { $0 !== active }) else {
            return []
        }
        return try site.proofs.flatMap { end in
            try end.onLoss.indices.contains(left) ? prove([end.onLoss[left]], of: end) : []
        }
    }

    /// Waits for each of them, because routes follow the service and keys are changed.
    private func prove(_ proofs: [Proof], of end: EndProofs) throws -> [String] {
        try proofs.compactMap { proof in
            let limit = Moment.now() + Self.untilProven
            while true {
                let owner = try owner(of: end)
                if let owner, try owner.run(proof.line).code == 0 { return nil }
                guard Moment.now() < limit else { return told(proof, of: owner?.name ?? "nobody") }
                try Interruption.pause(.seconds(1))
            }
        }
    }

    private func told(_ proof: Proof, of node: String) -> String { "not true of \(node): \(proof.claim)" }

    private func machines(of end: EndProofs) -> ArraySlice<Machine> { laboratory.machines[end.first..<(end.first + 2)] }

    private func owner(of end: EndProofs) throws -> Machine? {
        try machines(of: end).first { machine in
            guard machine.isPowered else { return false }
            return try machine.run("ip -4 -oneline address show | grep -q ' \(end.service)/'").code == 0
        }
    }

    private func beginToCount() throws -> Crossings? {
        guard Files.isInstalled(CrossingCounter.requirement) else {
            sayAtOnce(
                "SKIPPED: \(CrossingCounter.requirement) is not installed, and nobody counts what crosses the internet")
            return nil
        }
        try counter.begin()
        return Crossings(clear: 0, encrypted: 0)
    }

    private var counter: CrossingCounter { laboratory.crossings }

    /// An emulated processor has tens of seconds of work with what takes a real one seconds.
    private static let untilProven = Duration.seconds(60)
}
