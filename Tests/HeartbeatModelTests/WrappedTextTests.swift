// Text that fits a width, and lines as the bytes of a file.

import HeartbeatModel
import Testing

@Suite struct WrappedTextTests {
    @Test func `text is broken between words only`() {
        #expect(wrapped("one two three", width: 9, first: "! ", rest: "  ") == ["! one two", "  three"])
        #expect(wrapped("unbreakable", width: 4, first: "- ", rest: "  ") == ["- unbreakable"])
        #expect(wrapped("", width: 9, first: "x") == ["x"] && wrapped("", width: 9, first: "  ") == [""])
    }

    @Test func `blanks at the end are left out, and only those`() {
        #expect(" a b  ".withoutBlanksAtEnd == " a b" && "   ".withoutBlanksAtEnd == "")
        #expect(blanks(3) == "   " && blanks(-1) == "")
    }

    @Test func `each line has its end`() {
        #expect(["ü", ""].bytesOfLines == Array("ü\n\n".utf8) && [String]().bytesOfLines == [])
    }
}
