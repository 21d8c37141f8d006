// The host in service fails, in all ways: another one serves then, and never two.

import Glibc
import HeartbeatLab
import HeartbeatModel
import Testing

extension GatewayTests {
    @Test func `when the process that serves is killed, nothing of it is left where another host serves`() throws {
        try GatewayScene.play { scene in
            let (start, mark) = (Moment.now(), scene.programs[0].mark)
            try scene.programs[0].killWorker()
            // Another one may serve meanwhile.
            try scene.wait(for: 0, toSay: "gwa begins", since: mark)
            try scene.wait(for: 0, toSay: "Serves", since: mark)
            try scene.waitForOwner(0)
            try scene.tellOutage(since: start, "killed")
        }
    }

    @Test func `when the host in service loses its power the next one serves`() throws {
        try GatewayScene.play { scene in
            let start = try scene.lab.powerOff(scene.lab.hosts[0])
            try scene.waitForOwner(1)
            try scene.wait(for: 2, toSay: "Backup: gwb serves")
            try scene.tellOutage(since: start, "without power")
            #expect(try scene.rises(of: 2) == 0)
        }
    }

    @Test func `a host whose service breaks behind its back leaves in order`() throws {
        try GatewayScene.play { scene in
            let start = Moment.now()
            scene.lab.hosts[0].breakService("fw-worker")
            try scene.waitForOwner(1)
            #expect(scene.programs[0].says("Stops serving: localSvcCheck has failed"))
            #expect(scene.programs[0].says("Does not serve any more"))
            try scene.expectOrderOfLeaving(0, since: start)
            try scene.tellOutage(since: start, "its service is broken")
        }
    }

    @Test(
        "A host whose cable carries nothing any more leaves, whether its interface tells that or not",
        arguments: GatewaySide.allCases, [true, false])
    func cable(side: GatewaySide, losesCarrier: Bool) throws {
        try GatewayScene.play { scene in
            let start = Moment.now()
            if losesCarrier {
                try scene.lab.plug(scene.lab.hosts[0], side, false)
            } else {
                try scene.lab.lose([.cable(.host(0), side)])
            }
            try scene.waitForOwner(1)
            let check: GatewayProcedure = side == .down ? .downlinkCheck : .uplinkCheck
            #expect(scene.programs[0].says("Stops serving: \(check.rawValue) has failed"))
            #expect(!scene.programs[2].says("Serves"))
            try scene.tellOutage(since: start, "its \(side.rawValue) cable \(losesCarrier ? "is out" : "is dead")")
        }
    }

    @Test func `the better host serves again when it is back, and there is no moment with two`() throws {
        try GatewayScene.play { scene in
            try scene.lab.powerOff(scene.lab.hosts[0])
            try scene.waitForOwner(1)
            let (start, mark) = (Moment.now(), scene.programs[1].mark)
            try scene.lab.powerOn(scene.lab.hosts[0])
            try scene.programs[0].start()
            try scene.waitForOwner(0)
            try scene.wait(for: 1, toSay: "Stops serving: gwa takes over, its priority is higher", since: mark)
            try scene.wait(for: 1, toSay: "Backup: gwa serves", since: mark)
            try scene.expectOrderOfLeaving(1, since: start)
            try scene.tellOutage(since: start, "the better host is back")
        }
    }

    @Test func `a host that was not fit begins anew, and takes its place again`() throws {
        try GatewayScene.play { scene in
            try scene.lab.plug(scene.lab.hosts[0], .up, false)
            try scene.waitForOwner(1)
            try scene.lab.plug(scene.lab.hosts[0], .up, true)
            try scene.waitForOwner(0)
        }
    }
}
