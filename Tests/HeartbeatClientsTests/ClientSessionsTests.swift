// The rules of sessions that no recording shows: whom a message reaches, what a client may not say, what other nodes ask.

import HeartbeatModel
import HeartbeatWire
import Testing

@testable import HeartbeatClients

@Suite struct ClientSessionsTests {
    @Test func aNamedClientIsAnnouncedBeforeItIsAnsweredAndWhenItGoes() throws {
        var desk = Desk()
        let connection = desk.connect(pid: 10)
        let effects = desk.send(
            ["t": "hbapi-req", "reqtype": "signon", "pid": "10", "from_id": "cl1", "uid": "0", "gid": "0"],
            on: connection)
        #expect(
            effects.sent == ["t=hbapi-clstat st=join from_id=cl1 to_id=cl1 info=signon client_gen=0"])
        let join = try #require(effects.firstIndex { if case .send = $0 { true } else { false } })
        let answer = try #require(effects.firstIndex { if case .write = $0 { true } else { false } })
        #expect(join < answer)
        #expect(effects.contains(.admit(connection)))
        #expect(effects.contains(.listen(.news)))
        let gone = desk.sessions.handle(.disconnected(connection))
        #expect(gone.sent == ["t=hbapi-clstat st=leave from_id=cl1 to_id=cl1 info=EOF client_gen=0"])
        #expect(gone.contains(.listen([])))
    }

    @Test(arguments: [("none", 0), ("daemon", 24), (nil, -1)])
    func theFacilityIsANumber(name: String?, number: Int) {
        var configuration = RecordedCluster.configuration
        configuration.logging.facility = name == "none" ? nil : name
        if let name { configuration.parameters.append(Configuration.Parameter(name: "logfacility", value: name)) }
        let settings = ClientSettings(
            configuration, localNode: NodeName("nodea"),
            authority: ClientAuthority([], userID: { _ in nil }, groupID: { _ in nil }), version: "", versionText: "")
        #expect(settings.logFacility == number)
    }

    @Test func aClientWithoutANameIsNobodysBusiness() {
        var desk = Desk()
        let connection = desk.signOn("10", pid: 10)
        #expect(desk.sessions.names == ["10"])
        #expect(desk.sessions.handle(.disconnected(connection)).sent.isEmpty)
    }

    // MARK: Messages to the cluster

    @Test func aMessageSaysWhoItIsFromWhateverTheClientSays() {
        var desk = Desk()
        let connection = desk.signOn("cl1", pid: 10)
        let sent = desk.send(
            ["t": "foo", "to_id": "anon", "a": "b", "dest": "NodeB", "from_id": "x", "src": "nodeb", "seq": "9"],
            on: connection
        ).sent
        #expect(sent == ["t=foo dest=nodeb to_id=cl1 a=b from_id=cl1 client_gen=0"])
    }

    @Test func aClientMayAskForAStandbyAndATakeover() {
        var desk = Desk()
        let connection = desk.signOn("cl1", pid: 10)
        let standby = desk.send(["t": "ask_resources", "rsc_hold": "foreign", "info": "me"], on: connection).sent
        #expect(standby == ["t=ask_resources rsc_hold=foreign info=me from_id=cl1 to_id=cl1 client_gen=0"])
        #expect(desk.send(["t": "hb_takeover", "rsc_hold": "all"], on: connection).sent.count == 1)
    }

    /// With these a client could make the peer believe that this node has released what runs here.
    @Test(arguments: [
        ["t=status", "st=dead", "dt=1"], ["t=shutdone", "st=dead"], ["t=resource", "rsc_hold=none"], ["t=starting"],
        ["t=ask_resources", "rsc_hold=all", "info=done"], ["t=ask_resources", "rsc_hold=all", "info=other"],
        ["t=ask_resources", "rsc_hold=all"], ["t=stonith", "node=nodeb", "result=OK"], ["t=reqnodes"],
        ["t=repnodes", "nodelist=a"], ["t=hbapi-clstat", "st=join"], ["t=hbapi-resp"], ["t=respond-cstatus"],
        ["t=NS_ackmsg", "ackseq=ff"], ["t=NS_hbgeneration", "hbknown=9"], ["t=NS_foo"], ["t=ifstat"],
        ["t=hb_takeover", "rsc_hold=most"],
    ])
    func aClientMayNotSpeakForTheDaemon(words: [String]) {
        var desk = Desk()
        let connection = desk.signOn("cl1", pid: 10)
        let fields = words.map { word in
            let parts = word.split(separator: "=")
            return Message.Field(name: String(parts[0]), value: .string(String(parts[1])))
        }
        let effects = desk.send(fields, on: connection)
        #expect(effects.sent.isEmpty && effects.closed.isEmpty)
        #expect(effects.notes.count == 1 && effects.notes[0].contains("its message is not sent"))
    }

    @Test func whatNoDatagramCarriesIsNotSent() {
        var desk = Desk()
        let connection = desk.signOn("cl1", pid: 10)
        let effects = desk.send(["t": "foo", "a": String(repeating: "x", count: 60_000)], on: connection)
        #expect(effects.sent.isEmpty && effects.notes.count == 1)
    }

    // MARK: Messages from the cluster

    @Test func aMessageReachesWhomItIsFor() {
        var desk = Desk()
        let named = desk.signOn("cl1", pid: 10)
        let other = desk.signOn("anon", pid: 11)
        let casual = desk.signOn("12", pid: 12)
        let forAll = desk.sessions.handle(.handedOn(Desk.message(.starting), .news))
        for connection in [named, other, casual] {
            #expect(forAll.written(to: connection) == ["t=starting src=nodeb seq=7 hg=3 ts=1"])
        }
        let fields = [Message.Field](texts: ["to_id": "cl1", "from_id": "cl1"])
        let forOne = desk.sessions.handle(.handedOn(Desk.message(.other(type: "foo", fields: fields)), .news))
        #expect(forOne.written(to: named).count == 1)
        #expect(forOne.count == 1)
    }

    @Test func onlyWhatWasAskedForIsHandedOver() {
        var desk = Desk()
        let usual = desk.signOn("10", pid: 10)
        let curious = desk.signOn("11", pid: 11)
        let effects = desk.ask("setfilter", ["fmask": "f"], on: curious)
        #expect(effects.contains(.listen([.news, .unchanged, .aside, .repeated])))
        let status = Desk.message(.status(StatusReport(status: .active, deadtime: .seconds(3))))
        #expect(desk.sessions.handle(.handedOn(status, .unchanged)).written(to: usual).isEmpty)
        #expect(desk.sessions.handle(.handedOn(status, .unchanged)).written(to: curious).count == 1)
        #expect(desk.sessions.handle(.disconnected(curious)).contains(.listen(.news)))
    }

    @Test func linksAndDeathsAreToldInTheOriginalsForm() {
        var desk = Desk()
        let connection = desk.signOn("10", pid: 10)
        let link = desk.sessions.handle(
            .linkChanged(node: NodeName("nodeb"), medium: MediumName("eth1"), isUp: false))
        #expect(link.written(to: connection) == ["t=ifstat node=nodeb ifname=eth1 st=dead"])
        let dead = desk.sessions.handle(.nodeDied(NodeName("nodeb"), isPingNode: false, unixTime: 255))
        #expect(dead.written(to: connection) == ["t=status seq=1 ts=ff src=nodeb st=dead"])
        let ping = desk.sessions.handle(.nodeDied(NodeName("10.77.0.2"), isPingNode: true, unixTime: 255))
        #expect(
            ping.written(to: connection) == [
                "t=status seq=1 ts=ff src=10.77.0.2 st=dead info=ping",
                "t=ifstat node=10.77.0.2 ifname=10.77.0.2 st=dead",
            ])
        let back = desk.sessions.handle(.pingNodeReturned(NodeName("10.77.0.2"), unixTime: 255))
        #expect(
            back.written(to: connection) == [
                "t=ifstat node=10.77.0.2 ifname=10.77.0.2 st=up", "t=NS_st st=ping info=ping src=10.77.0.2 ts=ff",
            ])
    }

    // MARK: Clients of other nodes

    @Test func theOtherNodesAreToldWhoIsHereAlsoWhenNobodyIs() {
        var desk = Desk()
        let question = [Message.Field](texts: ["cn": "cl1", "from_id": "ipfail"])
        let message = Desk.message(.other(type: "query-cstatus", fields: question), to: "nodea")
        #expect(
            desk.sessions.handle(.handedOn(message, .news)).sent == [
                "t=respond-cstatus dest=nodeb result=OK cn=cl1 to_id=ipfail cs=offline"
            ])
        let connection = desk.signOn("cl1", pid: 10)
        let effects = desk.sessions.handle(.handedOn(message, .news))
        #expect(effects.sent == ["t=respond-cstatus dest=nodeb result=OK cn=cl1 to_id=ipfail cs=online"])
        #expect(effects.written(to: connection).isEmpty)
    }

    @Test func aDeadNodeHasNoClientsAndIsNotAsked() {
        var desk = Desk()
        let connection = desk.signOn("10", pid: 10)
        var snapshot = RecordedCluster.snapshot
        for index in snapshot.nodes.indices where snapshot.nodes[index].name.text == "nodeb" {
            snapshot.nodes[index].status = .dead
        }
        let body = UnsignedMessage.bytes(
            of: [Message.Field](texts: [
                "t": "hbapi-req", "reqtype": "clientstatus", "pid": "10", "from_id": "10", "node": "nodeb", "cn": "10",
            ]), as: .classic)
        let effects = desk.sessions.handle(.received(connection, body: body, snapshot))
        #expect(effects.sent.isEmpty)
        #expect(
            effects.written(to: connection)
                == ["t=hbapi-resp reqtype=clientstatus subt=respond-cstatus cs=offline result=OK"])
    }

    @Test func theOtherNodeIsAskedForItsClients() {
        var desk = Desk()
        let connection = desk.signOn("10", pid: 10)
        let effects = desk.ask("clientstatus", ["node": "nodeb", "cn": "ipfail"], on: connection)
        #expect(effects.sent == ["t=query-cstatus dest=nodeb cn=ipfail from_id=10"])
        #expect(effects.written(to: connection).isEmpty)
    }

    // MARK: Limits

    @Test func aSignalGoesWithEveryMessage() {
        var desk = Desk()
        let connection = desk.signOn("10", pid: 10)
        #expect(desk.ask("setsignal", ["signal": "10"], on: connection).contains(.signal(10, of: connection)))
        #expect(desk.sessions.handle(.handedOn(Desk.message(.starting), .news)).contains(.signal(10, of: connection)))
        #expect(!desk.ask("setsignal", ["signal": "0"], on: connection).contains(.signal(10, of: connection)))
    }

    @Test func aQueueMayBeAskedForUpToALimit() {
        var desk = Desk()
        let connection = desk.signOn("10", pid: 10)
        let asked = desk.ask("set_sendqlen", ["sendqlen": "300"], on: connection)
        #expect(asked == [.limitQueue(300, of: connection)])
        #expect(
            desk.ask("set_sendqlen", ["sendqlen": "999999999999"], on: connection)
                == [.limitQueue(ClientSessions.longestQueue, of: connection)])
    }

    @Test func soManyClientsAndNoMore() {
        var desk = Desk()
        for pid in 1...Int32(ClientSessions.mostClients) { _ = desk.signOn("\(pid)", pid: pid) }
        let connection = desk.connect(pid: 1000)
        let effects = desk.send(
            ["t": "hbapi-req", "reqtype": "signon", "pid": "1000", "from_id": "1000", "uid": "0", "gid": "0"],
            on: connection)
        #expect(effects.written(to: connection).first?.contains("info=too many clients result=badreq") == true)
        #expect(effects.closed == [connection])
        #expect(desk.sessions.names.count == ClientSessions.mostClients)
    }

    @Test func withoutAPidNothingFallsOver() {
        var desk = Desk()
        let connection = desk.connect(pid: 10)
        let effects = desk.send(
            ["t": "hbapi-req", "reqtype": "signon", "from_id": "77", "uid": "0", "gid": "0"], on: connection)
        #expect(effects.closed == [connection])
        #expect(effects.written(to: connection).isEmpty && effects.notes.count == 1)
    }
}
