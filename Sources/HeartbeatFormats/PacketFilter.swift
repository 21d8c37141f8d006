// A packet filter of the kernel: what a socket should not hear is dropped before it can wake the daemon. Pure.

/// One instruction of the kernel's packet filter (struct sock_filter), with how many to skip if a test holds and if not.
package typealias FilterInstruction = (code: UInt16, jumpIf: UInt8, jumpElse: UInt8, value: UInt32)

/// A conjunction of tests; a packet that fails one is dropped, one that passes all is kept whole.
package struct PacketFilter {
    /// One field of the packet and the value it must or must not have; bytes are in network order.
    package struct Test {
        fileprivate let load: Load
        fileprivate let offset: UInt32
        fileprivate let value: UInt32
        fileprivate let isWanted: Bool

        /// BPF_LD with the size of the field, and whether its offset counts from the beginning or from the index register.
        fileprivate enum Load: UInt16 {
            case byte = 0x30
            case halfWord = 0x28
            case word = 0x20
            case indexedHalfWord = 0x48
        }

        package static func byte(at offset: Int, is value: UInt8) -> Test {
            Test(load: .byte, offset: UInt32(offset), value: UInt32(value), isWanted: true)
        }

        package static func halfWord(at offset: Int, is value: UInt16) -> Test {
            Test(load: .halfWord, offset: UInt32(offset), value: UInt32(value), isWanted: true)
        }

        package static func halfWord(at offset: Int, isNot value: UInt16) -> Test {
            Test(load: .halfWord, offset: UInt32(offset), value: UInt32(value), isWanted: false)
        }

        /// Behind the IP header, with which the packet begins.
        package static func halfWord(behindIPHeaderAt offset: Int, is value: UInt16) -> Test {
            Test(load: .indexedHalfWord, offset: UInt32(offset), value: UInt32(value), isWanted: true)
        }

        /// Four bytes a test.
        package static func bytes(_ bytes: [UInt8], at offset: Int) -> [Test] {
            stride(from: 0, to: bytes.count, by: 4).map { start in
                let word = bytes[start...].prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
                return Test(load: .word, offset: UInt32(offset + start), value: word, isWanted: true)
            }
        }

        /// The packet was sent to this station alone: SKF_AD_PKTTYPE is PACKET_HOST.
        package static let isForThisStation = Test(load: .byte, offset: 0xFFFF_F004, value: 0, isWanted: true)
    }

    private let tests: [Test]

    package init(_ tests: [Test]) {
        self.tests = tests
    }

    /// The program, as the kernel runs it.
    package var instructions: [FilterInstruction] {
        // The index register takes four times the low half of byte 0: the length of an IPv4 header.
        var program: [FilterInstruction] = [(0xB1 /* BPF_LDX | BPF_B | BPF_MSH */, 0, 0, 0)]
        for (index, test) in tests.enumerated() {
            program.append((test.load.rawValue, 0, 0, test.offset))
            let toDrop = UInt8(2 * (tests.count - index - 1) + 1)
            let skips = test.isWanted ? (UInt8(0), toDrop) : (toDrop, UInt8(0))
            program.append((0x15 /* BPF_JMP | BPF_JEQ */, skips.0, skips.1, test.value))
        }
        return program + [(0x06 /* BPF_RET */, 0, 0, .max), (0x06, 0, 0, 0)]
    }
}
