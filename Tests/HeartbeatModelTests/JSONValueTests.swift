// Values as JSON text.

import HeartbeatModel
import Testing

@Test(arguments: [
    (JSONValue.null, "null"), (.bool(true), "true"), (.number(-5), "-5"),
    (.string("a\"b\\c\n\t\u{1}ü"), #""a\"b\\c\n\t\u0001ü""#), (.array([.number(1), .bool(false)]), "[1, false]"),
    (.object([.init("b", .number(1)), .init("a", .array([]))]), #"{"b": 1, "a": []}"#),
    (.decimal(units: 192_345, places: 3), "192.345"), (.decimal(units: 5, places: 3), "0.005"),
    (.decimal(units: -5, places: 2), "-0.05"), (.decimal(units: 7, places: 0), "7"),
])
func `values become JSON`(value: JSONValue, text: String) {
    #expect(value.text == text)
}

@Test func `reports are made of members, words, counts and seconds, and what nobody knows is null`() {
    #expect(JSONValue.members([("b", .word("x")), ("a", .word(nil))]).text == #"{"b": "x", "a": null}"#)
    #expect(JSONValue.words(["b", "a"]).text == #"["b", "a"]"#)
    #expect(JSONValue.count(5).text == "5" && JSONValue.count(nil) == .null)
    #expect(JSONValue.count(.max).text == "9223372036854775807")
    #expect(JSONValue.seconds(.milliseconds(-1500)).text == "-1.500000" && JSONValue.seconds(nil) == .null)
    #expect(JSONValue.seconds(.microseconds(1999), places: 3).text == "0.001")
    #expect(JSONValue.seconds(.nanoseconds(7), places: 9).text == "0.000000007")
}
