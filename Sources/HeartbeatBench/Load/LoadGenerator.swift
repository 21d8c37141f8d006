// Work that keeps a machine busy: processors, disk and memory at once. It is made by processes of their own with normal
// priority, as a neighbour's work would be, and they end with whoever has started them.

import CLinux
import Glibc
import HeartbeatLab

/// One kind of load.
package enum LoadKind: String, CaseIterable, Sendable {
    /// Does nothing, as fast as it can.
    case processor
    /// Writes 256 MiB and waits until they are on the disk, again and again.
    case disk
    /// Maps 512 MiB, touches every page and lets them go, again and again.
    case memory

    /// What a busy machine does at once: four processor hogs on however many processors there are.
    package static let mixture: [LoadKind] = [.processor, .processor, .processor, .processor, .disk, .memory]

    /// Makes this load until the process is ended.
    /// - Parameter directory: where the disk's file goes; removed by whoever starts the load.
    package func run(in directory: String) throws -> Never {
        guard clinux_lab_end_with_parent() == 0 else { throw LabError.missing("no way to end with the parent") }
        switch self {
        case .processor: while true {}
        case .disk: try write(in: directory)
        case .memory: try touch()
        }
    }

    private func write(in directory: String) throws -> Never {
        let path = "\(directory)/load.\(getpid())"
        let block = [UInt8](repeating: 0x78, count: 1 << 20)
        while true {
            let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw LabError.system(operation: "create \(path)", code: errno) }
            for _ in 0..<256 where Glibc.write(file, block, block.count) < 0 {
                throw LabError.system(operation: "write \(path)", code: errno)
            }
            fsync(file)
            close(file)
        }
    }

    private func touch() throws -> Never {
        let size = 512 << 20
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        while true {
            let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let memory, memory != MAP_FAILED else {
                throw LabError.system(operation: "map \(size) bytes", code: errno)
            }
            for offset in stride(from: 0, to: size, by: page) {
                memory.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
            }
            munmap(memory, size)
        }
    }
}
