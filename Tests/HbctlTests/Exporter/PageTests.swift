// What the pages say of pairs in every state, and that no name in it is taken for HTML.

import HeartbeatExporter
import HeartbeatModel
import HeartbeatStatus
import Testing

@Suite struct PageTests {
    private static func page(_ path: PagePath, _ facts: NodeFacts) -> Page {
        Page(path, of: Exposition(.answered(facts), of: facts.node, asked: 1_795_863_482_000), time: .utc)
    }

    private static func codes(_ facts: NodeFacts) -> [Int] {
        [PagePath.health, .serving, .ready].map { page($0, facts).code }
    }

    @Test func `who serves, and who could, is told by codes`() {
        var facts = ExporterTests.facts
        #expect(Self.codes(facts) == [200, 200, 200])
        facts.groups[0].state = .stopped
        facts.groups[0].onPeer = .running
        #expect(Self.codes(facts) == [200, 503, 200], "gw-b serves all, gw-a could")
        facts.groups[0].state = .failed
        #expect(Self.codes(facts) == [200, 503, 503], "what has failed here cannot be taken over")
        facts = ExporterTests.facts
        facts.nodes[1].standing = .dead
        facts.nodes[1].status = .dead
        #expect(Self.codes(facts) == [200, 200, 503], "there is nobody else")
    }

    @Test func `a probe's answer is one line`() {
        let page = Self.page(.ready, ExporterTests.facts)
        #expect(page.body.hasPrefix("OK: ") && page.body.hasSuffix("\n"))
        #expect(page.body.count { $0 == "\n" } == 1)
    }

    @Test func `nobody who may not be asked is healthy`() {
        let sources: [StatusSource] = [
            .down(LastWords()), .silent(after: .seconds(2), LastWords()), .garbled, .newer(major: 2),
            .refused(path: "/run/x"),
        ]
        for source in sources {
            let told = Exposition(source, of: NodeName("gw-a"), asked: 1)
            for path in [PagePath.health, .serving, .ready] {
                #expect(Page(path, of: told, time: .utc).code == 503, "\(source)")
            }
            #expect(Page(.index, of: told, time: .utc).code == 200)
        }
    }

    @Test func `names are text on a page, whatever they are`() {
        var facts = ExporterTests.facts
        facts.groups[0].key = "<script>alert(\"1\")</script>&'"
        facts.groups[0].state = .failed
        let body = Self.page(.index, facts).body
        #expect(!body.contains("<script>") && body.contains("&lt;script&gt;"), "\(body)")
        let tags = body.matches(of: /<[a-zA-Z\/!]+/).map { String($0.output) }
        #expect(
            tags == [
                "<!DOCTYPE", "<html", "<head", "<meta", "<meta", "<title", "</title", "</head", "<body", "<pre",
                "</pre",
                "</body", "</html",
            ], "\(tags)")
    }

    @Test func `what follows a question mark is nobody's`() {
        #expect(PagePath(target: "/metrics?name=up") == .metrics && PagePath(target: "/?") == .index)
        #expect(
            PagePath(target: "/metricss") == nil && PagePath(target: "metrics") == nil && PagePath(target: "") == nil)
    }
}
