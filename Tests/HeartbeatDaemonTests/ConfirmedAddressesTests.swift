// What is known of neighbours stands for each address that is up, until it is brought up or down again.

import HeartbeatAddresses
import HeartbeatModel
import Testing

@testable import HeartbeatDaemon

@Suite struct ConfirmedAddressesTests {
    private static let addresses = ["10.0.0.2", "10.0.0.1", "2001:db8::1"].compactMap { IPAddress($0) }
    private static let neighbour = IPAddress("10.0.0.9")

    private static func told(_ confirmed: ConfirmedAddresses) -> [String: Bool] {
        Dictionary(uniqueKeysWithValues: confirmed.facts.map { ("\($0.address)", $0.isConfirmed) })
    }

    @Test func `all that were announced together are confirmed when the neighbours agree`() throws {
        var confirmed = ConfirmedAddresses()
        #expect(confirmed.facts.isEmpty)
        confirmed.hear(.first(agreed: .zero), of: Self.addresses)
        #expect(confirmed.facts.isEmpty, "what is known at first may change")
        confirmed.hear(
            .agree([try #require(Self.neighbour)], after: .milliseconds(1), announcements: 1), of: Self.addresses)
        #expect(Self.told(confirmed) == ["10.0.0.1": true, "10.0.0.2": true, "2001:db8::1": true])
        #expect(confirmed.facts.map(\.address) == confirmed.facts.map(\.address).sorted())
    }

    @Test func `one that is sent elsewhere is refused alone, and nobody's word is none`() throws {
        var confirmed = ConfirmedAddresses()
        let neighbour = try #require(Self.neighbour)
        confirmed.hear(.disagrees(neighbour, of: Self.addresses[1], interface: "eth0"), of: Self.addresses)
        #expect(Self.told(confirmed) == ["10.0.0.1": false])
        confirmed.hear(.agree([neighbour], after: .seconds(2), announcements: 3), of: Self.addresses)
        #expect(Self.told(confirmed)["10.0.0.1"] == true)
        confirmed.hear(.unknown([neighbour]), of: [Self.addresses[0]])
        #expect(Self.told(confirmed) == ["10.0.0.1": true, "2001:db8::1": true])
        confirmed.forget([Self.addresses[2], Self.addresses[0]])
        #expect(Self.told(confirmed) == ["10.0.0.1": true])
        // It is not here any more.
        confirmed.hear(.disagrees(neighbour, of: Self.addresses[0], interface: "eth0"), of: [])
        #expect(Self.told(confirmed) == ["10.0.0.1": true])
    }
}
