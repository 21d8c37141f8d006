// Messages about traffic control between us and the kernel's routing socket: the queueing discipline that carries classifiers at
// both ends of an interface, and classifiers that are programs. It refuses to know what a program decides.

/// One end of an interface, as traffic control names it.
package enum PacketDirection: CaseIterable, Sendable {
    case incoming
    case outgoing

    /// TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS or TC_H_MIN_EGRESS).
    var parent: UInt32 { self == .incoming ? 0xFFFF_FFF2 : 0xFFFF_FFF3 }
}

/// struct tcmsg: family (1 byte), padding (3), interface, handle, parent, information (4 each).
private func trafficBody(interface: UInt32, handle: UInt32 = 0, parent: UInt32, information: UInt32 = 0) -> [UInt8] {
    [0, 0, 0, 0] + [interface, handle, parent, information].flatMap { hostBytes($0) }
}

private let trafficLength = 20

private func terminated(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

/// What hangs at the hook of classifiers, `clsact`, or `ingress`, which has room for what comes in only: it takes a classifier
/// for what goes out as well, and shows it what comes in.
package struct ClassifierQueue: Hashable {
    package let interface: UInt32
    /// `clsact`, `ingress`, or whatever the news are about.
    package let kind: String

    /// TC_H_CLSACT, which is TC_H_INGRESS too.
    private static let parent: UInt32 = 0xFFFF_FFF1
    package static let both = "clsact"

    /// Asks for the one of the interface. Without NLM_F_ECHO the kernel answers everybody but who asked, and without NLM_F_ACK
    /// it says nothing where there was one once.
    package static func request(_ interface: UInt32) -> NetlinkRequest {
        NetlinkRequest(
            Netlink.getQueue, flags: Netlink.echo | Netlink.acknowledge,
            body: trafficBody(interface: interface, parent: parent))
    }

    /// Fails with EEXIST when one is there, of whatever kind.
    package static func creation(on interface: UInt32) -> NetlinkRequest {
        var request = NetlinkRequest(
            Netlink.newQueue, flags: Netlink.createOnly,
            body: trafficBody(interface: interface, handle: 0xFFFF_0000, parent: parent))
        request.append(1 /* TCA_KIND */, terminated(both))
        return request
    }

    /// Takes it away with all that hangs on it.
    package static func removal(from interface: UInt32) -> NetlinkRequest {
        NetlinkRequest(
            Netlink.deleteQueue, flags: 0,
            body: trafficBody(interface: interface, handle: 0xFFFF_0000, parent: parent))
    }

    /// Reads RTM_NEWQDISC and RTM_DELQDISC of this hook; `nil` for any other.
    package init?(_ message: NetlinkMessage) {
        guard message.type == Netlink.newQueue || message.type == Netlink.deleteQueue,
            let interface = message.body.hostInteger(at: 4, as: UInt32.self),
            message.body.hostInteger(at: 12, as: UInt32.self) == Self.parent
        else { return nil }
        var kind: String?
        message.forEachAttribute(after: trafficLength) { if $0 == 1 { kind = $1.cString } }
        guard let kind else { return nil }
        self.interface = interface
        self.kind = kind
    }
}

/// A classifier at one end of an interface.
package struct PacketClassifier: Hashable {
    package let interface: UInt32
    /// `nil` where it hangs elsewhere.
    package let direction: PacketDirection?
    /// Lower ones are asked first.
    package let priority: UInt16
    package let handle: UInt32
    /// All but 0 are asked only where a classifier of another chain says so.
    package let chain: UInt32
    /// TCA_BPF_NAME, of a program only.
    package let name: String?
    /// The kernel's number of the program, 0 of anything else.
    package let program: UInt32

    /// Every classifier there.
    package static func list(_ direction: PacketDirection, of interface: UInt32) -> NetlinkRequest {
        NetlinkRequest(
            Netlink.getClassifier, flags: Netlink.dump,
            body: trafficBody(interface: interface, parent: direction.parent))
    }

    /// Reads RTM_NEWTFILTER and RTM_DELTFILTER.
    package init?(_ message: NetlinkMessage) {
        guard message.type == Netlink.newClassifier || message.type == Netlink.deleteClassifier,
            let interface = message.body.hostInteger(at: 4, as: UInt32.self),
            let handle = message.body.hostInteger(at: 8, as: UInt32.self),
            let parent = message.body.hostInteger(at: 12, as: UInt32.self),
            let information = message.body.hostInteger(at: 16, as: UInt32.self)
        else { return nil }
        var kind = ""
        var options: ArraySlice<UInt8> = []
        var chain: UInt32 = 0
        message.forEachAttribute(after: trafficLength) { type, value in
            switch type {
            case 1 /* TCA_KIND */: kind = value.cString
            case 2 /* TCA_OPTIONS */: options = value
            case 11 /* TCA_CHAIN */: chain = value.hostInteger(at: 0, as: UInt32.self) ?? 0
            default: break
            }
        }
        let found = kind == "bpf" ? NetlinkMessage.attributes(in: options) : [:]
        self.interface = interface
        self.handle = handle
        self.chain = chain
        direction = PacketDirection.allCases.first { $0.parent == parent }
        priority = UInt16(truncatingIfNeeded: information >> 16)
        name = found[7 /* TCA_BPF_NAME */]?.cString
        program = found[11 /* TCA_BPF_ID */]?.hostInteger(at: 0, as: UInt32.self) ?? 0
    }
}

/// Where a program hangs of which there is one at each end of an interface.
package struct ClassifierPlace: Hashable, Sendable {
    package let name: String
    package let priority: UInt16
    package let handle: UInt32

    package init(name: String, priority: UInt16, handle: UInt32) {
        self.name = name
        self.priority = priority
        self.handle = handle
    }

    /// The program is asked about every packet (ETH_P_ALL), and its result is the verdict. One that hangs in this place gives
    /// way to it in one step: there is no packet that neither of them sees.
    package func creation(_ direction: PacketDirection, on interface: UInt32, program: Int32) -> NetlinkRequest {
        var request = self.request(Netlink.newClassifier, flags: Netlink.create, direction, interface)
        // TCA_BPF_FD, TCA_BPF_NAME, and TCA_BPF_FLAGS with TCA_BPF_FLAG_ACT_DIRECT.
        let options =
            NetlinkRequest.attribute(6, hostBytes(program)) + NetlinkRequest.attribute(7, terminated(name))
            + NetlinkRequest.attribute(8, hostBytes(UInt32(1)))
        request.append(2 /* TCA_OPTIONS */, options)
        return request
    }

    package func removal(_ direction: PacketDirection, from interface: UInt32) -> NetlinkRequest {
        request(Netlink.deleteClassifier, flags: 0, direction, interface)
    }

    /// Whoever hangs there, by this name or another.
    package func isTaken(by classifier: PacketClassifier) -> Bool {
        classifier.chain == 0 && classifier.priority == priority && classifier.handle == handle
    }

    private func request(
        _ type: UInt16, flags: UInt16, _ direction: PacketDirection, _ interface: UInt32
    ) -> NetlinkRequest {
        let information = UInt32(priority) << 16 | UInt32(UInt16(0x0003 /* ETH_P_ALL */).bigEndian)
        var request = NetlinkRequest(
            type, flags: flags,
            body: trafficBody(
                interface: interface, handle: handle, parent: direction.parent, information: information))
        request.append(1 /* TCA_KIND */, terminated("bpf"))
        return request
    }
}
