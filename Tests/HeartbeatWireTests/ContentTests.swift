// What each type of message looks like, field by field, and what is wrong with those that look otherwise.

import HeartbeatModel
import Testing

@testable import HeartbeatWire

@Suite struct ContentTests {
    private static let codec = MessageCodec(keys: CaptureFile.serialKeys, format: .classic)
    private static let core = " src=nodea seq=a hg=1f ts=6b00dc94"

    /// Fields as `name=value` joined by blanks; a blank within a value is written `~`.
    private static func text(_ fields: [Message.Field]) -> String {
        fields.map { field in
            guard case .string(let value) = field.value else { return "(\(field.name))" }
            return field.name + "=" + value.replacing(" ", with: "~")
        }.joined(separator: " ")
    }

    private static func fields(_ text: String) -> [Message.Field] {
        text.split(separator: " ").map { word in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return Message.Field(String(parts[0]), String(parts[1]).replacing("~", with: " "))
        }
    }

    private static func sequence(_ number: UInt64) -> SequenceNumber { SequenceNumber(number) }

    struct Example: CustomTestStringConvertible, Sendable {
        var text: String
        var destination: String?
        var content: Message.Content
        var testDescription: String { text }

        init(_ text: String, to destination: String? = nil, _ content: Message.Content) {
            self.text = text
            self.destination = destination
            self.content = content
        }
    }

    private static let heard = MessageIdentity(generation: Generation(0x1f), sequence: SequenceNumber(0x2a))

    static let examples: [Example] = [
        Example("t=status st=init dt=1388 protocol=1", .status(.init(status: .initializing, deadtime: .seconds(5)))),
        Example(
            "t=status st=active dt=80e8",
            .status(.init(status: .active, deadtime: .seconds(33), protocolVersion: nil))),
        Example(
            "t=status st=active dt=80e8 protocol=1 hbheard=1f:2a",
            .status(.init(status: .active, deadtime: .seconds(33), heard: heard))),
        Example(
            "t=status st=active dt=80e8 protocol=1 hblease=15000",
            .status(.init(status: .active, deadtime: .seconds(33), lease: .seconds(15)))),
        Example(
            "t=status st=active dt=80e8 protocol=1 hbdeaf=1",
            .status(.init(status: .active, deadtime: .seconds(33), isDeaf: true))),
        Example("t=starting", .starting),
        Example("t=resource rsc_hold=none rtype=full isstable=0", .resource(.init(hold: [], isStable: false))),
        Example(
            "t=resource rsc_hold=all rtype=full isstable=1 info=req_our_resources()",
            .resource(.init(hold: .all, isStable: true, info: "req_our_resources()"))),
        Example(
            "t=resource rsc_hold=foreign info=mach_down",
            .resource(.init(hold: .foreign, isFull: false, isStable: nil, info: "mach_down"))),
        Example(
            "t=resource rsc_hold=local rtype=full isstable=1 hbclaim=30",
            .resource(.init(hold: .local, isStable: true, claim: .init(local: .agreed, foreign: .none)))),
        Example(
            "t=resource rsc_hold=all rtype=full isstable=0 info=x hbclaim=12 hbheard=1f:2a hbask=1 "
                + "hbfailed=IPaddr::1~Web hbadopted=Mail hbkept=Disk~News hbawaits=Print "
                + "hbgroups=0000000100000002~fedcba98deadbeef",
            .resource(
                .init(
                    hold: .all, isStable: false, info: "x",
                    claim: .init(
                        local: .unheard, foreign: .takeover, heard: heard, wantsAnswer: true,
                        failed: ["IPaddr::1", "Web"], adopted: ["Mail"], kept: ["Disk", "News"], awaited: ["Print"],
                        groups: [
                            .init(identity: 1, content: 2), .init(identity: 0xFEDC_BA98, content: 0xDEAD_BEEF),
                        ])))),
        Example(
            "t=resource rsc_hold=local rtype=full isstable=1 hbclaim=30 hbbusy=00000003 hbown=IPaddr::1~Web",
            .resource(
                .init(
                    hold: .local, isStable: true,
                    claim: .init(local: .agreed, foreign: .none, busy: [3], ownOnBoth: ["IPaddr::1", "Web"])))),
        Example(
            "t=resource rsc_hold=local rtype=full isstable=1 hbclaim=30 "
                + "hbsync=0000000300c0ffee~00000004m~00000005l~00000006u~00000007x:/etc/a:b",
            .resource(
                .init(
                    hold: .local, isStable: true,
                    claim: .init(
                        local: .agreed, foreign: .none,
                        files: [
                            .init(identity: 3, .hash(0xC0FFEE)), .init(identity: 4, .missing),
                            .init(identity: 5, .tooLarge), .init(identity: 6, .unread),
                            .init(identity: 7, .unreadable, path: "/etc/a:b"),
                        ])))),
        Example("t=ask_resources rsc_hold=foreign info=me", .askResources(.foreign, .me)),
        Example("t=ask_resources rsc_hold=all info=done", .askResources(.all, .done)),
        Example("t=hb_takeover rsc_hold=local", .takeoverRequest(.local)),
        Example("t=shutdone st=dead", .shutdownDone),
        Example("t=stonith node=nodeb result=n_stnth", .fencingReport(node: NodeName("nodeb"), result: "n_stnth")),
        Example("t=reqnodes dest=nodeb", to: "nodeb", .requestNodes),
        Example(
            "dest=nodea t=repnodes nodelist=nodea~nodeb~ delnodelist=~", to: "nodea",
            .nodes([NodeName("nodea"), NodeName("nodeb")], deleted: [])),
        Example("t=NS_ackmsg dest=nodea ackseq=4f", to: "nodea", .acknowledge(sequence(0x4f))),
        Example(
            "t=NS_rexmit dest=nodeb firstseq=10 lastseq=12", to: "nodeb",
            .retransmitRequest(first: sequence(10), last: sequence(12))),
        Example(
            "t=NS_nak_rexmit firstseq=1f dest=nodeb info=seqno~too~low", to: "nodeb",
            .cannotRetransmit(sequence(0x1f), reason: "seqno too low")),
        Example("t=NS_st st=ping info=ping", .pingReply(group: false)),
        Example("t=NS_st st=ping info=ping_group", .pingReply(group: true)),
        Example(
            "t=ip-request-resp dest=nodea ipaddr=Stub1::a1 weown=yes ok=OK", to: "nodea",
            .other(
                type: "ip-request-resp",
                fields: [.init("ipaddr", "Stub1::a1"), .init("weown", "yes"), .init("ok", "OK")])),
    ]

    @Test(arguments: examples)
    func eachContentHasItsFieldsInTheOriginalsOrder(example: Example) throws {
        let message = Message(
            source: NodeName("nodea"), destination: example.destination.map { NodeName($0) },
            sequence: Self.sequence(10), generation: Generation(0x1f), timestamp: 0x6b00_dc94,
            content: example.content)
        let fields = message.wireFields
        #expect(Self.text(fields) == example.text + Self.core)
        #expect(try Message(wireFields: fields) == message)
    }

    @Test func coreFieldsFollowOtherFieldsInTheOriginalsOrder() throws {
        let uuid = try #require(NodeUUID(bytes: Array(1...16)))
        let message = Message(
            source: NodeName("NodeA"), sourceUUID: uuid, destination: NodeName("nodeb"), destinationUUID: .unknown,
            sequence: Self.sequence(0xAB), generation: Generation(.max), timestamp: 1, load: "0.1 0.2", timeToLive: 3,
            content: .starting, extraFields: [.init("from_id", "ipfail"), .init(name: "b", value: .binary([0, 255]))])
        let expected =
            "t=starting dest=nodeb from_id=ipfail (b) (destuuid) src=nodea (srcuuid) seq=ab hg=ffffffffffffffff ts=1 "
            + "ld=0.1~0.2 ttl=3"
        #expect(Self.text(message.wireFields) == expected)
    }

    @Test func aPingNodeIsMadeToSpeakForItself() throws {
        let node = PingNode(name: NodeName("10.77.0.2"), hosts: ["10.77.0.2"])
        let message = Message.ping(node, timestamp: 0x6b00_e360)
        let text = "t=NS_st st=ping info=ping src=10.77.0.2 ts=6b00e360"
        #expect(Self.text(message.wireFields) == text)
        #expect(try Self.codec.decode(Self.codec.encode(message, as: .netstring)) == message)
        let group = PingNode(name: NodeName("routers"), hosts: ["10.0.0.1", "10.0.0.2"], isGroup: true)
        #expect(Message.ping(group, timestamp: 1).content == .pingReply(group: true))
    }

    @Test func fieldsAreReadByNameInAnyOrder() throws {
        for example in Self.examples {
            if case .other = example.content { continue }
            let fields = Self.fields(example.text + Self.core).reversed()
            let message = try Message(wireFields: Array(fields))
            #expect(message.content == example.content)
            #expect(message.extraFields.isEmpty)
        }
    }

    @Test func absentGenerationIsZeroAndUnknownTypesKeepTheirFields() throws {
        let message = try Message(wireFields: Self.fields("src=a x=1 t=foo seq=1 ts=2 y=2"))
        #expect(message.generation == Generation(0))
        #expect(message.content == .other(type: "foo", fields: [.init("x", "1"), .init("y", "2")]))
        #expect(message.extraFields.isEmpty)
    }

    @Test func namesAreFoldedAndNumbersReadInEitherCase() throws {
        let message = try Message(wireFields: Self.fields("t=starting src=NodeA dest=NODEB seq=Ab hg=F ts=0001"))
        #expect(message.source == NodeName("nodea"))
        #expect(message.destination == NodeName("nodeb"))
        #expect(message.sequence == SequenceNumber(0xAB))
    }

    @Test(arguments: [
        ("src=a seq=1 ts=1", WireError.missing(field: "t")),
        ("t=starting seq=1 ts=1", .missing(field: "src")),
        ("t=starting src= seq=1 ts=1", .badField("src")),
        ("t=starting src=a ts=1", .missing(field: "seq")),
        ("t=starting src=a seq=1", .missing(field: "ts")),
        ("t=starting src=a seq=1 ts=0", .badNumber(field: "ts", text: "0")),
        ("t=starting src=a seq=1 ts=-1", .badNumber(field: "ts", text: "-1")),
        ("t=starting src=a seq=+1 ts=1", .badNumber(field: "seq", text: "+1")),
        ("t=starting src=a seq=0x1 ts=1", .badNumber(field: "seq", text: "0x1")),
        ("t=starting src=a seq= ts=1", .badNumber(field: "seq", text: "")),
        ("t=starting src=a seq=10000000000000000 ts=1", .badNumber(field: "seq", text: "10000000000000000")),
        ("t=starting src=a seq=1 hg=g ts=1", .badNumber(field: "hg", text: "g")),
        ("t=starting src=a seq=1 ts=1 ttl=f", .badNumber(field: "ttl", text: "f")),
        ("t=starting src=a seq=1 ts=1 ttl=4294967296", .badNumber(field: "ttl", text: "4294967296")),
        ("t=starting src=a seq=1 ts=1 srcuuid=x", .badField("srcuuid")),
        ("t=starting src=a seq=1 ts=1 src=b", .repeated(field: "src")),
        ("t=starting src=a seq=1 ts=1 t=status", .repeated(field: "t")),
        ("t=x dest=b src=a seq=1 ts=1 dest=b", .repeated(field: "dest")),
        ("t=status src=a seq=1 ts=1 st=up dt=1 st=up", .repeated(field: "st")),
        ("t=NS_ackmsg src=a ts=1", .missing(field: "ackseq")),
        ("t=NS_rexmit src=a ts=1 firstseq=a lastseq=b", .badNumber(field: "firstseq", text: "a")),
        ("t=NS_rexmit src=a ts=1 firstseq=3 lastseq=2", .badNumber(field: "lastseq", text: "2")),
        ("t=NS_nak_rexmit src=a ts=1 firstseq=3", .missing(field: "info")),
        ("t=NS_st src=a ts=1 st=up info=ping", .badField("st")),
        ("t=NS_st src=a ts=1 st=ping info=pong", .badField("info")),
        ("_compressed_payload=x _compression_algorithm=zlib", .unsupportedCompression),
    ])
    func whatCannotBeUnderstoodIsNamed(text: String, error: WireError) {
        #expect(throws: error) { try Message(wireFields: Self.fields(text)) }
    }

    /// Who refuses such a message is asked to acknowledge what it does not have, and the sender's history fills up.
    @Test(arguments: [
        ("t=status src=a seq=1 ts=1 dt=1", WireError.missing(field: "st")),
        ("t=status src=a seq=1 ts=1 dt=1 st=weird", .badField("st")),
        ("t=status src=a seq=1 ts=1 st=up", .missing(field: "dt")),
        ("t=status src=a seq=1 ts=1 st=up dt=1s", .badNumber(field: "dt", text: "1s")),
        ("t=status src=a seq=1 ts=1 st=up dt=7fffffffffffffff", .badNumber(field: "dt", text: "7fffffffffffffff")),
        ("t=resource src=a seq=1 ts=1", .missing(field: "rsc_hold")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=some", .badField("rsc_hold")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all rtype=half", .badField("rtype")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all isstable=2", .badField("isstable")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=4", .badField("hbclaim")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=40", .badField("hbclaim")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=300", .badField("hbclaim")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=11 hbheard=1", .badField("hbheard")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=11 hbheard=1:", .badNumber(field: "hbheard", text: "")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=11 hbask=yes", .badField("hbask")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=11 hbgroups=12345678", .badField("hbgroups")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=11 hbsync=12345678", .badField("hbsync")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=11 hbsync=1234567812", .badField("hbsync")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=11 hbsync=12345678m:etc/a", .badField("hbsync")),
        ("t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=11 hbsync=12345678m:/etc/\u{1B}[2J", .badField("hbsync")),
        (
            "t=resource src=a seq=1 ts=1 rsc_hold=all hbclaim=11 hbgroups=123456789abcdefg",
            .badNumber(field: "hbgroups", text: "123456789abcdefg")
        ),
        ("t=status src=a seq=1 ts=1 st=up dt=1 hbheard=1", .badField("hbheard")),
        ("t=status src=a seq=1 ts=1 st=up dt=1 hblease=-5", .badNumber(field: "hblease", text: "-5")),
        ("t=ask_resources src=a seq=1 ts=1 rsc_hold=all info=you", .badField("info")),
        ("t=ask_resources src=a seq=1 ts=1 info=me", .missing(field: "rsc_hold")),
        ("t=hb_takeover src=a seq=1 ts=1 rsc_hold=ALL", .badField("rsc_hold")),
        ("t=shutdone src=a seq=1 ts=1 st=up", .badField("st")),
        ("t=stonith src=a seq=1 ts=1 node=b", .missing(field: "result")),
        ("t=repnodes src=a seq=1 ts=1", .missing(field: "nodelist")),
    ])
    func whatIsNotUnderstoodKeepsItsPlaceInTheSequence(text: String, error: WireError) throws {
        let message = try Message(wireFields: Self.fields(text))
        guard case .unreadable(let type, _, let reason) = message.content else {
            Issue.record("\(message.content)")
            return
        }
        #expect(text.hasPrefix("t=\(type) "))
        #expect(reason == error.description)
        #expect(message.sequence == SequenceNumber(1))
    }

    @Test func aTakeoverForFailbackIsForEverything() throws {
        let message = try Message(wireFields: Self.fields("t=hb_takeover src=a seq=1 ts=1 rsc_hold=failback"))
        #expect(message.content == .takeoverRequest(.all))
    }

    @Test func valuesOfTheWrongTypeAreNamed() {
        let fields = Self.fields("t=starting seq=1 ts=1") + [.init(name: "src", value: .binary([97]))]
        #expect(throws: WireError.badField("src")) { try Message(wireFields: fields) }
        let uuid = Self.fields("t=starting src=a seq=1 ts=1") + [.init(name: "srcuuid", value: .binary([1, 2]))]
        #expect(throws: WireError.badField("srcuuid")) { try Message(wireFields: uuid) }
    }

    @Test func errorTextsAreOneLineOfSaneLength() {
        let hostile = String(repeating: "x\n\u{1B}\u{7F}", count: 1000)
        let errors: [WireError] = [
            .badField(hostile), .missing(field: hostile), .repeated(field: hostile),
            .badNumber(field: hostile, text: hostile), .tooLarge(count: 9), .truncated(offset: 3), .unknownKey(id: 2),
        ]
        for error in errors {
            #expect(error.description.count < 130)
            #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
        }
    }
}
