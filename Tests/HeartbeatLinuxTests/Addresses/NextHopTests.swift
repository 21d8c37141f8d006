import HeartbeatModel
import Testing

@testable import HeartbeatFormats
@testable import HeartbeatNetlink

/// The next hops of the kernel's routes.
@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct NextHopTests {
    private let network = TestNetwork()
    private let client = TestNetwork()

    /// As `10.77.0.9 hba`.
    private func found() -> [String] {
        network.inside { () -> [String] in
            do {
                let socket = NetlinkSocket()
                let tables = try KernelTables.read(socket)
                return try socket.nextHops().map { "\($0.gateway) \(tables.interface($0.interface)?.name ?? "?")" }
            } catch {
                return ["\(error)"]
            }
        }
    }

    @Test("Routers of both versions, of every table, and of routes with several ways are found, each once")
    func everyTable() {
        network.connect("hba", host: 1, to: client, "far", host: 2)
        #expect(found() == [])
        let script = """
            ip route add default via 10.77.0.9 && ip route add 10.90.0.0/16 via 10.77.0.9 &&
            ip route add default via 10.77.0.8 table 100 &&
            ip route add 10.91.0.0/16 nexthop via 10.77.0.6 dev hba nexthop via 10.77.0.7 dev hba &&
            ip route add 10.92.0.0/16 via inet6 fe80::5 dev hba &&
            ip -6 route add default via fe80::9 dev hba && ip -6 route add fd90::/64 via fd77::8 table 100 &&
            ip -6 route add fd91::/64 nexthop via fd77::6 dev hba nexthop via fd77::7 dev hba &&
            ip route add 10.93.0.0/16 dev hba && ip route add blackhole 10.94.0.0/16
            """
        #expect(network.run(script) == 0)
        let defaults = ["10.77.0.8", "10.77.0.9", "fe80::9"]
        let others = ["10.77.0.6", "10.77.0.7", "fe80::5", "fd77::6", "fd77::7", "fd77::8"]
        #expect(found() == (defaults + others).map { "\($0) hba" })
    }
}
