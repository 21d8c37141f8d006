// The pages of the library products quote code that is compiled and tested, letter by letter.

import Testing

@Suite struct LibraryPageTests {
    @Test(arguments: ["Core", "Wire"]) func `the example of a library's page is the one that is tested`(name: String)
        throws
    {
        let test = try DocumentTests.text("Tests/Heartbeat\(name)Tests/LibraryExampleTests.swift")
        let page = try DocumentTests.text("Sources/Heartbeat\(name)/Heartbeat\(name).docc/Heartbeat\(name).md")
        let begin = try #require(test.components(separatedBy: "\n// example\n").dropFirst().first)
        let example = begin.components(separatedBy: "\n// end\n")[0]
        #expect(page.contains("```swift\n\(example)\n```"), "Heartbeat\(name).md does not quote the tested example")
    }
}
