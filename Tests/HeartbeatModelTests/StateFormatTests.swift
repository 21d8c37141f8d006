// A kept state is read as it was written, or not at all.

import HeartbeatModel
import Testing

@Suite struct StateFormatTests {
    private struct Sample: Hashable, Codable {
        enum Kind: Hashable, Codable {
            case nothing
            case both(Int, String)
            case named(since: Instant)
        }

        var flag = true
        var numbers = [-1, 0, 300, .max, .min]
        var large = UInt64.max
        var huge = [UInt128.max, 0]
        var wide: Int128? = .min
        var address = IPAddress(bytes: [UInt8](1...16))
        var nothing: [String] = []
        var none: String?
        var kinds = [Kind.nothing, .both(7, "gw\u{FC}"), .named(since: Instant(nanoseconds: 5))]
        var table: [String: Set<Int>] = ["a": [1, 2], "b": []]
        var optionals: [Int?] = [nil, 3]
        var bytes: [UInt8] = [0, 255]
        var duration = Duration.milliseconds(-1500)
        var group = ResourceGroup(
            preferredNode: NodeName("gw1"), resources: [Resource(word: "ipsec", scriptName: "ipsec", arguments: [])],
            line: 3)
    }

    @Test func `a value comes back as it was`() throws {
        let sample = Sample()
        let file = try StateFormat.file(of: sample)
        #expect(try StateFormat.read(Sample.self, from: file) == sample)
        var other = sample
        other.none = "there"
        #expect(try StateFormat.read(Sample.self, from: StateFormat.file(of: other)) == other)
    }

    @Test func `a state of another format is refused`() throws {
        let file = try StateFormat.file(of: Sample(), format: StateFormat.number + 1)
        #expect(throws: StateFault.otherFormat(StateFormat.number + 1)) {
            try StateFormat.read(Sample.self, from: file)
        }
    }

    @Test func `a state that is cut off anywhere is refused`() throws {
        let file = try StateFormat.file(of: Sample())
        for length in 0..<file.count {
            #expect(throws: StateFault.self) { try StateFormat.read(Sample.self, from: Array(file.prefix(length))) }
        }
        #expect(throws: StateFault.self) { try StateFormat.read(Sample.self, from: file + [0]) }
        #expect(throws: StateFault.incomplete(bytes: file.count - 30, of: file.count - 20)) {
            try StateFormat.read(Sample.self, from: Array(file.dropLast(10)))
        }
    }

    @Test func `a state with a changed byte is refused`() throws {
        let file = try StateFormat.file(of: Sample())
        for index in file.indices {
            var damaged = file
            damaged[index] ^= 0x10
            #expect(throws: StateFault.self) { try StateFormat.read(Sample.self, from: damaged) }
        }
    }

    @Test func `a value of another type is refused`() throws {
        let file = try StateFormat.file(of: ["a": 1])
        #expect(throws: StateFault.self) { try StateFormat.read(Sample.self, from: file) }
        #expect(throws: StateFault.self) { try StateFormat.read([String].self, from: file) }
    }

    /// What is read must not exhaust memory or the stack, whatever it says.
    @Test func `bytes that are no state give nothing`() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random) & 0x9F
            }
            if let value = StateValue(encoded: bytes) { #expect(StateValue(encoded: value.encoded) == value) }
        }
        #expect(StateValue(encoded: [UInt8](repeating: 7, count: 100_000)) == nil)
    }
}
