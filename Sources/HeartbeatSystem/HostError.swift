// A call to the operating system that failed, with everything an operator needs to read in one line.

import Glibc

/// What was tried, on what, and why the system refused.
package struct HostError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The verb of the sentence: `open`, `write`, `lock`.
    package var operation: String
    /// Path or name of what it was tried on.
    package var object: String
    /// The value of errno.
    package var code: Int32

    /// The operation of a refusal that is our own.
    static let trusting = "trust"
    /// The operation of the errors of `Directories.make`.
    static let making = "make the directory"

    package init(_ operation: String, _ object: String, code: Int32 = errno) {
        self.operation = operation
        self.object = object
        self.code = code
    }

    package var description: String {
        "Cannot \(operation) \(object): \(HostError.text(of: code))" + (remedy.map { "; \($0)" } ?? "")
    }

    /// What the operator should look at first, if there is a usual cause.
    package var remedy: String? {
        switch code {
        case EPERM where operation == Self.trusting:
            "only \(geteuid() == 0 ? "root" : "its user") may own and write it: set its owner and mode right, or remove it"
        case ENOSPC, EDQUOT: "free some space there (df -h, df -i)"
        case EROFS: "the file system is mounted read-only: look for disk errors in dmesg, then mount -o remount,rw"
        case EACCES, EPERM: "run as root, and look at the modes of the directories on the way"
        case EIO: "the disk does not work: look in dmesg"
        case EMFILE: "too many open files; raise LimitNOFILE of the service"
        case ENFILE: "the machine has too many open files; end what holds them, or raise fs.file-max"
        case ENOTDIR: "a file stands where a directory should be; move it away"
        case EEXIST where operation == Self.making: "something else stands there; move it away"
        case ENOENT where operation == Self.making: "make the directory above it"
        case ELOOP: "a symbolic link stands where a file should be; remove it"
        case EMLINK: "it has another name somewhere else (ls -li); remove it"
        default: nil
        }
    }

    /// The system's words for an errno value, in the C locale.
    package static func text(of code: Int32) -> String {
        String(cString: strerror(code))
    }
}
