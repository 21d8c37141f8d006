// One call of an address resource from outside the daemon, by hand or from a script. Words in, exit code out: it answers as
// resource scripts do. What goes on after it has returned is a process of its own that ends by itself.

import CLinux
import Glibc
import HeartbeatAddresses
import HeartbeatModel
import HeartbeatPlacement
import HeartbeatSystem

/// `IPaddr`, `IPaddr2`, `IPv6addr` or `SendArp` with an argument and a verb.
package struct AddressCommand {
    /// What it can be called as.
    package enum Name: String, Hashable, Sendable, CaseIterable {
        case ipaddr = "IPaddr"
        case ipaddr2 = "IPaddr2"
        case ipv6addr = "IPv6addr"
        case sendArp = "SendArp"
    }

    /// What it can be asked to do.
    package enum Verb: String, Hashable, Sendable, CaseIterable {
        case start
        case stop
        case status
        /// Repeats the announcements of a start for ten seconds, or until the address has gone.
        case announce
    }

    /// Exit codes of resource scripts (LSB).
    package enum Exit {
        package static let failed: Int32 = 1
        package static let wrongArguments: Int32 = 2
        package static let stopped: Int32 = 3
    }

    private let name: Name
    private let argument: String
    private let notes: String
    /// What is announced, with the resource that carries it; `nil` for SendArp.
    private let resource: Resource?
    private let announced: (address: IPAddress, interface: String)?
    private let keeper = AddressKeeper()

    /// `notes` is a directory for what SendArp must remember (`HA_RSCTMP`).
    package init(_ name: Name, _ argument: String, notes: String) throws(AddressWord.Mistake) {
        self.name = name
        self.argument = argument
        self.notes = notes
        var address: ServiceAddress?
        var announced: (IPAddress, String)?
        switch name {
        case .ipaddr, .ipaddr2: address = try AddressWord.ipv4(argument).address
        case .ipv6addr: address = try AddressWord.ipv6(argument).address
        case .sendArp:
            announced = try AddressWord.announced(argument)
        }
        self.announced = announced
        resource = address.map {
            Resource(
                word: "\(name.rawValue)::\(argument)", scriptName: name.rawValue, arguments: [argument], address: $0)
        }
    }

    /// Does it; `say` gets the answer of a status, `complain` what went wrong. Returns the exit code.
    package func run(_ verb: Verb, say: (String) -> Void, complain: (String) -> Void) -> Int32 {
        do {
            guard let wanted = resource.flatMap(WantedAddress.init) else { return try sendArp(verb, say) }
            switch verb {
            case .start: return try start(wanted, complain)
            case .stop: return report(try keeper.stop([wanted]), complain)
            case .status: return status(try keeper.states(of: [wanted.address]), say, complain)
            case .announce: return try repeatAnnouncements()
            }
        } catch {
            complain("\(error)")
            return Exit.failed
        }
    }

    // MARK: - Addresses

    private func start(_ wanted: WantedAddress, _ complain: (String) -> Void) throws -> Int32 {
        let outcome = try keeper.start([wanted])
        guard outcome.failures.isEmpty else { return report(outcome.failures, complain) }
        // The address is there: that nobody is told makes it no failure.
        do {
            try send(outcome.held.compactMap(AnnouncedAddress.init))
            try announceInBackground()
        } catch {
            complain("\(error)")
        }
        return 0
    }

    private func report(_ failures: [AddressFailure], _ complain: (String) -> Void) -> Int32 {
        failures.forEach { complain("\($0)") }
        return failures.isEmpty ? 0 : Exit.failed
    }

    private func status(_ states: [AddressState], _ say: (String) -> Void, _ complain: (String) -> Void) -> Int32 {
        switch AddressAnswer.status(states) {
        case .exited(let code, let output):
            say(output)
            return code
        case .notRun(let reason):
            complain(reason)
            return Exit.failed
        case .signalled, .timedOut:
            return Exit.failed
        }
    }

    // MARK: - Announcements

    /// SendArp announces what something else has brought up. Whether it has been started is only in its note.
    private func sendArp(_ verb: Verb, _ say: (String) -> Void) throws -> Int32 {
        switch verb {
        case .start:
            try send(try announcedNow())
            try writeNote()
            try announceInBackground()
            return 0
        case .stop:
            guard unlink(note) < 0, errno != ENOENT, errno != ENOTDIR else { return 0 }
            throw SystemError("remove", note)
        case .status:
            let isStarted = access(note, F_OK) == 0
            say(isStarted ? "running\n" : "stopped\n")
            return isStarted ? 0 : Exit.stopped
        case .announce:
            return try repeatAnnouncements()
        }
    }

    private var note: String { "\(notes)/SendArp-\(argument.replacing("/", with: "-"))" }

    private func writeNote() throws(SystemError) {
        if let slash = notes.lastIndex(of: "/"), slash > notes.startIndex {
            try Directories.make(String(notes[..<slash]), mode: 0o755)
        }
        try Directories.make(notes, mode: 0o755)
        let descriptor = open(note, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError("write", note) }
        close(descriptor)
    }

    /// What shall be announced at this moment; empty when it has been stopped.
    private func announcedNow() throws -> [AnnouncedAddress] {
        if let address = resource?.address { return try keeper.held([address]).compactMap(AnnouncedAddress.init) }
        guard let announced else { return [] }
        guard let interface = try keeper.interface(named: announced.interface) else {
            throw SystemError(.findInterface, announced.interface, code: ENODEV)
        }
        return AnnouncedAddress(announced.address, on: interface).map { [$0] } ?? []
    }

    private func send(_ addresses: [AnnouncedAddress]) throws(SystemError) {
        let socket = try AnnouncementSocket()
        for announced in addresses {
            for form in 0..<announced.forms { try socket.send(announced, form: form) }
        }
    }

    /// Nobody ends this process: it looks before it speaks, because a word after the address has moved would draw the clients
    /// back to the wrong node.
    private func repeatAnnouncements() throws -> Int32 {
        for (before, pause) in zip(Announcer.pauses, Announcer.pauses.dropFirst()) {
            usleep(UInt32(clamping: (pause - before).nanoseconds / 1000))
            guard announced == nil || access(note, F_OK) == 0 else { return 0 }
            let addresses = try announcedNow()
            guard !addresses.isEmpty else { return 0 }
            try send(addresses)
        }
        return 0
    }

    private func announceInBackground() throws(SystemError) {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { throw SystemError("open", "/dev/null") }
        defer { close(null) }
        let child = ChildProcess(
            executable: "/proc/self/exe", arguments: ["hb_address", name.rawValue, argument, Verb.announce.rawValue],
            environment: [("HA_RSCTMP", notes)], directory: "/", standardOutput: null, standardError: null,
            isSessionLeader: true)
        _ = try child.start()
    }
}
