// The text of a case: what it may say, and that nothing misspelt passes.

import Testing

@testable import HeartbeatInterop

@Test func `a case says what is expected of whom, and why`() throws {
    let text = """
        # Two lines
        # of comment.
        original: refuses
        ours: starts
        kinder: a reason that
            goes on
        says: Illegal directive [x]
        warns: ha.cf:2
        run: resources
        host: NodeA
        unheard: 2
        differs nodes, deadtime sent: both
        -- ha.cf whole
        # bcast eth9
        bcast eth0

        -- authkeys escaped mode=0640 owner=hacluster
        auth 1\\r\\n
        1 sha1 \\xff\\\\n
        -- haresources missing
        """
    let given = try ConfigurationCase(name: "odd", text: text)
    #expect(given.original == .refuses(place: nil) && given.own == .starts)
    #expect(given.reason == "a reason that goes on")
    #expect(given.says == "Illegal directive [x]" && given.warns == "ha.cf:2")
    #expect(given.depth == .resources && given.host == "NodeA" && given.unheard == 2)
    #expect(given.differences == ["nodes": "both", "deadtime sent": "both"])
    #expect(given[file: "ha.cf"]?.text == Array("# bcast eth9\nbcast eth0\n\n".utf8))
    #expect(given[file: "ha.cf"]?.isWhole == true)
    #expect(given[file: "authkeys"]?.text == Array("auth 1\r\n1 sha1 ".utf8) + [0xFF] + Array("\\n".utf8))
    #expect(given[file: "authkeys"]?.mode == 0o640 && given[file: "authkeys"]?.owner == "hacluster")
    #expect(given[file: "haresources"]?.isMissing == true)
}

@Test(arguments: [
    ("verdict: starts\n", "the case does not say why it is there"),
    ("# c\n", "it needs either verdict, or original and ours"),
    ("# c\noriginal: starts\n", "it needs either verdict, or original and ours"),
    ("# c\nverdict: starts\nours: starts\n", "it needs either verdict, or original and ours"),
    ("# c\nverdict: perhaps\n", "perhaps is no verdict"),
    ("# c\nverdict: refuses\n", "where do we refuse it? write refuses <file>:<line>"),
    ("# c\noriginal: starts\nours: refuses ha.cf:1\n", "the verdicts differ: write stricter: <reason>"),
    ("# c\noriginal: refuses\nours: starts\nstricter: x\n", "the verdicts differ: write kinder: <reason>"),
    ("# c\nverdict: starts\nkinder: x\n", "the verdicts are the same, so there is no reason"),
    ("# c\nverdict: starts\nsay: x\n", "there is no key say"),
    ("# c\nverdict: starts\nsays:\n", "says has no value"),
    ("# c\nverdict: starts\nsays\n", "neither key nor file"),
    ("# c\nverdict: starts\nrun: far\n", "run cannot be far"),
    ("# c\nverdict: starts\nunheard: one\n", "unheard needs a number"),
    ("# c\nverdict: starts\n-- ha.cf hole\n", "a file cannot be hole"),
    ("# c\nverdict: starts\n-- ha.cf\n-- ha.cf\n", "which file?"),
    ("# c\nverdict: starts\n-- ha.cf escaped\n\\q\n", "no such escape"),
])
func `a case that checks nothing is an error`(text: String, complaint: String) throws {
    let error = #expect(throws: CaseError.self) { try ConfigurationCase(name: "odd", text: text) }
    let description = try #require(error).description
    #expect(description.hasPrefix("odd.case:") && description.hasSuffix(": \(complaint)"), "\(description)")
}
