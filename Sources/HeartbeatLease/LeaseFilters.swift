// Hangs the two programs of the lease on interfaces and takes them off again. It refuses to know on which interfaces they belong,
// and what the programs decide. Other filters of an interface stay.

import CLinux
import Glibc
import HeartbeatFormats
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatSystem

/// Works in the network namespace of the thread that used it first.
package final class LeaseFilters {
    /// The first that is asked. The name tells it from those of others, also when its daemon has died.
    static let place = ClassifierPlace(name: "heartbeat-lease", priority: 1, handle: 1)

    private let programs: LeasePrograms
    /// The kernel's numbers of the two.
    private let numbers: [PacketDirection: UInt32]
    private let socket = NetlinkSocket()

    package init(_ programs: LeasePrograms) {
        self.programs = programs
        numbers = Dictionary(
            uniqueKeysWithValues: PacketDirection.allCases.map { direction in
                (direction, clinux_bpf_program_number(programs[direction].number))
            })
    }

    /// From now on every packet of the interface passes the programs. Those of a predecessor give way in one step.
    ///
    /// Throws ENODEV when there is no such interface, EEXIST when another program stands in their place, EBUSY when only what
    /// comes in can be filtered, which it then is, and ENOENT when the kernel lacks `sch_ingress` or `cls_bpf`.
    package func hang(on interface: UInt32, _ name: String) throws(SystemError) {
        let made = try socket.change([ClassifierQueue.creation(on: interface)])[0]
        guard made.code == 0 || made.code == EEXIST else { throw Self.refusal(name, made) }
        let kind = made.code == 0 ? ClassifierQueue.both : try Self.queue(of: interface, socket)?.kind
        let hasBoth = kind == ClassifierQueue.both
        for direction in hasBoth ? PacketDirection.allCases : [.incoming] {
            try hang(direction, on: interface, name)
        }
        guard hasBoth else {
            throw SystemError(
                .filter, name, code: EBUSY,
                reason: "its qdisc `ingress` leaves no room for what goes out; have it use `clsact` in its place")
        }
    }

    /// What hangs there already is left alone: hanging it up anew would be news, and news are a reason to look again.
    private func hang(_ direction: PacketDirection, on interface: UInt32, _ name: String) throws(SystemError) {
        if let occupant = try Self.occupant(direction, of: interface, socket) {
            guard occupant.program != numbers[direction] else { return }
            guard occupant.name == Self.place.name else {
                let other = occupant.name ?? "of somebody else"
                throw SystemError(
                    .filter, name, code: EEXIST,
                    reason: "the filter \(other) has priority 1 and handle 1; give it others")
            }
        }
        let program = programs[direction].number
        let answer = try socket.change([Self.place.creation(direction, on: interface, program: program)])[0]
        guard answer.code == 0 else { throw Self.refusal(name, answer) }
    }

    /// Both hang there, ours and not those of a predecessor.
    package func isHung(on interface: UInt32) throws(SystemError) -> Bool {
        for direction in PacketDirection.allCases {
            guard try Self.occupant(direction, of: interface, socket)?.program == numbers[direction] else {
                return false
            }
        }
        return true
    }

    // MARK: - Taking them off

    /// Takes every such filter off every interface, whoever has hung it up; the qdisc goes, too, where nothing else hangs on
    /// it. Returns the names of the interfaces that had one. To be called after the addresses are gone.
    ///
    /// Throws what the first interface failed with; the others are done all the same.
    @discardableResult
    package static func takeOffEverywhere() throws(SystemError) -> [String] {
        let socket = NetlinkSocket()
        var cleared: [String] = []
        var failure: SystemError?
        for interface in try socket.list(InterfaceEntry.request).compactMap(InterfaceEntry.init) {
            do throws(SystemError) {
                if try takeOff(interface.index, interface.name, socket) { cleared.append(interface.name) }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return cleared
    }

    /// Returns whether there was one.
    private static func takeOff(
        _ interface: UInt32, _ name: String, _ socket: NetlinkSocket
    ) throws(SystemError) -> Bool {
        guard let queue = try queue(of: interface, socket) else { return false }
        var hung = false
        for direction in PacketDirection.allCases {
            guard try occupant(direction, of: interface, socket)?.name == place.name else { continue }
            hung = true
            let answer = try socket.change([place.removal(direction, from: interface)])[0]
            guard answer.isGone else { throw refusal(name, answer) }
        }
        guard hung, queue.kind == ClassifierQueue.both else { return hung }
        for direction in PacketDirection.allCases {
            guard try socket.list(PacketClassifier.list(direction, of: interface)).isEmpty else { return hung }
        }
        let answer = try socket.change([ClassifierQueue.removal(from: interface)])[0]
        guard answer.isGone else { throw refusal(name, answer) }
        return hung
    }

    // MARK: - Questions

    private static func queue(
        of interface: UInt32, _ socket: NetlinkSocket
    ) throws(SystemError) -> ClassifierQueue? {
        try socket.lookUp(ClassifierQueue.request(interface)).flatMap(ClassifierQueue.init)
    }

    /// Who hangs in our place, by whatever name.
    private static func occupant(
        _ direction: PacketDirection, of interface: UInt32, _ socket: NetlinkSocket
    ) throws(SystemError) -> PacketClassifier? {
        try socket.list(PacketClassifier.list(direction, of: interface)).compactMap(PacketClassifier.init)
            .first(where: place.isTaken)
    }

    private static func refusal(_ interface: String, _ answer: NetlinkAnswer) -> SystemError {
        SystemError(.filter, interface, code: answer.code, reason: answer.text)
    }
}

extension NetlinkAnswer {
    /// It was taken away, or was gone before, alone or with its interface.
    fileprivate var isGone: Bool { [0, ENOENT, EINVAL, ENODEV].contains(code) }
}

extension LeasePrograms {
    package subscript(direction: PacketDirection) -> OwnedDescriptor {
        direction == .incoming ? incoming : outgoing
    }
}
