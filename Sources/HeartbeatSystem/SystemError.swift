// What can go wrong between a socket or device and the kernel, worded for the log: what was tried, on what, what the kernel
// said, and what the operator can do about it.

import Glibc

/// A failed operation on a medium, a ping socket, a probe or an announcement.
///
/// Described as `cannot open serial /dev/ttyUSB0: No such file or directory; is the adapter plugged in?`
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried; the raw value is the verb of the description.
    package enum Operation: String, Hashable, Sendable {
        case openDevice = "open"
        case lockDevice = "lock"
        case setUp = "set up"
        case openSocket = "open a socket for"
        case findInterface = "find interface"
        case findAddress = "find an address of"
        case bind = "bind to"
        case share = "be alone on"
        case join = "join"
        case connect = "reach"
        case resolve = "resolve"
        case send = "send on"
        case receive = "receive on"
    }

    package let operation: Operation
    /// What it was tried on, as the log names it: `serial /dev/ttyS0`, `UDP port 694 on eth0`.
    package let object: String
    /// The errno, or an `EAI_` value when `operation` is `resolve`.
    package let code: Int32
    /// The text of `code`.
    package let reason: String

    /// An error with the text of an errno.
    package init(_ operation: Operation, _ object: String, errno code: Int32) {
        self.init(operation, object, code: code, reason: String(cString: strerror(code)))
    }

    package init(_ operation: Operation, _ object: String, code: Int32, reason: String) {
        self.operation = operation
        self.object = object
        self.code = code
        self.reason = reason
    }

    package var description: String {
        "cannot \(operation.rawValue) \(object): \(reason)" + (remedy.map { "; \($0)" } ?? "")
    }

    /// What the operator should look at first, if there is a usual cause.
    package var remedy: String? {
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

/// Passes a system call's result on, or throws its errno. `errno` is read before anything else can change it.
@discardableResult
package func check(
    _ result: Int32, _ operation: SystemError.Operation, _ object: @autoclosure () -> String
) throws(SystemError) -> Int32 {
    guard result < 0 else { return result }
    let code = errno
    throw SystemError(operation, object(), errno: code)
}
