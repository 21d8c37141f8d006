import HeartbeatControl
import HeartbeatModel
import Testing

@Suite struct ControlTextTests {
    static let questions: [ClusterQuestion] = [
        .hbstatus(verbose: false), .hbstatus(verbose: true), .listNodes(.all, verbose: false),
        .listNodes(.ping, verbose: true), .listNodes(.normal, verbose: false), .nodeStatus(NodeName("nodea")),
        .nodeType(NodeName("a b\n%")), .nodeWeight(NodeName("")), .nodeSite(NodeName("ü")),
        .listLinks(NodeName("x"), verbose: true), .linkStatus(NodeName("x"), MediumName("/dev/ttyS0")),
        .clientStatus(NodeName("x"), client: "verbose"), .resourceStatus, .parameter("keepalive"), .groups,
        .network, .timeline, .snapshot, .facts(format: 1), .facts(format: 20), .facts(format: 1, isFresh: true),
    ]
    static let requests: [ControlRequest] =
        questions.flatMap { [.question($0, inProse: false), .question($0, inProse: true)] } + [
            .operation(.standby(.all)), .operation(.standby(.foreign)), .operation(.takeover(.local)),
            .operation(.shutdown), .operation(.move("10.0.0.1/24 a%b")), .maintenance(nil),
            .maintenance(Maintenance(reason: "new disks, 50 % ü")),
            .maintenance(Maintenance(reason: "on", until: 1_795_863_482)), .upgrade("12.34"),
        ]

    @Test(arguments: requests)
    func aRequestComesBackAsItWas(request: ControlRequest) {
        #expect(ControlRequest(line: request.line) == request)
        #expect(request.line.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
    }

    @Test(arguments: [
        "", " ", "plain", "do", "do standby", "do standby none", "do standby everything", "do shutdown now",
        "plain  hbstatus",
        "plain hbstatus", "plain hbstatus loud", "plain listnodes all", "plain nodestatus", "plain nodestatus a b",
        "plain rscstatus ", " plain rscstatus", "plain nodestatus %4", "plain nodestatus %zz", "plain nodestatus %FF",
        "plain nodestatus ü", "PLAIN rscstatus", "plain nodestatus \0", "plain nodestatus a\tb",
        "do maintenance", "do maintenance on", "do maintenance on ", "do maintenance off now", "do maintenance on x 01",
        "do maintenance on x y", "do maintenance on a%0Ab", "do maintenance on x 1 2", "do maintenance up",
        "plain facts", "plain facts x", "plain facts 01", "plain facts 1 1", "plain facts 1 stale",
        "plain facts x fresh", "plain facts 1 fresh 1", "do upgrade", "do upgrade ", "do upgrade a b",
    ])
    func otherTextIsNoRequest(line: String) {
        #expect(ControlRequest(line: line) == nil)
    }

    @Test func aLineThatIsTooLongIsNoRequest() {
        #expect(ControlRequest(line: "plain nodestatus " + String(repeating: "a", count: 1100)) == nil)
    }

    @Test(arguments: [
        ControlReply(),
        ControlReply(exitCode: 13, lines: ["\teth0", "", "end", "ü %41"], errors: ["ERROR: x", "a\nb"]),
        ControlReply(exitCode: -1, lines: [], errors: [""]),
    ])
    func aReplyComesBackAsItWas(reply: ControlReply) {
        #expect(ControlReply(text: reply.text) == reply)
    }

    @Test func aReplyThatWasCutIsNoReply() {
        let text = ControlReply(exitCode: 1, lines: ["one", "two"], errors: ["three"]).text
        for length in 0..<text.utf8.count {
            #expect(ControlReply(text: String(decoding: text.utf8.prefix(length), as: UTF8.self)) == nil)
        }
    }

    @Test func mutatedTextNeverTrapsAndStaysCanonical() {
        var random = SplitMix64(seed: 7)
        let seeds = ControlTextTests.requests.map { Array($0.line.utf8) }
        for _ in 0..<20000 {
            var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, using: &random) }
            let text = String(decoding: bytes, as: UTF8.self)
            if let request = ControlRequest(line: text) { #expect(ControlRequest(line: request.line) == request) }
            _ = ControlReply(text: "exit 0\n" + text + "\nend\n")
            _ = ControlReply(text: text)
        }
    }

    private func mutate(_ bytes: inout [UInt8], using random: inout SplitMix64) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.insert(.random(in: 0...255, using: &random), at: place)
        case 1: if place < bytes.count { bytes.remove(at: place) }
        case 2: if place < bytes.count { bytes[place] = .random(in: 0...255, using: &random) }
        default: bytes.insert(contentsOf: bytes.prefix(place), at: place)
        }
    }
}
