// docs/gateway-arcs.md is complete: every state of a host of a gateway service has its arcs, every arc leads to a state, and the tests it
// names exist.

import Foundation
import Testing

@Suite struct GatewayArcsTests {
    private struct Arc: CustomStringConvertible {
        var number: Int
        var cells: [String]
        var description: String { "docs/gateway-arcs.md:\(number)" }

        /// What stands between backquotes in the last cell.
        var tests: [String] {
            (cells.last ?? "").components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        }
    }

    private static let arcs: [Arc] = {
        let text = (try? DocumentTests.text("docs/gateway-arcs.md")) ?? ""
        return text.components(separatedBy: "\n").enumerated().compactMap { index, line in
            guard line.hasPrefix("| "), !line.hasPrefix("| state |") else { return nil }
            let cells = line.components(separatedBy: "|").dropFirst().dropLast()
            return Arc(number: index + 1, cells: cells.map { $0.trimmingCharacters(in: .whitespaces) })
        }
    }()

    /// As the machine calls them; `init` is the paper's name of the first one, and `decide` is passed at once.
    private static func states() throws -> Set<String> {
        let source = try DocumentTests.text("Sources/HeartbeatGateway/GatewayState.swift")
        let text = try #require(
            source.components(separatedBy: "package enum GatewayState").dropFirst().first?.components(
                separatedBy: "\n}"
            )
            .first)
        let names = text.matches(of: /case ([a-z]+)/).map { String($0.output.1) }
        return Set(names.map { $0 == "starting" ? "init" : $0 }).union(["decide"])
    }

    @Test func `every arc leads from a state to one, and every state has arcs`() throws {
        let states = try Self.states()
        #expect(states.count == 8 && Self.arcs.count > 60)
        for arc in Self.arcs {
            #expect(arc.cells.count == 4 && arc.cells.allSatisfy { !$0.isEmpty }, "\(arc)")
            guard arc.cells.count == 4 else { continue }
            #expect(states.contains(arc.cells[0]), "\(arc): \(arc.cells[0])")
            let targets = arc.cells[2].split { !$0.isLetter }.map(String.init).filter(states.contains)
            #expect(!targets.isEmpty, "\(arc): \(arc.cells[2])")
        }
        #expect(Set(Self.arcs.map { $0.cells[0] }) == states.subtracting(["final"]))
    }

    @Test func `every test that an arc names exists`() {
        let tests = TidyTests.files(below: "Tests/HeartbeatGatewayTests").flatMap(\.lines)
            .joined(separator: "\n")
        for arc in Self.arcs {
            #expect(!arc.tests.isEmpty, "\(arc) names no test")
            for name in arc.tests { #expect(tests.contains("func `\(name)`("), "\(arc): no test is named \(name)") }
        }
    }
}
