// A node that an operator has taken out of service counts as one that has lost everything: what the rules about losses say holds for it.

import Foundation
import HeartbeatModel
import HeartbeatSimulator
import Testing

@testable import HeartbeatCore

@Suite struct MaintenanceTests {
    private static let reason = "new disks"
    private static let gone = NodeHealth(lost: NodeHealth.most)

    /// Each node runs its own, and the peer has told how it is.
    private static func desk(peer health: NodeHealth? = .sound) -> CoreOnDesk {
        var desk = CoreOnDesk.besideOurs()
        _ = tell(health, &desk)
        return desk
    }

    private static func tell(_ health: NodeHealth?, _ desk: inout CoreOnDesk) -> [Effect] {
        let claim = ResourceClaim(local: .agreed, foreign: .none, heard: desk.everythingSent, health: health)
        return desk.hear(claim: claim, stable: true)
    }

    private static func refusal(_ effects: [Effect]) -> String? {
        effects.lazy.compactMap { effect in
            if case .reply(_, .refused(let reason)) = effect { reason } else { nil }
        }.first
    }

    @Test func `it tells the other node, asks how that is, and gives its groups away`() {
        var desk = Self.desk()
        let effects = desk.feed(.maintained(Self.reason))
        #expect(effects.tells(.maintenanceBegins(reason: Self.reason)))
        #expect(effects.reports.contains { $0.claim?.health == Self.gone && $0.claim?.wantsAnswer == true })
        let answered = Self.tell(.sound, &desk)
        #expect(answered.steps == ["local me"])
        #expect(answered.tells(.healthMoving(to: CoreOnDesk.beta, lost: ["its service to maintenance"])))
    }

    @Test func `a node that watches nothing has lost nothing, and gets them`() {
        var desk = Self.desk(peer: nil)
        _ = desk.feed(.maintained(Self.reason))
        #expect(Self.tell(nil, &desk).steps == ["local me"])
        // Whose own network is worse does not know what such a peer has lost.
        desk = Self.desk(peer: nil)
        _ = desk.feed(.watched([InterfaceRule(interface: "lan", debounce: .zero)]))
        _ = desk.feed(.interfaceObserved(interface: "lan", isUp: false))
        #expect(Self.tell(nil, &desk).steps.isEmpty)
    }

    @Test func `what is said twice is said once, and its end is told`() {
        var desk = Self.desk()
        _ = desk.feed(.maintained(Self.reason))
        #expect(desk.feed(.maintained(Self.reason)).facts.isEmpty)
        #expect(desk.feed(.maintained("old disks")).tells(.maintenanceBegins(reason: "old disks")))
        let effects = desk.feed(.maintained(nil))
        #expect(effects.tells(.maintenanceEnds) && effects.reports.last.map { $0.claim?.health == nil } == true)
        #expect(desk.feed(.maintained(nil)).facts.isEmpty)
    }

    @Test func `when both are out of service nothing moves`() {
        var desk = Self.desk(peer: Self.gone)
        var effects = desk.feed(.maintained(Self.reason))
        effects += Self.tell(Self.gone, &desk)
        effects += desk.pass(.seconds(5))
        #expect(effects.steps.isEmpty && desk.running.contains("web"))
    }

    @Test func `an older peer gets nothing while one group will not stop, and is not asked all the time`() {
        var desk = CoreOnDesk.besideOurs()
        (desk.peerStatus, desk.broken, desk.stuck) = (nil, ["files"], ["files"])
        _ = desk.pass(.seconds(20))
        desk.peerStatus = .active
        _ = desk.pass(.seconds(1))
        func tell(_ desk: inout CoreOnDesk) -> [Effect] {
            let claim = ResourceClaim(local: .none, foreign: .none, heard: desk.everythingSent, health: .sound)
            return desk.hear(claim: claim, stable: true)
        }
        _ = tell(&desk)
        var effects = desk.feed(.maintained(Self.reason))
        effects += tell(&desk)
        effects += desk.pass(.seconds(2))
        #expect(effects.steps.isEmpty)
        #expect(effects.tells(.healthCannotMove(reason: "files will not stop here; stop it by hand")))
        desk.stuck = []
        #expect(desk.pass(.seconds(60)).steps.contains("all me"))
    }

    @Test func `losses beside it are nothing more, and are there when it is over`() {
        var desk = Self.desk(peer: Self.gone)
        _ = desk.feed(.watched([InterfaceRule(interface: "lan", debounce: .zero)]))
        _ = desk.feed(.maintained(Self.reason))
        _ = desk.feed(.interfaceObserved(interface: "lan", isUp: false))
        _ = desk.pass(.seconds(1))
        #expect(desk.core.node.health.health == Self.gone)
        _ = desk.feed(.maintained(nil))
        #expect(desk.core.node.health.health.lost == 1)
    }

    @Test func `it takes over from a dead node all the same`() {
        var desk = Self.desk()
        _ = desk.feed(.maintained(Self.reason))
        desk.peerStatus = nil
        #expect(desk.pass(.seconds(11)).calls.contains("start files"))
    }

    @Test func `alone after a boot it serves`() {
        var desk = CoreOnDesk()
        _ = desk.feed(.maintained(Self.reason))
        let calls = desk.pass(.seconds(31)).calls
        #expect(calls.contains("start web") && calls.contains("start files"))
    }

    @Test func `nothing can be ordered to it while the other node is in service`() {
        var desk = Self.desk(peer: Self.gone)
        #expect(Self.refusal(desk.request(.standby(.local)))?.contains("node beta is in maintenance") == true)
        desk = Self.desk()
        _ = desk.feed(.maintained(Self.reason))
        #expect(Self.refusal(desk.request(.takeover(.foreign)))?.contains("this node is in maintenance") == true)
        desk = Self.desk(peer: Self.gone)
        _ = desk.feed(.maintained(Self.reason))
        #expect(desk.request(.takeover(.foreign)).contents.contains(.takeoverRequest(.foreign)))
    }

    @Test func `files that are read again change nothing of it`() {
        var desk = Self.desk(peer: Self.gone)
        _ = desk.feed(.maintained(Self.reason))
        _ = desk.feed(.reconfigured(desk.core.node.configuration))
        #expect(desk.core.node.health.health == Self.gone)
    }

    @Test func `beside an original it is refused, and moves nothing`() {
        var desk = CoreOnDesk.besideAnOriginal()
        #expect(desk.core.obstacleToMaintenance?.contains("node beta runs heartbeat 3") == true)
        #expect(Self.desk().core.obstacleToMaintenance == nil)
        let effects = desk.feed(.maintained(Self.reason)) + desk.pass(.seconds(5))
        #expect(effects.steps.isEmpty && desk.running.contains("web"))
    }

    @Test func `whether the other node has heard the last report is told where its statuses tell it`() {
        var desk = Self.desk()
        #expect(desk.core.facts(at: desk.now).peer?.hasHeard == nil)
        func hear(_ heard: MessageIdentity) {
            let status = StatusReport(status: .active, deadtime: .seconds(10), heard: heard)
            _ = desk.hear(.status(status))
        }
        let before = desk.everythingSent
        _ = desk.feed(.maintained(Self.reason))
        hear(before)
        #expect(desk.core.facts(at: desk.now).peer?.hasHeard == false)
        hear(desk.everythingSent)
        #expect(desk.core.facts(at: desk.now).peer?.hasHeard == true)
    }

    // MARK: - In the scenarios

    private static func outcome(of name: String) throws -> [String] {
        let folder = try #require(Bundle.module.url(forResource: "scenarios", withExtension: nil))
        let text = try String(contentsOf: folder.appendingPathComponent("\(name).txt"), encoding: .utf8)
        return try Scenario.run(text).components(separatedBy: "\n").filter { $0.hasPrefix("web runs on") }
    }

    @Test(arguments: [
        ("maintenance", ["alpha", "beta", "beta", "alpha"]), ("maintenance-both", ["alpha", "alpha", "alpha"]),
        ("maintenance-alone", ["alpha", "beta", "alpha"]),
    ])
    func `scenarios serve where they should`(name: String, nodes: [String]) throws {
        #expect(try Self.outcome(of: name) == nodes.map { "web runs on \($0)" })
    }
}
