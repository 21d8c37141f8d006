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
