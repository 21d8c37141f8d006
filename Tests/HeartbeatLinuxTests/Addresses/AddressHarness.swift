// What the tests of addresses share: two namespaces with a cable, the service addresses of the one on a loop, and what the
// other hears of announcements.

import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatAddresses
@testable import HeartbeatFormats
@testable import HeartbeatNetlink

/// The word of an address as haresources has it, already read.
func resource(_ argument: String, _ script: String = "IPaddr") throws -> Resource {
    let address =
        script == "IPv6addr" ? try AddressWord.ipv6(argument).address : try AddressWord.ipv4(argument).address
    return Resource(word: "\(script)::\(argument)", scriptName: script, arguments: [argument], address: address)
}

/// A batch of IPv4 words.
func resources(_ arguments: [String]) throws -> [Resource] {
    try arguments.map { try resource($0) }
}

/// A node: a namespace with `hba`, which has 10.77.0.1/24 and fd77::1/64, and a client at the other end of its cable.
final class AddressNode: @unchecked Sendable {
    let network = TestNetwork()
    let client = TestNetwork()
    private let loop: LoopThread
    private var addresses: ServiceAddresses!
    private var lost: [String] = []
    private var problems: [String] = []
    private var announced: [FirstAnnouncement] = []
    private var news: [(addresses: [IPAddress], news: NeighbourNews)] = []
    private var isSilenced = false

    init() {
        network.connect("hba", host: 1, to: client, "far", host: 2)
        loop = LoopThread(in: network)
        addresses = loop.on { reactor in
            let addresses = ServiceAddresses(reactor: reactor)
            addresses.onLost = { [weak self] in self?.lost.append($0.text) }
            addresses.onProblem = { [weak self] in self?.problems.append($0) }
            addresses.onAnnounced = { [weak self] in self?.announced.append($0) }
            addresses.onNeighbours = { [weak self] in self?.news.append(($0, $1)) }
            addresses.isSilenced = { [weak self] in self?.isSilenced == true }
            return addresses
        }
    }

    deinit {
        loop.on { [addresses] _ in addresses!.close() }
        loop.stop()
    }

    @discardableResult
    func perform(_ verb: ResourceVerb, _ resources: [Resource]) -> ActionResult {
        loop.on { [addresses] _ in addresses!.perform(verb, resources) }
    }

    /// The same for a body that already is on the loop.
    func performHere(_ verb: ResourceVerb, _ resources: [Resource]) -> ActionResult {
        addresses.perform(verb, resources)
    }

    func announce(_ resources: [Resource]) {
        loop.on { [addresses] _ in addresses!.announce(resources) }
    }

    /// Brings the addresses back as soon as one is told to be lost, as the daemon does.
    func restartWhenLost(_ resources: [Resource]) {
        loop.on { [addresses] _ in
            addresses!.onLost = { [weak self] lost in
                self?.lost.append(lost.text)
                _ = self?.addresses.perform(.start, resources)
            }
        }
    }

    /// Keeps the loop from hearing anything until `body` has returned.
    func blocked(_ body: @escaping () -> Void) {
        loop.on { _ in body() }
    }

    var lostSoFar: [String] { loop.on { _ in self.lost } }
    var problemsSoFar: [String] { loop.on { _ in self.problems } }
    var announcedSoFar: [FirstAnnouncement] { loop.on { _ in self.announced } }
    var newsSoFar: [NeighbourNews] { loop.on { _ in self.news.map(\.news) } }
    var now: Instant { loop.on { $0.now } }

    func newsOf(_ address: String) -> [NeighbourNews] {
        loop.on { _ in self.news.filter { $0.addresses.contains(IPAddress(address)!) }.map(\.news) }
    }

    func silence(_ isOn: Bool) {
        loop.on { _ in self.isSilenced = isOn }
    }

    func follow(_ rules: NeighbourRules) {
        loop.on { [addresses] _ in addresses!.neighbourRules = rules }
    }

    /// Waits until this was told to be lost.
    func hearsLoss(of texts: [String]) -> Bool {
        loop.eventually { _ in self.lost == texts }
    }

    /// Every address of `hba` but link-local ones, as `10.77.0.1/24 hba`, in the kernel's order.
    func held(_ interface: String = "hba") -> [String] {
        network.inside { () -> [String] in
            do {
                let tables = try KernelTables.read(NetlinkSocket())
                return tables.addresses.filter {
                    tables.interface($0.interface)?.name == interface && !$0.address.isLinkLocal
                }
                .map { "\($0.address)/\($0.prefixLength)" + ($0.label.map { " \($0)" } ?? "") }
            } catch {
                return ["\(error)"]
            }
        }
    }

    /// The entry of one address, wherever it is.
    func entry(_ text: String) -> AddressEntry? {
        network.inside { () -> AddressEntry? in
            do {
                return try KernelTables.read(NetlinkSocket()).addresses.first { $0.address == IPAddress(text) }
            } catch {
                return nil
            }
        }
    }

    /// Begins to note down announcements that arrive at the client.
    func listen() -> Announcements { Announcements(in: client) }
}

/// Announcements as they arrive: `request 10.77.0.50`, `reply 10.77.0.50`, `advertisement fd77::50`.
final class Announcements {
    private var sockets: [Int32]
    private(set) var heard: [String] = []

    init(in network: TestNetwork) {
        sockets = network.inside { () -> [Int32] in
            [0x0806, 0x86DD].map { (ethertype: UInt16) in
                let fd = socket(AF_PACKET, Int32(SOCK_RAW.rawValue), Int32(ethertype.bigEndian))
                var size: Int32 = 8 << 20
                setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, 4)
                return fd
            }
        }
    }

    deinit {
        sockets.forEach { close($0) }
    }

    /// Reads what has arrived; waits until `condition` holds.
    func eventually(_ condition: ([String]) -> Bool) -> Bool {
        HeartbeatLinuxTests.eventually {
            listen()
            return condition(heard)
        }
    }

    /// Reads what has arrived: ARP first, then neighbour discovery.
    func listen() { sockets.forEach(read) }

    private func read(_ fd: Int32) {
        var buffer = [UInt8](repeating: 0, count: 2048)
        while case let count = recv(fd, &buffer, buffer.count, Int32(MSG_DONTWAIT)), count > 0 {
            if let text = Self.describe(Array(buffer[..<count])) { heard.append(text) }
        }
    }

    private static func describe(_ frame: [UInt8]) -> String? {
        if frame.count >= 42, frame[12] == 8, frame[13] == 6, frame[28..<32] == frame[38..<42] {
            return "\(frame[21] == 1 ? "request" : "reply") \(IPAddress(bytes: Array(frame[28..<32]))!)"
        }
        // Overriding and unsolicited, to everybody.
        if frame.count >= 78, frame[12] == 0x86, frame[20] == 58, frame[54] == 136, frame[58] & 0x60 == 0x20 {
            return "advertisement \(IPAddress(bytes: Array(frame[62..<78]))!)"
        }
        return nil
    }
}
