// Looks at the machine for what a check wants to know: a few system calls, files of /proc, and one question to systemd. Nothing is
// changed, and what is no business of whoever asks stays unknown.

import Glibc
import HeartbeatCheck
import HeartbeatHost
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

struct MachineReader {
    let paths: DaemonPaths
    /// `nil` where the files are wrong.
    let configuration: Configuration?

    func facts() -> MachineFacts {
        var facts = MachineFacts()
        facts.isRoot = geteuid() == 0
        facts.daemon = daemon
        facts.fileDoubts = fileDoubts
        facts.hookDoubts = ["rc.d", "notify.d"].flatMap { hookDoubts(in: "\(paths.configuration)/\($0)") }
        facts.hasClientGroup = Directories.groupID("haclient") != nil
        facts.rights = rights(of: facts.daemon, isRoot: facts.isRoot)
        facts.kernel = Machine.kernelRelease
        facts.guardian = guardian
        guard let configuration else { return facts }
        facts.interfaces = configuration.neededInterfaces.sorted().compactMap(Self.interface)
        facts.units = SystemdUnits.asked(about: configuration.resourceUnits)
        readHolders(configuration, &facts)
        return facts
    }

    private var daemon: MachineFacts.Process? {
        guard case .running(let pid) = PidFile.owner(of: paths.pidFile) else { return nil }
        return MachineFacts.Process(name: "heartbeat", pid: pid)
    }

    // MARK: - Who may change what

    /// What the modes of authkeys themselves are worth the check of the files says.
    private var fileDoubts: [MachineFacts.Doubt] {
        [paths.haCf, paths.haresources, paths.authkeys, paths.nodeInfo].flatMap { path in
            Self.doubts(about: path) { doubt in
                if case .owner = doubt.cause { true } else { doubt.component != paths.authkeys }
            }
        }
    }

    private func hookDoubts(in directory: String) -> [MachineFacts.Doubt] {
        Directories.names(in: directory).sorted().map { "\(directory)/\($0)" }
            .filter { (path: String) in access(path, X_OK) == 0 }.flatMap { Self.doubts(about: $0) { _ in true } }
    }

    private static func doubts(about path: String, where counts: (PathDoubt) -> Bool) -> [MachineFacts.Doubt] {
        TrustedPath.doubts(about: path).filter(counts).map { doubt in
            MachineFacts.Doubt(path: path, component: doubt.component, text: "\(doubt)", isGrave: doubt.isGrave)
        }
    }

    // MARK: - The kernel and programs

    /// `nil` for one that is not there, of which the check of the files speaks.
    private static func interface(_ name: String) -> MachineFacts.Interface? {
        guard let flags = try? InterfaceQuery.flags(of: name) else { return nil }
        return MachineFacts.Interface(
            name: name, isUp: flags & UInt32(IFF_UP) != 0, hasCarrier: flags & UInt32(IFF_RUNNING) != 0)
    }

    /// Of the daemon; without one, of what root would start by hand as this program was started.
    private func rights(of daemon: MachineFacts.Process?, isRoot: Bool) -> MachineFacts.Rights? {
        guard daemon != nil || isRoot else { return nil }
        let process = daemon.map { "\($0.pid)" } ?? "self"
        guard let status = Descriptors.contents(of: "/proc/\(process)/status", atMost: 65536),
            let limits = Descriptors.contents(of: "/proc/\(process)/limits", atMost: 65536)
        else { return nil }
        return MachineFacts.Rights(
            status: String(decoding: status, as: UTF8.self), limits: String(decoding: limits, as: UTF8.self))
    }

    /// Where the daemon looks for it: beside itself, which is beside this program where both were built, or in libexec where they
    /// were installed.
    private var guardian: MachineFacts.Program {
        let own = paths.scripts.programs
        let installed = (own.lastIndex(of: "/").map { String(own[..<$0]) } ?? own) + "/libexec/heartbeat"
        let directory = [own, installed].first { access("\($0)/heartbeat", X_OK) == 0 } ?? installed
        let path = "\(directory)/hb_guardian"
        return MachineFacts.Program(path: path, isExecutable: access(path, X_OK) == 0)
    }

    // MARK: - Ports and serial lines

    private func readHolders(_ configuration: Configuration, _ facts: inout MachineFacts) {
        let ports = Set(configuration.boundPorts.map(\.port))
        let sockets = ["/proc/net/udp", "/proc/net/udp6"].flatMap { path in
            UDPTable(Descriptors.contents(of: path, atMost: 8 << 20) ?? []).sockets.filter { ports.contains($0.port) }
        }
        let lines = configuration.media.compactMap { medium -> String? in
            guard case .serial(let device, _) = medium, access(device, F_OK) == 0 else { return nil }
            return device
        }
        let holders = OpenFiles.holders(
            of: Set(sockets.map { "socket:[\($0.inode)]" } + lines.map(Directories.resolved)))
        facts.sockets = sockets.map { socket in
            MachineFacts.UDPSocket(
                port: socket.port, user: socket.user, holder: holders["socket:[\(socket.inode)]"]?.first)
        }
        facts.devices = lines.map { path in
            let others = (holders[Directories.resolved(path)] ?? []).filter {
                $0.pid != facts.daemon?.pid && $0.name != "heartbeat"
            }
            return MachineFacts.Device(path: path, holder: others.first, refusal: refusal(of: path, facts))
        }
    }

    /// A line that somebody uses is left alone: opening it could disturb what goes over it.
    private func refusal(of path: String, _ facts: MachineFacts) -> String? {
        guard facts.isRoot, facts.daemon == nil else { return nil }
        let descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor < 0 else {
            close(descriptor)
            return nil
        }
        let error = SystemError(.openDevice, "serial \(path)")
        return "\(error)"
    }
}
