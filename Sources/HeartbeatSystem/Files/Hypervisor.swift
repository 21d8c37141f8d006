// Whether something runs this machine as its guest, and may stop its clocks.

import Glibc

package enum Hypervisor {
    /// x86 says so in a flag of the processor (CPUID leaf 1, ECX bit 31), others in sysfs or the device tree.
    package static var isPresent: Bool {
        if access("/sys/hypervisor/type", F_OK) == 0 || access("/proc/device-tree/hypervisor", F_OK) == 0 {
            return true
        }
        let information = (try? WholeFile.read("/proc/cpuinfo", atMost: 1 << 22)) ?? []
        let flags = information.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: "flags".utf8) }
        return flags?.split(separator: UInt8(ascii: " ")).contains { $0.elementsEqual("hypervisor".utf8) } ?? false
    }
}
