// A call to the operating system that failed, with all that an operator needs to read in one line: what was tried, on what,
// why the system refused, and what to look at first.

import Glibc

/// Why something could not be done with a file, a socket, a device or a process.
///
/// Described as `Cannot write /var/lib/heartbeat/hb_generation: No space left on device; free some space there (df -h, df -i)`
/// or `cannot open serial /dev/ttyUSB0: No such file or directory; is the adapter plugged in?`
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    package let operation: Operation
    /// What it was tried on, as the log names it: `/run/heartbeat.pid`, `serial /dev/ttyS0`, `UDP port 694 on eth0`.
    package let object: String
    /// The errno, or an `EAI_` value when `operation` is `resolve`.
    package let code: Int32
    /// The text of `code`.
    package let reason: String

    /// An error with the text of an errno.
    package init(_ operation: Operation, _ object: String, code: Int32 = errno) {
        self.init(operation, object, code: code, reason: Self.text(of: code))
    }

    /// One whose `reason` is not the system's.
    package init(_ operation: Operation, _ object: String, code: Int32, reason: String) {
        self.operation = operation
        self.object = object
        self.code = code
        self.reason = reason
    }

    package var description: String {
        let beginning = operation.area == .machine ? "Cannot" : "cannot"
        return "\(beginning) \(operation.verb) \(object): \(reason)" + (remedy.map { "; \($0)" } ?? "")
    }

    /// What the operator should look at first, if there is a usual cause.
    package var remedy: String? {
        switch operation.area {
        case .machine: machineRemedy
        case .network: networkRemedy
        case .routing: routingRemedy
        case .programs: programRemedy
        }
    }

    /// The system's words for an errno value, in the C locale.
    package static func text(of code: Int32) -> String {
        String(cString: strerror(code))
    }

    private var machineRemedy: String? {
        switch code {
        case EPERM where operation == .trust:
            "only \(geteuid() == 0 ? "root" : "its user") may own and write it: set its owner and mode right, or remove it"
        case ENOSPC, EDQUOT: "free some space there (df -h, df -i)"
        case EROFS: "the file system is mounted read-only: look for disk errors in dmesg, then mount -o remount,rw"
        case EACCES, EPERM: "run as root, and look at the modes of the directories on the way"
        case EIO: "the disk does not work: look in dmesg"
        case EMFILE: "too many open files; raise LimitNOFILE of the service"
        case ENFILE: "the machine has too many open files; end what holds them, or raise fs.file-max"
        case ENOTDIR: "a file stands where a directory should be; move it away"
        case EEXIST where operation == .makeDirectory: "something else stands there; move it away"
        case ENOENT where operation == .makeDirectory: "make the directory above it"
        case ELOOP: "a symbolic link stands where a file should be; remove it"
        case EMLINK: "it has another name somewhere else (ls -li); remove it"
        default: nil
        }
    }

    private var routingRemedy: String? {
        switch (operation, code) {
        case (_, EPERM), (_, EACCES): "run as root"
        case (.filter, ENOENT): "are the kernel's modules sch_ingress and cls_bpf there?"
        default: nil
        }
    }

    private var programRemedy: String? {
        switch code {
        case EPERM:
            "run as root, with CAP_BPF and CAP_NET_ADMIN (before Linux 5.11 with LimitMEMLOCK=infinity, too); a kernel that is "
                + "locked down (/sys/kernel/security/lockdown) allows it to nobody"
        case ENOSYS, EINVAL: "it takes Linux 5.8 or later with CONFIG_BPF_SYSCALL"
        case E2BIG: "there are too many"
        default: nil
        }
    }

    private var networkRemedy: String? {
        switch (operation, code) {
        case (.openDevice, ENOENT), (.openDevice, ENXIO), (.openDevice, ENODEV), (_, EIO): "is the adapter plugged in?"
        case (.openDevice, EACCES), (.openSocket, EPERM), (.openSocket, EACCES), (.setUp, EPERM): "run as root"
        case (.setUp, ENOTTY): "is it a serial port?"
        case (.lockDevice, EBUSY): "stop the program that uses it"
        case (.lockDevice, _): "used without a lock"
        case (.findInterface, _), (_, ENODEV): "does the interface exist?"
        case (.bind, EADDRINUSE), (.share, EADDRINUSE):
            "is another heartbeat running? `ss -ulpn` shows whose port it is; end that program or change udpport"
        case (.findAddress, _), (_, EADDRNOTAVAIL): "does the interface have an address?"
        case (_, ENETDOWN), (_, ENETUNREACH): "is the interface up, with an address?"
        case (.send, EPERM), (.send, EACCES): "does a firewall forbid it?"
        case (.send, ETIMEDOUT): "is the cable connected and the peer reading?"
        case (.resolve, _): "is the name in /etc/hosts or DNS?"
        default: nil
        }
    }
}

extension SystemError {
    /// What was tried.
    package struct Operation: Hashable, Sendable {
        /// Where usual causes are looked for.
        enum Area: Hashable, Sendable {
            /// Files, processes and what else a machine has; its errors begin a line of the log.
            case machine
            /// Media, probes and announcements.
            case network
            /// The kernel's routing socket.
            case routing
            /// Programs that the kernel runs for us, and their maps.
            case programs
        }

        /// The verb of the description.
        package let verb: String
        let area: Area

        private init(_ verb: String, _ area: Area) {
            self.verb = verb
            self.area = area
        }

        /// Something done with a file or process; `verb` completes `Cannot … /path`.
        package static func machine(_ verb: String) -> Operation { Operation(verb, .machine) }
        /// A refusal that is our own.
        package static let trust = machine("trust")
        package static let makeDirectory = machine("make the directory")

        package static let openDevice = Operation("open", .network)
        package static let lockDevice = Operation("lock", .network)
        package static let setUp = Operation("set up", .network)
        package static let openSocket = Operation("open a socket for", .network)
        package static let findInterface = Operation("find interface", .network)
        package static let findAddress = Operation("find an address of", .network)
        package static let bind = Operation("bind to", .network)
        package static let share = Operation("be alone on", .network)
        package static let join = Operation("join", .network)
        package static let connect = Operation("reach", .network)
        package static let resolve = Operation("resolve", .network)
        package static let send = Operation("send on", .network)
        package static let receive = Operation("receive on", .network)

        package static let ask = Operation("ask", .routing)
        package static let hear = Operation("hear", .routing)
        package static let listen = Operation("listen to", .routing)
        package static let filter = Operation("filter", .routing)

        package static let load = Operation("load", .programs)
        package static let guardAddress = Operation("guard", .programs)
    }

    /// Something with a file or process failed; `verb` completes `Cannot … /path`.
    package init(_ verb: String, _ object: String, code: Int32 = errno) {
        self.init(.machine(verb), object, code: code)
    }
}

/// Passes a system call's result on, or throws its errno. `errno` is read before anything else can change it.
@discardableResult
package func check(
    _ result: Int32, _ operation: SystemError.Operation, _ object: @autoclosure () -> String
) throws(SystemError) -> Int32 {
    guard result < 0 else { return result }
    let code = errno
    throw SystemError(operation, object(), code: code)
}
