// Since when a pair is where it is, as its nodes tell it to another pair.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct PartnerPlaceTests {
    private static var configuration: Configuration {
        var configuration = CoreOnDesk.configuration
        configuration.partnerService = PartnerService(port: 6694, keys: configuration.authentication)
        return configuration
    }

    /// Two pairs that begin together compare these ages: a node that told more than its peer would follow a pair that follows it.
    @Test func `groups that came when the daemons began have been there no longer than the daemons`() {
        var pair = CorePair(Self.configuration)
        let begin = pair.now
        pair.pass(.seconds(3))
        #expect(!pair.running(on: 0).isEmpty && !pair.running(on: 1).isEmpty)
        for core in pair.cores {
            let word = core.partnerWord(at: pair.now)
            #expect(word.place == .serves && word.age <= pair.now - begin, "\(word)")
        }
    }
}
