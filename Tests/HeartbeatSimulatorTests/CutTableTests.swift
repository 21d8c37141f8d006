// The table of cuts in the documentation is what the simulator plays, and no combination comes to what nobody would want.

import Foundation
import Testing

@testable import HeartbeatSimulator

@Suite struct CutTableTests {
    @Test func `docs/what-moves-the-service.md shows what every combination comes to`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("docs/what-moves-the-service.md"), encoding: .utf8)
        #expect(page.contains(CutTable.markdown()), "hbsim --cuts prints what the page must show")
    }

    @Test(arguments: SecondLink.allCases)
    func `every single fault leaves one owner, and power comes back before deadtime`(
        link: SecondLink
    ) {
        for cut in Cut.allCases {
            let outcome = CutTable.play([cut], link)
            #expect(!outcome.isDouble, "\(cut)")
            switch cut {
            case .power: #expect(outcome.moment == (link == .cable ? .keepalive : .lease))
            case .pause: #expect(outcome.moment == .lease)
            case .daemon: #expect(outcome.moment == .deadtime)
            // The service moves because the network there is better.
            case .ownersPort: #expect(outcome.moment == .atOnce)
            case .otherPort, .switchDead, .switchSplit, .secondLink, .serial: #expect(outcome.moment == nil, "\(cut)")
            }
        }
    }
}
