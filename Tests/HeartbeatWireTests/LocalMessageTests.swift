// What scripts and clients write without core fields.

import HeartbeatModel
import HeartbeatWire
import Testing

@Suite struct LocalMessageTests {
    private let codec = MessageCodec(keys: CaptureFile.serialKeys, format: .classic)

    private func read(_ text: String) throws -> LocalMessage {
        try codec.decodeLocal(Array(text.utf8))
    }

    @Test func aScriptsReportNeedsNoCoreFields() throws {
        let expected = LocalMessage(
            content: .resource(ResourceReport(hold: .foreign, isFull: false, isStable: nil, info: "mach_down")))
        #expect(try read(">>>\nt=resource\nrsc_hold=foreign\ninfo=mach_down\n<<<\n") == expected)
        #expect(try read(">>>\nt=resource\nrsc_hold=foreign\ninfo=mach_down\n<<<\n\0") == expected)
    }

    @Test func anyTypeMayBeSentToAnyNode() throws {
        let message = try read(">>>\nt=ip-request-resp\ndest=NodeA\nipaddr=Web\nok=OK\n(1)b=AP8=\n<<<\n")
        #expect(message.destination == NodeName("nodea"))
        #expect(message.extraFields.isEmpty)
        let fields: [Message.Field] = [
            .init(name: "ipaddr", value: .string("Web")), .init(name: "ok", value: .string("OK")),
            .init(name: "b", value: .binary([0, 255])),
        ]
        #expect(message.content == .other(type: "ip-request-resp", fields: fields))
    }

    @Test func coreFieldsAreDroppedBecauseTheSenderReplacesThem() throws {
        let message = try read(">>>\nt=ask_resources\nsrc=x\nseq=zz\nrsc_hold=all\nauth=1 x\ninfo=me\nfrom_id=i\n<<<\n")
        #expect(message.content == .askResources(.all, .me))
        #expect(message.extraFields == [Message.Field(name: "from_id", value: .string("i"))])
    }

    @Test(arguments: [
        (">>>\nrsc_hold=all\n<<<\n", WireError.missing(field: "t")),
        (">>>\nt=hb_takeover\nrsc_hold=most\n<<<\n", .badField("rsc_hold")),
        (">>>\nt=hb_takeover\n<<<\n", .missing(field: "rsc_hold")),
        (">>>\nt=x\ndest=\n<<<\n", .badField("dest")),
        ("###\n%%%\n", .notAMessage), ("t=x\n", .notAMessage), (">>>\nt=x\n", .truncated(offset: 8)),
    ])
    func whatCannotBeUnderstoodIsNamed(text: String, error: WireError) {
        #expect(throws: error) { try read(text) }
    }
}
