// A view comes back as it was told, has a bounded size whatever comes, and nothing that comes breaks its reader.

import HeartbeatModel
import Testing

@Suite struct PeerViewTests {
    private static var full: PeerView {
        var view = PeerView(at: 0xFEED)
        view.heard = MessageIdentity(generation: Generation(41), sequence: SequenceNumber(1000))
        view.media = ["eth0", "eth1", "/dev/ttyS0"].enumerated().map { place, name in
            var medium = PeerView.Medium(name: MediumName(name))
            if place < 2 {
                (medium.age, medium.jitter) = (.milliseconds(110 + place), .microseconds(900))
                medium.lost = UInt64(place)
            }
            medium.lane = place < 2 ? "||:." : ""
            return medium
        }
        view.isQuestion = true
        (view.version, view.up, view.lateness) = ("1.2.0", .seconds(86_400), .microseconds(300))
        (view.lost, view.moreLost) = (["eth1", "isp"], 0)
        view.marks = ConfigurationMarks(haCf: 0x3F9C_0001, haresources: 0, authkeys: .max)
        view.maintenance = Maintenance(reason: "new disks, 5 %", since: 1_790_000_000, until: 1_790_003_600)
        return view
    }

    private static func fields(_ view: PeerView) -> [Message.Field] {
        guard case .other(PeerView.messageType, let fields) = view.content else { return [] }
        return fields
    }

    private static func text(_ name: String, _ fields: [Message.Field]) -> String? {
        guard case .string(let text)? = fields.first(where: { $0.name == name })?.value else { return nil }
        return text
    }

    @Test func itComesBackAsItWas() {
        #expect(PeerView(fields: Self.fields(Self.full)) == Self.full)
        let nothing = PeerView(at: 1)
        #expect(PeerView(fields: Self.fields(nothing)) == nothing && Self.fields(nothing).count == 1)
        var silent = Self.full
        for place in silent.media.indices { silent.media[place].lane = nil }
        #expect(Self.full.isAnswer && !silent.isAnswer)
        #expect(PeerView(fields: Self.fields(silent)) == silent)
    }

    /// As the page of the protocol says them.
    @Test func theFieldsAreThese() {
        let fields = Self.fields(Self.full)
        let said = fields.map { "\($0.name)=\(Self.text($0.name, fields) ?? "")" }
        #expect(
            said == [
                "hbat=feed", "hbheard=29:3e8", "hbask=1", "hbmedia=eth0 eth1 /dev/ttyS0", "hbage=110 111 -",
                "hbjitter=9 9 -", "hblost=0 1 -", "hblane=||:. ||:. -", "hbversion=1.2.0", "hbup=86400", "hblate=300",
                "hbnames=eth1 isp", "hbconf=3f9c0001 00000000 ffffffff",
                "hbreason=new%20disks,%205%20%25", "hbsince=1790000000", "hbuntil=1790003600",
            ])
    }

    @Test func `the reason of a maintenance comes whole, and what no operator can have said is none`() {
        var view = PeerView(at: 1)
        for reason in [
            "x", "neue Platten: größer", String(repeating: "€", count: 26), String(repeating: "%", count: 80),
        ] {
            view.maintenance = Maintenance(reason: reason, since: 7)
            #expect(view.maintenance != nil && PeerView(fields: Self.fields(view)) == view)
            let words = ["hbreason", "hbsince", "hbuntil"].compactMap { Self.text($0, Self.fields(view)) }
            #expect(words.joined().utf8.allSatisfy { (0x21..<0x7F).contains($0) } && words.count == 2)
        }
        func read(_ fields: (String, String)...) -> Maintenance? {
            PeerView(fields: fields.map { .init(name: $0, value: .string($1)) }).maintenance
        }
        for word in [
            "", "%", "%0A", "a%1Bb", "%7F", "%FF", String(repeating: "x", count: 81),
            String(repeating: "x", count: 100_000),
        ] {
            #expect(read(("hbreason", word), ("hbsince", "1")) == nil, "\(word.prefix(20))")
        }
        #expect(read(("hbsince", "1"), ("hbuntil", "2")) == nil)
        #expect(read(("hbreason", "x"), ("hbsince", "-1"), ("hbuntil", "z")) == Maintenance(reason: "x"))
        #expect(read(("hbreason", "x"), ("hbsince", "99999999999999999999")) == Maintenance(reason: "x"))
    }

    @Test func namesHaveTheirRoomAndTheRestIsCounted() {
        var view = PeerView(at: 1)
        view.lost = (0..<40).map { "a-path-of-a-name-\($0)" }
        let names = Self.text("hbnames", Self.fields(view)) ?? ""
        #expect(names.utf8.count <= PeerView.roomForNames + 4)
        let read = PeerView(fields: Self.fields(view))
        #expect(read.lost.count + read.moreLost == 40 && read.lost == Array(view.lost.prefix(read.lost.count)))
        #expect(!read.lost.isEmpty)
        // A name that would be taken for two is only counted.
        view.lost = ["a b"]
        #expect(PeerView(fields: Self.fields(view)).lost == [] && PeerView(fields: Self.fields(view)).moreLost == 1)
    }

    @Test func moreThanItMayHaveIsLeftOut() {
        let long = String(repeating: "x", count: 5000)
        func field(_ name: String, _ text: String) -> Message.Field { .init(name: name, value: .string(text)) }
        let many = (0..<100).map { "eth\($0)" }.joined(separator: " ")
        let view = PeerView(fields: [
            field("hbat", "ffffffffffffffffffff"), field("hbmedia", many + " " + long), field("hbnames", many),
            field("hbversion", "1\u{1B}[31m" + long), field("hbage", "99999999999999999999 -5 12x 7"),
            field("hblane", long + " ||x|| |||"), field("hbup", "18446744073709551615"), field("hbconf", "1 2 3"),
            .init(name: "hblate", value: .binary([1])), .init(name: "hbask", value: .list(["1"])),
        ])
        #expect(view.at == 0 && view.media.count == PeerView.mostMedia && view.lost.count == PeerView.mostNames)
        #expect(view.version?.hasPrefix("1?[31mxxx") == true && view.version?.count == 32)
        #expect(view.media.prefix(4).map(\.age) == [nil, nil, nil, .milliseconds(7)])
        #expect(view.media.prefix(4).map(\.lane) == ["", "", "|||", ""])
        #expect(view.up == nil && view.lateness == nil && !view.isQuestion && view.marks == nil && view.heard == nil)
        #expect(PeerView(fields: [field("hbmedia", long)]).media.first?.name.text.count == 64)
        #expect(PeerView(fields: []) == PeerView(at: 0))
    }

    @Test func mutatedFieldsNeverTrapAndStayBounded() {
        var random = SplitMix64(seed: 33)
        for _ in 0..<10_000 {
            var fields = Self.fields(Self.full)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<fields.count, using: &random)
                guard case .string(let text) = fields[place].value else { continue }
                var bytes = Array(text.utf8)
                mutate(&bytes, using: &random)
                fields[place].value = .string(String(decoding: bytes, as: UTF8.self))
                if Bool.random(using: &random) {
                    fields.swapAt(place, Int.random(in: 0..<fields.count, using: &random))
                }
            }
            let read = PeerView(fields: fields)
            #expect(read.media.count <= PeerView.mostMedia && read.lost.count <= PeerView.mostNames)
            #expect(read.media.allSatisfy { ($0.lane ?? "").count <= PeerView.laneLength })
            // Said again it is said for good.
            let again = PeerView(fields: Self.fields(read))
            #expect(PeerView(fields: Self.fields(again)) == again)
        }
    }
}
