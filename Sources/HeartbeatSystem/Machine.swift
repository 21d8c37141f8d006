// What the kernel says of the machine it runs: its name and its own version (uname(2)).

import Glibc

package enum Machine {
    /// `uname -n`, its case kept.
    package static var name: String { word { $0.nodename } ?? "localhost" }

    /// `uname -r`, such as `6.1.0-18-amd64`; empty if it cannot be read.
    package static var kernelRelease: String { word { $0.release } ?? "" }

    /// Whether it is the guest of a hypervisor: x86 says so in a flag of the processor, others in the device tree.
    package static var isGuest: Bool {
        if access("/sys/hypervisor/type", F_OK) == 0 || access("/proc/device-tree/hypervisor", F_OK) == 0 { return true }
        let information = (try? WholeFile.read("/proc/cpuinfo", atMost: 1 << 22)) ?? []
        let flags = information.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: "flags".utf8) }
        return flags?.split(separator: UInt8(ascii: " ")).contains { $0.elementsEqual("hypervisor".utf8) } ?? false
    }

    private static func word<Field>(_ field: (utsname) -> Field) -> String? {
        var names = utsname()
        guard uname(&names) == 0 else { return nil }
        return withUnsafeBytes(of: field(names)) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
