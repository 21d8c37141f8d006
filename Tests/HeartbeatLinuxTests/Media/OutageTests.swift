import HeartbeatModel
import Testing

@testable import HeartbeatLoop

struct OutageTests {
    @Test("An outage is told when it begins and when it is over, however often it fails in between")
    func toldOnce() {
        var outage = Outage()
        let ended = outage.end()
        #expect(!outage.isOn && !ended)
        let begun = [outage.begin(), outage.begin(), outage.begin()]
        #expect(begun == [true, false, false])
        #expect(outage.isOn)
        let over = [outage.end(), outage.end()]
        #expect(over == [true, false])
        let isTold = outage.begin()
        #expect(isTold, "the next one is told again")
    }

    @Test("However many things fail at once, one attempt follows, and none after it was given up")
    func triedAgain() {
        let loop = LoopThread()
        defer { loop.stop() }
        let attempts = Handover<Int>()
        let outage = Handover<Outage>()
        loop.on { reactor in
            (attempts.value, outage.value) = (0, Outage())
            for _ in 0..<3 { outage.value?.tryAgain(on: reactor, after: .milliseconds(10)) { attempts.value! += 1 } }
            #expect(outage.value?.isWaiting == true)
        }
        #expect(loop.eventually { _ in attempts.value == 1 && outage.value?.isWaiting == false })
        loop.on { reactor in
            outage.value?.tryAgain(on: reactor, after: .milliseconds(10)) { attempts.value! += 1 }
            outage.value?.giveUp()
            #expect(outage.value?.isWaiting == false)
        }
        let later = Handover<Bool>()
        loop.on { reactor in reactor.after(.milliseconds(50)) { later.value = true } }
        #expect(loop.eventually { _ in later.value == true })
        #expect(loop.on { _ in attempts.value } == 1)
    }
}
