// docs/gateway-of-n-hosts.md: that its tables of procedures and times are those of the code.

import HeartbeatModel
import Testing

@testable import HeartbeatConfig

@Suite("The page of the gateway of N hosts")
struct GatewayPageTests {
    private static func page() throws -> String { try Examples.text("docs/gateway-of-n-hosts.md") }

    /// The cells of the tables below a headline, but for what stands above their lines.
    private func rows(below headline: String) throws -> [[String]] {
        let part = try #require(try Self.page().split(separator: "\n## \(headline)\n").dropFirst().first)
        let section = part.split(separator: "\n## ").first ?? ""
        return section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }
        }
    }

    /// What stands between backquotes.
    private func quotes(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
    }

    @Test("It has each procedure once, with the time that it may take")
    func procedures() throws {
        let rows = try self.rows(below: "Procedures")
        let names = rows.flatMap { quotes($0[0]) }
        #expect(names.sorted() == GatewayProcedure.allCases.map(\.rawValue).sorted())
        for row in rows {
            for name in quotes(row[0]) {
                let time = try #require(GatewayProcedure(rawValue: name)?.defaultTimeout)
                #expect(row.last == "\(time.shortSeconds) s", "\(name)")
            }
        }
    }

    @Test("It has each time with its default, and says what --check says of them")
    func times() throws {
        let gateway = try #require(GatewayFiles().read().gateways?.first)
        let times = [
            "self_check": gateway.selfCheck, "svc_check": gateway.serviceCheck, "reply_timeout": gateway.replyTimeout,
            "deny_timeout": gateway.denyTimeout, "hear_timeout": gateway.hearTimeout,
            "init_patience": gateway.initPatience, "return_after": gateway.returnAfter,
        ]
        #expect(Set(times.keys) == Set(GatewayRule.times.map(\.name)).subtracting(["procedure_timeout"]))
        let rows = try self.rows(below: "Times")
        #expect(rows.map { quotes($0[0]) }.joined().sorted() == times.keys.sorted())
        for row in rows {
            let time = try #require(times[quotes(row[0])[0]])
            #expect(row[1] == "\(time.shortSeconds) s", "\(row[0])")
        }
        let page = try Self.page()
        for line in gateway.times { #expect(page.contains("\n\(gateway.name): \(line)\n"), "\(line)") }
    }
}
