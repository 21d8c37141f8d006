// Every page has the sections that a reader looks for, leads to pages that exist, and every program and file has one.

import Foundation
import Testing

@Suite struct PageFormTests {
    private static let order = [
        "NAME", "SYNOPSIS", "DESCRIPTION", "DIRECTIVES", "EVENTS", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES",
        "DIAGNOSTICS", "SEE ALSO", "HISTORY", "CAVEATS",
    ]

    /// Pages of other packages that ours lead to.
    private static let others = [
        "cron.8", "ip-address.8", "ip-route.8", "ip-rule.8", "nft.8", "sha256sum.1", "syslog.3",
    ]

    @Test func `every program that is installed, every file and the scripts have a page`() throws {
        let makefile = try ManPage.text("Makefile")
        var programs: Set<String> = []
        for variable in ["DEMO_PRODUCTS := ", "PRODUCTS := $(DEMO_PRODUCTS) "] {
            let line = try #require(makefile.components(separatedBy: "\n\(variable)").dropFirst().first)
            programs.formUnion(line.components(separatedBy: "\n")[0].split(separator: " ").map(String.init))
        }
        programs.subtract(["hbdemo", "hbsim"])
        let pages = ManPage.names.map { $0.dropLast(2) }
        let others = ["authkeys", "ha.cf", "haresources", "heartbeat-scripts"]
        #expect(Set(pages.map(String.init)) == programs.union(others))
        #expect(pages.count == Set(pages).count)
    }

    @Test(arguments: ManPage.names) func `the head of a page is that of its file, and its sections stand in order`(
        name: String
    ) throws {
        let page = try ManPage(name)
        #expect(page.lines.first?.hasPrefix(".\\\" ") == true, "\(name) begins without a line on what it is")
        let head = "\(name.dropLast(2).uppercased()) \(name.suffix(1))"
        #expect(page.lines.contains(".Dt " + head), "\(name): \(head)")
        let places = page.sections.map { Self.order.firstIndex(of: $0) }
        #expect(places.allSatisfy { $0 != nil }, "\(page.sections)")
        #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted(), "\(page.sections)")
        var needed = ["NAME", "DESCRIPTION", "SEE ALSO", "HISTORY", "CAVEATS"]
        if ["1", "8"].contains(name.suffix(1)) { needed += ["SYNOPSIS", "EXIT STATUS"] }
        for section in needed { #expect(page.sections.contains(section), "\(name) has no \(section)") }
    }

    @Test func `every page that is named exists, here or elsewhere`() throws {
        var named: Set<String> = []
        for name in ManPage.names {
            for line in try ManPage(name).lines where line.hasPrefix(".Xr ") {
                let words = ManPage.words(of: line)
                try #require(words.count > 2, "\(name): \(line)")
                named.insert("\(words[1]).\(words[2])")
            }
        }
        #expect(named.subtracting(ManPage.names).sorted() == Self.others)
    }

    @Test func `every document that a page names is there`() throws {
        var count = 0
        for name in ManPage.names {
            for line in try ManPage(name).lines {
                for match in line.matches(of: /\/usr\/share\/doc\/swift-heartbeat\/([A-Za-z0-9.\/_-]+)/) {
                    let path = "\(ManPage.root.path)/\(match.output.1)"
                    #expect(FileManager.default.fileExists(atPath: path), "\(name) names \(match.output.1)")
                    count += 1
                }
            }
        }
        #expect(count > 5)
    }
}
