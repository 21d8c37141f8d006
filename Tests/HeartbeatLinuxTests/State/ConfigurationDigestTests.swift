// Marks of files are the beginning of what sha256sum prints.

import HeartbeatHost
import HeartbeatModel
import Testing

@Suite struct ConfigurationDigestTests {
    @Test func aMarkIsTheBeginningOfTheDigest() {
        let marks = ConfigurationMarks(textOfHaCf: "", haresources: "abc", authkeys: "")
        // FIPS 180-2: SHA-256 of nothing and of "abc".
        #expect(marks == ConfigurationMarks(haCf: 0xE3B0_C442, haresources: 0xBA78_16BF, authkeys: 0xE3B0_C442))
        #expect(marks.text == "e3b0c442 ba7816bf e3b0c442" && ConfigurationMarks(marks.text) == marks)
    }

    @Test(arguments: [
        "", "1 2 3", "e3b0c442 ba7816bf", "e3b0c442 ba7816bf e3b0c442 00000000", "e3b0c442  ba7816bf x",
        "zzzzzzzz ba7816bf e3b0c442",
    ])
    func anythingElseIsNone(text: String) {
        #expect(ConfigurationMarks(text) == nil)
    }
}
