// What the tests of the lease share: a node whose interfaces are watched, and a client that asks it in five ways. A question
// is known by its number, and its time is read before it is sent: what was asked after the deadline must not be answered,
// however slow the machine is.

import CLinux
import Glibc
import HeartbeatModel

@testable import HeartbeatFormats
@testable import HeartbeatLease
@testable import HeartbeatSystem

/// The service addresses of the tests.
enum Service {
    static let four = IPAddress("10.77.0.100")!
    static let six = IPAddress("fd77::100")!
}

/// A namespace with `hba`, which has the service addresses, and a client at the other end of its cable.
final class LeasedNode: @unchecked Sendable {
    let network = TestNetwork()
    let client = TestNetwork()
    let lease: KernelLease
    private let loop: LoopThread
    private var watch: LeaseWatch!
    private var restored: [String] = []
    private var problems: [String] = []
    private var recoveries = 0

    /// Dark. `before` prepares the namespaces, `interface` gets the addresses.
    init(on interface: String = "hba", _ before: (TestNetwork, TestNetwork) -> Void = { _, _ in }) throws {
        lease = try KernelLease()
        network.connect("hba", host: 1, to: client, "far", host: 2)
        before(network, client)
        try lease.guardAddresses([Service.four, Service.six])
        network.run(
            """
            ip address add \(Service.four)/32 dev \(interface)
            ip address add \(Service.six)/128 dev \(interface) nodad
            """)
        loop = LoopThread(in: network)
        watch = loop.on { [unowned self] reactor in
            let watch = LeaseWatch(LeaseFilters(lease.programs), reactor: reactor)
            watch.onRestored = { self.restored.append($0) }
            watch.onProblem = { self.problems.append($0) }
            watch.onRecovery = { self.recoveries += 1 }
            watch.open()
            return watch
        }
    }

    deinit {
        loop.on { [watch] _ in watch!.close() }
        loop.stop()
    }

    func light(for time: Duration = .seconds(600)) {
        lease.store(until: .sinceBoot + time)
    }

    func darken() {
        lease.store(until: .zero)
    }

    func closeWatch() {
        loop.on { [watch] _ in watch!.close() }
    }

    var covered: [String] { loop.on { [watch] _ in watch!.covered } }
    var isComplete: Bool { loop.on { [watch] _ in watch!.isComplete } }
    var restoredSoFar: [String] { loop.on { _ in self.restored } }
    var problemsSoFar: [String] { loop.on { _ in self.problems } }
    var recoveriesSoFar: Int { loop.on { _ in self.recoveries } }

    /// The address is not answered for, in any of these ways: every question led to a packet that was dropped.
    func isSilent(_ asker: LeaseAsker, _ kinds: [LeaseQuestion] = LeaseQuestion.allCases) -> Bool {
        let before = lease.droppedPackets
        let first = asker.nextNumber
        for kind in kinds { for _ in 0..<5 { asker.ask(kind) } }
        let isJudged = eventually { lease.droppedPackets - before >= kinds.count * 5 }
        return isJudged && asker.answered(from: first).isEmpty
    }

    /// It is answered for in all of these ways.
    func answers(
        _ asker: LeaseAsker, _ kinds: [LeaseQuestion] = LeaseQuestion.allCases, for address: IPAddress = Service.four
    ) -> Bool {
        let first = asker.nextNumber
        return eventually {
            let missing = Set(kinds).subtracting(asker.answered(from: first).map(\.kind))
            for kind in missing { asker.ask(kind, for: address) }
            return missing.isEmpty
        }
    }
}

/// A way of asking for a service address.
enum LeaseQuestion: CaseIterable {
    case arp
    case echo
    case solicitation
    case echo6
    /// To a port at which nobody listens: the refusal is an answer.
    case connection
}

/// Asks over one interface of a namespace, past the tables of that namespace.
final class LeaseAsker {
    struct Question {
        let kind: LeaseQuestion
        let askedAt: Instant
    }

    private let sockets: [UInt16: Int32]
    private let mine: [UInt8]
    private let theirs: [UInt8]
    private var questions: [Question] = []
    private var answers: Set<Int> = []

    private static let own4 = IPAddress("10.77.0.2")!
    private static let own6 = IPAddress("fd77::2")!

    /// `theirs` is the interface of `node` that is asked.
    init(in network: TestNetwork, _ interface: String, of node: TestNetwork, _ theirs: String) {
        sockets = network.inside {
            let index = Int32(if_nametoindex(interface))
            return Dictionary(
                uniqueKeysWithValues: [0x0806, 0x0800, 0x86DD].map { ($0, clinux_lab_packet_socket(index, $0)) })
        }
        mine = network.inside { (try? InterfaceQuery.station(of: interface).address) ?? [] }
        self.theirs = node.inside { (try? InterfaceQuery.station(of: theirs).address) ?? [] }
    }

    deinit {
        for socket in sockets.values { close(socket) }
    }

    /// Of the next question. Beyond 65,535 answers are taken for those to earlier questions.
    var nextNumber: Int { questions.count }

    func question(_ number: Int) -> Question { questions[number] }

    /// IPv6 ways ask for `Service.six` whatever `address` is.
    func ask(_ kind: LeaseQuestion, for address: IPAddress = Service.four) {
        let number = UInt16(truncatingIfNeeded: questions.count)
        questions.append(Question(kind: kind, askedAt: .sinceBoot))
        switch kind {
        case .arp:
            let marked = Self.mark + [UInt8(number >> 8), UInt8(number & 0xFF)]
            let packet = ArpPacket(
                .request, senderStation: marked, sender: .any(isIPv6: false), targetStation: ArpPacket.nobody,
                target: address)
            send(packet.bytes, 0x0806, to: ArpPacket.everybody, from: marked)
        case .echo:
            let echo = IcmpEcho(identifier: 0x6862, sequence: number, payload: []).request(isIPv6: false)
            send(Self.ipv4(1, to: address, echo), 0x0800, to: theirs)
        case .connection:
            send(Self.ipv4(6, to: address, Self.syn(number, to: address)), 0x0800, to: theirs)
        case .echo6:
            let echo = IcmpEcho(identifier: 0x6862, sequence: number, payload: []).request(isIPv6: true)
            let packet = NeighbourPacket(source: Self.own6, destination: Service.six, message: echo)
            send(packet.bytes, 0x86DD, to: theirs)
        case .solicitation:
            // The answer goes to whoever asked, and nothing else tells the questions apart.
            let source = Array(Self.own6.bytes[..<12]) + [0, 1, UInt8(number >> 8), UInt8(number & 0xFF)]
            let message = [NeighbourPacket.solicitation, 0, 0, 0, 0, 0, 0, 0] + Service.six.bytes + [1, 1] + mine
            let group = Service.six.solicitedNode
            let packet = NeighbourPacket(source: IPAddress(bytes: source)!, destination: group, message: message)
            send(packet.bytes, 0x86DD, to: NeighbourPacket.station(of: group))
        }
    }

    /// The questions from this number on that have been answered.
    func answered(from first: Int) -> [Question] {
        for socket in sockets.values { read(socket) }
        return answers.filter { $0 >= first }.map { questions[$0] }
    }

    // MARK: - Packets

    private static let mark: [UInt8] = [0x02, 0x4C, 0, 0]

    private func send(_ payload: [UInt8], _ ethertype: UInt16, to station: [UInt8], from source: [UInt8]? = nil) {
        let frame = station + (source ?? mine) + [UInt8(ethertype >> 8), UInt8(ethertype & 0xFF)] + payload
        _ = Glibc.send(sockets[ethertype]!, frame, frame.count, Int32(MSG_DONTWAIT))
    }

    private static func ipv4(_ number: UInt8, to address: IPAddress, _ payload: [UInt8]) -> [UInt8] {
        let length = 20 + payload.count
        var header: [UInt8] = [0x45, 0, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, 0x40, 0, 64, number, 0, 0]
        header += own4.bytes + address.bytes
        let sum = InternetChecksum.of(header)
        header[10] = UInt8(sum >> 8)
        header[11] = UInt8(sum & 0xFF)
        return header + payload
    }

    /// RFC 9293: ports, numbers, header length and SYN, window, checksum, urgent pointer.
    private static func syn(_ number: UInt16, to address: IPAddress) -> [UInt8] {
        var segment: [UInt8] = [UInt8(number >> 8), UInt8(number & 0xFF), 0, 9, 0, 0, 0, 1, 0, 0, 0, 0]
        segment += [0x50, 0x02, 4, 0, 0, 0, 0, 0]
        let sum = InternetChecksum.of(own4.bytes + address.bytes + [0, 6, 0, 20] + segment)
        segment[16] = UInt8(sum >> 8)
        segment[17] = UInt8(sum & 0xFF)
        return segment
    }

    private func read(_ socket: Int32) {
        var buffer = [UInt8](repeating: 0, count: 2048)
        while case let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT)), count > 0 {
            guard let number = Self.number(Array(buffer[..<count])), number < questions.count else { continue }
            answers.insert(number)
        }
    }

    /// Which question a frame answers.
    private static func number(_ frame: [UInt8]) -> Int? {
        func field(_ offset: Int) -> Int? {
            frame.count >= offset + 2 ? Int(frame[offset]) << 8 | Int(frame[offset + 1]) : nil
        }
        switch field(12) {
        case 0x0806 where field(20) == 2 && Array(frame[32..<36]) == mark: return field(36)
        case 0x0800 where frame[23] == 1 && field(34) == 0: return field(40)
        case 0x0800 where frame[23] == 6 && field(34) == 9: return field(36)
        case 0x86DD where frame[20] == 58 && frame[54] == 129: return field(60)
        case 0x86DD where frame[20] == 58 && frame[54] == 136 && field(50) == 1: return field(52)
        default: return nil
        }
    }
}
