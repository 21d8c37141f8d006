// The page of heartbeat-exporter as a browser shows it: a colleague without a shell reads it there, and a page that only looks right in a
// test of bytes helps nobody.

import Foundation
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import Testing

@Suite struct BrowserTests {
    private static let chromium = Files.isInstalled("chromium")
    private static let reason: Comment = "there is no chromium (apt-get install chromium; make browser)"

    private struct Sight {
        /// The document as the browser has understood it.
        var document: String
        /// What it has drawn, as PNG.
        var picture: Data
    }

    private static func look(at exporter: ExporterProcess) throws -> Sight {
        let directory = NSTemporaryDirectory() + "hb-browser-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let words = [
            "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(directory)", "--window-size=900,700",
            "--screenshot=\(directory)/picture.png", "--dump-dom", "http://\(exporter.address)/",
        ]
        let run = try Command.run(["sh", "-c", "exec chromium \"$@\" 2>/dev/null", "sh"] + words, limit: .seconds(100))
        #expect(run.code == 0, "\(run)")
        return Sight(
            document: run.output, picture: try Data(contentsOf: URL(fileURLWithPath: directory + "/picture.png")))
    }

    /// PNG: the first eight bytes, then the size in the header.
    private static func size(of picture: Data) -> (width: Int, height: Int)? {
        guard picture.count > 24, picture.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
            return nil
        }
        func number(_ range: Range<Int>) -> Int { picture[range].reduce(0) { $0 << 8 | Int($1) } }
        return (number(16..<20), number(20..<24))
    }

    @Test(.enabled(if: chromium, reason)) func `a browser shows the status page, whatever stands in its names`() throws
    {
        var facts = ExporterTests.facts
        facts.groups[0].key = "<b>web</b>&amp;"
        let daemon = try FakeDaemon(FakeDaemon.telling(ControlReply(lines: facts.text)))
        let sight = try Self.look(at: ExporterProcess(daemon))
        let shown = sight.document
        #expect(shown.contains("OK        gw-a serves") && shown.contains("gw-b serves 10.0.0.2/24"), "\(shown)")
        #expect(shown.contains("&lt;b&gt;web&lt;/b&gt;&amp;amp;") && !shown.contains("<b>web"), "\(shown)")
        let size = try #require(Self.size(of: sight.picture))
        #expect(size == (900, 700) && sight.picture.count > 3000, "an empty page makes a smaller picture")
    }

    @Test(.enabled(if: chromium, reason)) func `a browser shows what is known of a daemon that is down`() throws {
        let sight = try Self.look(at: ExporterProcess(FakeDaemon(nil)))
        #expect(sight.document.contains("UNKNOWN") && sight.document.contains("<pre"), "\(sight.document)")
    }
}
