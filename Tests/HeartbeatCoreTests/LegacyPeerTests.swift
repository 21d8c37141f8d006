// Beside an original without auto_failback: no reports, no handovers, each group asked for by its key.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct LegacyPeerTests {
    private static var configuration: Configuration {
        var configuration = CoreOnDesk.configuration
        configuration.autoFailback = .legacy
        return configuration
    }

    private static func message(_ type: String, _ pairs: [(String, String)]) -> Message.Content {
        .other(type: type, fields: pairs.map { .init(name: $0.0, value: .string($0.1)) })
    }

    private static func answer(_ key: String, ok: String = "OK") -> Message.Content {
        message("ip-request-resp", [("ipaddr", key), ("weown", "no"), ("ok", ok)])
    }

    private static func joined() -> CoreOnDesk {
        var desk = CoreOnDesk(configuration)
        _ = desk.negotiate()
        _ = desk.pass(.seconds(2))
        _ = desk.hear(answer("web"), to: CoreOnDesk.alpha)
        _ = desk.settle()
        return desk
    }

    @Test func ourGroupsAreAskedForUntilSomebodyAnswers() {
        var desk = CoreOnDesk(Self.configuration)
        let joining = desk.negotiate()
        #expect(!joining.contents.contains { if case .other("ip-request", _) = $0 { true } else { false } })
        let asked = desk.pass(.seconds(3)).contents.filter { $0 == Self.message("ip-request", [("ipaddr", "web")]) }
        #expect(asked.count >= 2)
        #expect(desk.hear(Self.answer("web", ok: "bad"), to: CoreOnDesk.alpha).calls.isEmpty)
        #expect(desk.hear(Self.answer("files"), to: CoreOnDesk.alpha).calls.isEmpty)
        #expect(desk.hear(Self.answer("web"), to: CoreOnDesk.alpha).calls == ["status web"])
        _ = desk.settle()
        #expect(desk.running == ["web"])
        #expect(!desk.core.snapshot.isInTransition)
        #expect(desk.pass(.seconds(600)).calls.isEmpty)
    }

    @Test func nobodyIsAskedByKeyWhoTellsClaims() {
        var desk = CoreOnDesk(Self.configuration)
        _ = desk.negotiate()
        _ = desk.hear(
            claim: ResourceClaim(local: .none, foreign: .none, heard: desk.everythingSent), stable: false)
        let later = desk.pass(.seconds(60)).contents
        #expect(!later.contains { if case .other("ip-request", _) = $0 { true } else { false } })
        #expect(desk.running == ["web"])
    }

    @Test func whatIsAskedForIsStoppedBeforeTheAnswer() {
        var desk = Self.joined()
        desk.peerStatus = nil
        _ = desk.pass(.seconds(11))
        #expect(desk.running == ["web", "files"])
        desk.peerGeneration += 1
        _ = desk.hear(status: .up)
        _ = desk.hear(status: .active)
        desk.peerStatus = .active
        let asked = desk.hear(Self.message("ip-request", [("ipaddr", "files")]))
        #expect(asked.calls == ["stop files"])
        #expect(asked.messages.allSatisfy { $0.destination == nil })
        let released = desk.settle()
        let answers = released.messages.filter { $0.destination == CoreOnDesk.beta }
        #expect(
            answers.map(\.content) == [
                Self.message("ip-request-resp", [("ipaddr", "files"), ("weown", "yes"), ("ok", "OK")])
            ])
        #expect(desk.pass(.seconds(600)).calls.isEmpty)
        #expect(desk.running == ["web"])
    }

    @Test func whatAnOriginalGrantsItselfIsStoppedAtOnce() {
        var desk = Self.joined()
        desk.peerStatus = nil
        _ = desk.pass(.seconds(11))
        desk.peerGeneration += 1
        _ = desk.hear(status: .active)
        desk.peerStatus = .active
        #expect(desk.hear(Self.answer("web"), to: CoreOnDesk.beta).calls.isEmpty)
        #expect(desk.hear(Self.answer("files", ok: "bad"), to: CoreOnDesk.beta).calls.isEmpty)
        let granted = desk.hear(Self.answer("files"), to: CoreOnDesk.beta)
        #expect(granted.calls == ["stop files"])
        let released = desk.settle()
        #expect(released.messages.allSatisfy { $0.destination == nil })
        #expect(desk.running == ["web"])
        #expect(desk.pass(.seconds(600)).calls.isEmpty)
    }

    @Test func whatDoesNotRunHereIsGrantedAtOnce() {
        var desk = Self.joined()
        let asked = desk.hear(Self.message("ip-request", [("ipaddr", "files")]))
        #expect(asked.calls.isEmpty)
        #expect(
            asked.contents.contains(
                Self.message("ip-request-resp", [("ipaddr", "files"), ("weown", "no"), ("ok", "OK")])))
    }

    @Test func ourOwnGroupsAreNotGivenAway() {
        var desk = Self.joined()
        #expect(desk.hear(Self.message("ip-request", [("ipaddr", "web")])).calls.isEmpty)
        #expect(desk.running == ["web"])
    }

    @Test func theDeathOfALegacyNodeIsATakeover() {
        var desk = Self.joined()
        desk.peerStatus = nil
        #expect(desk.pass(.seconds(11)).calls.contains("start files"))
        #expect(desk.running == ["web", "files"])
    }
}
