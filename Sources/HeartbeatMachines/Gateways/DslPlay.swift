// Plays scenes on a gateway whose lines are sessions of PPPoE: the provider ends one, or offers none any more, and what hb_lines makes of
// it is looked at.

import HeartbeatLab

/// The site with a gateway that has no peer.
final class DslPlay: SitePlay {
    private let booted: BootedSite

    init(_ booted: BootedSite) {
        self.booted = booted
    }

    private var gateway: Machine { booted.gateways[0] }
    private var provider: Machine { booted.laboratory.machines[1] }

    /// Three discoveries without an answer take pppd half a minute, and `rise` takes another.
    private static let patience = Duration.seconds(180)

    func start() throws {
        for line in booted.site.checks { try gateway.succeed(line) }
        try gateway.succeed("hb_lines </dev/null >/var/log/start 2>&1 &")
        try settle()
    }

    func play(_ scene: GatewayScene) throws -> GatewayResult {
        if scene == .lineBack {
            try provider.succeed(SessionLine.first.closing)
            try wait(for: "the class to leave its line") { try isServed(over: .second) }
        }
        var before = try look()
        before.counts = try counts()
        let start = Moment.now()
        try inflict(scene)
        _ = try Interruption.wait(atMost: Self.patience) { try isOver(scene, since: before) }
        var over = SessionPicture()
        over.counts = try counts()
        try Interruption.pause(.seconds(2))
        let end = Moment.now()
        var after = try look()
        after.counts = try counts()
        if scene == .lineDead { try provider.succeed(SessionLine.first.opening) }
        try settle()
        return GatewayResult(
            scene: scene, daemon: .ours, outage: try booted.outage(from: start, to: end), twoOwners: nil,
            moves: after.moves(since: before), falseDeaths: nil, detection: nil,
            problems: SessionVerdict(scene: scene, before: before, over: over, after: after).problems)
    }

    private func inflict(_ scene: GatewayScene) throws {
        switch scene {
        case .sessionRestart: try provider.succeed(SessionLine.first.ending)
        case .lineDead: try provider.succeed(SessionLine.first.closing)
        case .lineBack: try provider.succeed(SessionLine.first.opening)
        case .powerLoss, .lanCut, .wanCut, .freeze, .serialCut, .nicBack, .watchdog, .standstills, .hogs: break
        }
    }

    private func isOver(_ scene: GatewayScene, since before: SessionPicture) throws -> Bool {
        if scene == .sessionRestart, try !look().isDialledAnew(since: before) { return false }
        return try isServed(over: SessionVerdict.line(after: scene))
    }

    private func isServed(over line: SessionLine) throws -> Bool {
        try look().line == line.name && booted.isServed(by: gateway, for: .seconds(2))
    }

    /// Waits until both lines are up, the class is on its first, and the client is served.
    private func settle() throws {
        try wait(for: "both lines to be up") {
            try look().isAsAtFirst && booted.isServed(by: gateway, for: .seconds(1))
        }
    }

    private func wait(for what: String, until condition: () throws -> Bool) throws {
        guard try Interruption.wait(atMost: Self.patience, until: condition) else {
            throw LabError.notReached("waited in vain for \(what)\n\(diagnosis)")
        }
    }

    // MARK: - Looking

    /// Neither the log nor the table is there from the beginning.
    private func look() throws -> SessionPicture {
        SessionPicture(
            log: try gateway.run("cat /var/log/ha-log 2>/dev/null").output,
            report: try gateway.run("hb_lines --show").output,
            addresses: try gateway.succeed("ip -4 -oneline address show"),
            rules: try gateway.succeed("ip rule show"),
            routes: try gateway.run("ip route show table \(SessionLine.first.table)").output)
    }

    /// Packets that the provider has counted.
    private func counts() throws -> [String: Int] {
        let names = SessionLine.all.map(\.name) + [SessionVerdict.strays]
        return Dictionary(
            uniqueKeysWithValues: try names.map { name in
                (name, TwoLines.packets(in: try provider.succeed("nft list counter ip count \(name)")))
            })
    }

    var diagnosis: String {
        booted.words(
            of: """
                tail -n 25 /var/log/ha-log /var/log/start /var/log/ppp; ip -br address; ip rule; ip route show table all; \
                hb_lines --show; nft list table ip count
                """)
    }
}
