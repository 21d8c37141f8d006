// Texts that every message holds, in the spellings that are and those that are not theirs.

import HeartbeatModel
import Testing

@Test(arguments: [
    ("", ""), ("gw1", "gw1"), ("GW1", "gw1"), ("a name longer than fifteen Bytes", "a name longer than fifteen bytes"),
    ("@AZ[`az{", "@az[`az{"), ("\u{C4}B", "\u{C4}b"), ("A\u{0}B", "a\u{0}b"),
])
func `a node's name is folded, a text of its own and a part of one alike`(text: String, name: String) {
    #expect(NodeName(text).text == name)
    #expect(NodeName("<\(text)>".dropFirst().dropLast()).text == name)
}

@Test(
    arguments: [
        ("1:2", [1, 2]), ("ff:0", [255, 0]), ("1f:ffffffffffffffff", [31, .max]), ("", nil), (":", nil), ("1:", nil),
        (":2", nil), ("12", nil), ("1:2:3", nil), ("1::2", nil), ("1:2:", nil), ("x:1", nil), ("1:x", nil),
        ("1 :2", nil),
        ("1:\u{308}2", nil),
    ] as [(String, [UInt64]?)])
func `an identity is two numbers with a colon between`(text: String, numbers: [UInt64]?) {
    let identity = MessageIdentity(text: text) { UInt64($0, radix: 16) }
    #expect(identity.map { [$0.generation.number, $0.sequence.number] } == numbers)
    if let identity { #expect(identity.text == text) }
}
