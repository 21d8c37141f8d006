// Where the other node was is read as it was written, and whatever else stands in the file is no address.

import HeartbeatModel
import HeartbeatSystem
import Testing

@testable import HeartbeatHost

@Suite struct PeerAddressesTests {
    private func withPlace(_ body: (PeerAddresses, _ directory: String) throws -> Void) throws {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        try PrivateDirectory(base + "/state").make(mode: 0o755)
        try body(PeerAddresses(in: PrivateDirectory(base + "/state")), base + "/state")
    }

    @Test func `what was stored is read, of both versions`() throws {
        let addresses = [IPAddress(0x0A00_0002), try #require(IPAddress(ipv6: "fd00::2"))]
        try withPlace { file, _ in
            #expect(file.read().isEmpty)
            #expect(file.store(addresses) == nil)
            #expect(file.read() == addresses)
            #expect(file.store([]) == nil)
            #expect(file.read().isEmpty)
        }
    }

    @Test func `lines that are no address of a host are passed over`() throws {
        try withPlace { file, directory in
            let path = directory + "/peer_addresses"
            writeFile(path, "10.0.0.2\nnonsense\n224.0.0.1\nfe80::1\n10.0.0.300\n\n", mode: 0o600)
            #expect(file.read() == [IPAddress(0x0A00_0002)])
            writeFile(path, String(repeating: "10.0.0.2\n", count: 1000), mode: 0o600)
            #expect(file.read().count == 16, "nobody of ours writes more")
        }
    }

    @Test func `a place that cannot be written is told`() throws {
        try withPlace { _, directory in
            let nowhere = PeerAddresses(in: PrivateDirectory(directory + "/none"))
            #expect(nowhere.store([IPAddress(0x0A00_0002)]) != nil)
        }
    }
}
