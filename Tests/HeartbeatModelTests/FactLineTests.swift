// Facts as lines: what is written is read, and whatever else stands there is none and does no harm.

import HeartbeatModel
import Testing

@Suite struct FactLineTests {
    private static let lines = [
        FactLine("flags", []), FactLine("group", ["key": "10.0.0.1/24", "failing": nil, "since": "0"]),
        FactLine("trouble", [.init("text", "a b\t%\n=ü"), .init("object", ""), .init("object", "peer:gw-b")]),
    ]

    @Test(arguments: lines)
    func whatIsWrittenIsRead(line: FactLine) {
        #expect(FactLine(line.text) == line)
        #expect(line.text.utf8.allSatisfy { $0 == UInt8(ascii: "\t") || (0x20..<0x7F).contains($0) })
    }

    @Test func theFormIsWhatIsPromised() {
        let line = FactLine("node", ["name": "gw-a", "version": nil, "words": "two words", "none": ""])
        #expect(line.text == "node\tname=gw-a\twords=two%20words\tnone=%")
        #expect(line["name"] == "gw-a" && line["version"] == nil && line["none"] == "")
    }

    @Test func aKeyMayStandThereMoreThanOnce() {
        let line = FactLine("group\tresource=web\tkey=x\tresource=mail")
        #expect(line?.all("resource") == ["web", "mail"] && line?["resource"] == "web")
    }

    @Test(arguments: [
        "", "\t", "Node", "node ", "node\t", "node\tname", "node\t=x", "node\tname=", "node\tname=a b", "node\tname=%4",
        "node\tna me=x", "node\tname=ü", "node\tname=x\n", "node name=x", "=", "node\t\tname=x",
    ])
    func otherTextIsNoLine(text: String) {
        #expect(FactLine(text) == nil)
    }

    @Test func valuesAreReadOrUnknown() {
        let line = FactLine("x", ["d": "-1500", "n": "70000", "y": "yes", "no": "no", "w": "ping", "bad": "1.5"])
        #expect(line.duration("d") == .nanoseconds(-1500) && line.duration("bad") == nil && line.duration("?") == nil)
        #expect(line.number("n") as Int? == 70000 && line.number("n") as UInt16? == nil)
        #expect(line.answer("y") == true && line.answer("no") == false && line.answer("w") == nil)
        #expect(line.word("w") as NodeStatus? == .ping && line.word("y") as NodeStatus? == nil)
    }

    @Test func mutatedLinesNeverTrapAndStayCanonical() {
        var random = SplitMix64(seed: 18)
        let seeds = Self.lines.map { Array($0.text.utf8) }
        for _ in 0..<10_000 {
            var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, using: &random) }
            guard let line = FactLine(String(decoding: bytes, as: UTF8.self)) else { continue }
            #expect(FactLine(line.text) == line)
        }
    }
}

/// Changes one thing in a text.
func mutate(_ bytes: inout [UInt8], using random: inout SplitMix64) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes.insert(.random(in: 0...255, using: &random), at: place)
    case 1: if place < bytes.count { bytes.remove(at: place) }
    case 2: if place < bytes.count { bytes[place] = .random(in: 0...255, using: &random) }
    default: bytes.insert(contentsOf: bytes.prefix(place), at: place)
    }
}
