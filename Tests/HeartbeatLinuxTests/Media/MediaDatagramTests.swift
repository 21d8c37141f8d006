import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatSystem

/// How each kind is configured on interface `hbm` when the peer is host `peer`, and whether own messages come back.
struct DatagramKind: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let hearsItself: Bool
    let configuration: @Sendable (_ peer: Int) -> MediumConfiguration

    static let all: [DatagramKind] = [
        DatagramKind(testDescription: "bcast", hearsItself: true) { _ in .broadcast(interface: "hbm", port: 694) },
        DatagramKind(testDescription: "ucast", hearsItself: false) {
            .unicast(interface: "hbm", peer: "10.77.0.\($0)", port: 694)
        },
        DatagramKind(testDescription: "mcast", hearsItself: false) { _ in
            .multicast(interface: "hbm", group: "239.0.0.77", port: 695, ttl: 1, loopback: false)
        },
        DatagramKind(testDescription: "mcast with loop", hearsItself: true) { _ in
            .multicast(interface: "hbm", group: "239.0.0.77", port: 695, ttl: 2, loopback: true)
        },
        DatagramKind(testDescription: "ucast6", hearsItself: false) {
            .unicast6(interface: "hbm", peer: "fd77::\($0)", port: 694)
        },
        DatagramKind(testDescription: "mcast6", hearsItself: false) { _ in
            .multicast6(interface: "hbm", group: "ff02::77", port: 695, hops: 1, loopback: false)
        },
        DatagramKind(testDescription: "mcast6 with loop", hearsItself: true) { _ in
            .multicast6(interface: "hbm", group: "ff15::77", port: 695, hops: 2, loopback: true)
        },
    ]
}

@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct MediaDatagramTests {
    let left = TestNetwork()
    let right = TestNetwork()

    private func connect() {
        left.connect("hbm", host: 1, to: right, "hbm", host: 2)
    }

    @Test("Two nodes hear each other", arguments: DatagramKind.all)
    func exchange(kind: DatagramKind) {
        connect()
        let a = Station([kind.configuration(2)], in: left)
        let b = Station([kind.configuration(1)], in: right)
        defer { [a, b].forEach { $0.stop() } }
        #expect(a.send("from a") { _ in b.read { $0.heard("from a") } })
        #expect(b.send("from b") { _ in a.read { $0.heard("from b") } })
        #expect(a.read { $0.heard("from a") } == kind.hearsItself)
        #expect(a.read { $0.story("hbm") } == ["opened"], "\(a.read { $0.failures("hbm") })")
        #expect(b.counters().received > 0 && a.counters().sent > 0)
    }

    @Test("The longest message UDP carries arrives whole; a longer one is an error of that message")
    func longMessages() {
        connect()
        let a = Station([DatagramKind.all[1].configuration(2)], in: left)
        let b = Station([DatagramKind.all[1].configuration(1)], in: right)
        defer { [a, b].forEach { $0.stop() } }
        let longest = String(repeating: "y", count: 65507)
        #expect(a.send(longest) { _ in b.read { $0.heard(longest) } })
        a.send(longest + "y")
        #expect(a.read { $0.failures("hbm") }.first?.code == EMSGSIZE)
        #expect(a.send("short") { $0.story("hbm") == ["opened", "failed", "recovered"] })
    }

    @Test("An empty datagram from anywhere does no harm")
    func emptyDatagram() {
        connect()
        let a = Station([DatagramKind.all[1].configuration(2)], in: left)
        let b = Station([DatagramKind.all[1].configuration(1)], in: right)
        defer { [a, b].forEach { $0.stop() } }
        #expect(b.send("") { _ in a.counters().received > 0 })
        #expect(b.send("after") { _ in a.read { $0.heard("after") } })
        #expect(a.read { $0.story("hbm") } == ["opened"])
    }

    @Test("A message goes to every medium, and one that fails does not touch the others")
    func independence() {
        connect()
        let media: [MediumConfiguration] = [
            .broadcast(interface: "absent", port: 694), .broadcast(interface: "hbm", port: 694),
            .unicast(interface: "hbm", peer: "10.77.0.2", port: 700),
        ]
        let a = Station(media, in: left)
        let b = Station(Array(media[1...]), in: right)
        defer { [a, b].forEach { $0.stop() } }
        a.send("m")
        #expect(b.eventually { $0.datagrams.filter { $0.text == "m" }.count == 2 })
        #expect(a.read { $0.story("hbm") } == ["opened", "opened"])
        #expect(a.read { $0.story("absent") } == ["failed"])
        #expect(
            a.read { $0.failures("absent") }.first?.description
                == "cannot find interface absent: No such device; does the interface exist?")
    }

    @Test("An interface that is made after the start is used", arguments: DatagramKind.all)
    func lateInterface(kind: DatagramKind) {
        let a = Station([kind.configuration(2)], in: left)
        defer { a.stop() }
        #expect(a.eventually { $0.story("hbm") == ["failed"] })
        connect()
        let b = Station([kind.configuration(1)], in: right)
        defer { b.stop() }
        #expect(a.send("late") { $0.story("hbm") == ["failed", "recovered"] })
        #expect(a.send("late") { _ in b.read { $0.heard("late") } })
        #expect(b.send("answer") { _ in a.read { $0.heard("answer") } })
    }

    @Test("An interface that is deleted and made anew with another index is used again", arguments: DatagramKind.all)
    func recreatedInterface(kind: DatagramKind) {
        connect()
        let a = Station([kind.configuration(2)], in: left)
        let b = Station([kind.configuration(1)], in: right)
        defer { [a, b].forEach { $0.stop() } }
        #expect(a.send("before") { _ in b.read { $0.heard("before") } })
        let index = left.inside { if_nametoindex("hbm") }
        left.run("ip link delete hbm")
        #expect(a.send("lost") { $0.story("hbm") == ["opened", "failed"] })
        left.run("ip link add placeholder type veth peer name holder")
        connect()
        #expect(left.inside { if_nametoindex("hbm") } != index)
        #expect(a.send("again") { $0.story("hbm") == ["opened", "failed", "recovered"] })
        #expect(b.send("again") { $0.story("hbm").last != "failed" })
        #expect(a.send("to b") { _ in b.read { $0.heard("to b") } })
        #expect(b.send("to a") { _ in a.read { $0.heard("to a") } })
    }

    @Test("An interface that goes down and up again", arguments: DatagramKind.all)
    func downAndUp(kind: DatagramKind) {
        connect()
        let a = Station([kind.configuration(2)], in: left)
        let b = Station([kind.configuration(1)], in: right)
        defer { [a, b].forEach { $0.stop() } }
        #expect(a.send("before") { _ in b.read { $0.heard("before") } })
        // On a busy machine the interface may not have been ready for the first of them.
        let before = a.read { $0.story("hbm") }
        #expect(before.first == "opened" && before.last != "failed")
        left.run("ip link set hbm down")
        #expect(a.send("lost") { $0.story("hbm") == before + ["failed"] })
        left.run("ip link set hbm up; ip address replace fd77::1/64 dev hbm nodad")
        #expect(a.send("again") { $0.story("hbm") == before + ["failed", "recovered"] })
        #expect(a.send("to b") { _ in b.read { $0.heard("to b") } })
        #expect(b.send("to a") { _ in a.read { $0.heard("to a") } })
    }

    @Test("A peer that is not there is no failure of the medium", arguments: [1, 4])
    func absentPeer(kind: Int) {
        connect()
        let a = Station([DatagramKind.all[kind].configuration(9)], in: left)
        defer { a.stop() }
        #expect(a.send("anybody?") { _ in a.counters().sent >= 200 })
        #expect(a.read { $0.story("hbm") } == ["opened"])
    }

    @Test(
        "While sending is forbidden the peer is still heard, and it is reported once",
        .enabled(if: access("/usr/sbin/nft", X_OK) == 0, "needs nftables"))
    func forbidden() {
        connect()
        let a = Station([DatagramKind.all[1].configuration(2)], in: left)
        let b = Station([DatagramKind.all[1].configuration(1)], in: right)
        defer { [a, b].forEach { $0.stop() } }
        #expect(a.send("before") { _ in b.read { $0.heard("before") } })
        for words in [
            "table ip shut", "chain ip shut output { type filter hook output priority 0; }",
            "rule ip shut output udp dport 694 drop",
        ] {
            #expect(left.run("nft 'add \(words)'") == 0)
        }
        #expect(a.send("forbidden") { $0.story("hbm") == ["opened", "failed"] })
        #expect(b.send("heard") { _ in a.read { $0.heard("heard") } })
        #expect(a.send("forbidden") { _ in a.counters().dropped >= 50 })
        #expect(a.read { $0.story("hbm") } == ["opened", "failed"])
        #expect(a.read { $0.failures("hbm") }.first?.remedy == "does a firewall forbid it?")
        left.run("nft delete table ip shut")
        #expect(a.send("after") { $0.story("hbm") == ["opened", "failed", "recovered"] })
    }

    @Test("A missing broadcast address is derived from the netmask")
    func derivedBroadcast() {
        left.run(
            "ip link add hbm type veth peer name hbmx; ip address add 10.78.4.1/22 dev hbm; ip link set hbm up")
        let derived = left.inside { () -> String in
            do throws(SystemError) {
                return try InterfaceQuery.broadcastAddress(of: "hbm").description
            } catch {
                return error.description
            }
        }
        #expect(derived == "10.78.7.255")
    }

    @Test("An interface without an address cannot broadcast, and says why")
    func noAddress() {
        left.run("ip link add hbm type veth peer name hbmx; ip link set hbmx up; ip link set hbm up")
        let a = Station([.broadcast(interface: "hbm", port: 694)], in: left)
        defer { a.stop() }
        #expect(a.eventually { $0.story("hbm") == ["failed"] })
        #expect(a.read { $0.failures("hbm") }.first?.remedy == "does the interface have an address?")
        left.configure("hbm", host: 1)
        #expect(a.send("x") { $0.story("hbm") == ["failed", "recovered"] })
    }

    @Test("A host name is looked up; one that has no address is reported once and stops nothing")
    func names() {
        let media: [MediumConfiguration] = [
            .unicast(interface: "lo", peer: "no-such-host.invalid", port: 701),
            .unicast(interface: "lo", peer: "localhost", port: 700),
        ]
        let a = Station(media, in: left)
        defer { a.stop() }
        #expect(a.send("by name") { $0.heard("by name") })
        #expect(a.eventually { $0.failures("lo").count == 1 })
        #expect(a.read { $0.failures("lo") }.first?.operation == .resolve)
        #expect(a.read { $0.story("lo").sorted() } == ["failed", "opened"])
    }

    @Test("A second heartbeat's port taken by a program that does not share is an error with a remedy")
    func portTaken() {
        let fd = left.inside { () -> Int32 in
            let fd = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            let any = SocketEndpoint(.any(isIPv6: false), port: 694)
            return any.withSockaddr { bind(fd, $0, $1) } == 0 ? fd : -1
        }
        defer { close(fd) }
        let a = Station([.unicast(interface: "lo", peer: "127.0.0.1", port: 694)], in: left)
        defer { a.stop() }
        #expect(a.eventually { $0.story("lo") == ["failed"] })
        #expect(
            a.read { $0.failures("lo") }.first?.description
                == "cannot bind to UDP port 694 on lo: Address already in use; is another heartbeat running? `ss -ulpn` "
                + "shows whose port it is; end that program or change udpport")
    }

    /// A socket of a program that sets `options` and belongs to a user without rights, or root; `nil` when it may not bind.
    private func stranger(
        _ options: [Int32], user: uid_t = 65534, port: UInt16 = 6940, on interface: String? = nil
    ) -> OwnedDescriptor? {
        left.inside { () -> OwnedDescriptor? in
            do throws(SystemError) {
                let socket = try OwnedDescriptor.socket(family: AF_INET, for: "a stranger")
                if let interface { try socket.bind(toInterface: interface) }
                // The owner is what the kernel compares.
                guard fchown(socket.number, user, gid_t.max) == 0 else { return nil }
                for option in options { try socket.set(SOL_SOCKET, option, to: Int32(1), for: "a stranger") }
                try socket.bind(to: SocketEndpoint(.any(isIPv6: false), port: port), for: "a stranger")
                return socket
            } catch {
                return nil
            }
        }
    }

    @Test(
        "No other user can have the port of an open medium, whatever its sockets are asked for",
        arguments: [
            [.broadcast(interface: "hbm", port: 6940)], [.unicast(interface: "hbm", peer: "10.77.0.2", port: 6940)],
            [.multicast(interface: "hbm", group: "239.0.0.77", port: 6940, ttl: 1, loopback: true)],
            // Several of ours, which share it among themselves.
            [
                .broadcast(interface: "hbm", port: 6940), .unicast(interface: "hbm", peer: "10.77.0.2", port: 6940),
                .unicast(interface: "hbm", peer: "10.77.0.3", port: 6940), .broadcast(interface: "lo", port: 6940),
            ],
        ] as [[MediumConfiguration]])
    func portTakenFromOthers(media: [MediumConfiguration]) {
        connect()
        let a = Station(media, in: left)
        defer { a.stop() }
        #expect(
            a.eventually { $0.story("hbm").filter { $0 == "opened" }.count == media.count { $0.name.text == "hbm" } })
        for options in [[], [SO_REUSEADDR], [SO_REUSEPORT], [SO_REUSEADDR, SO_REUSEPORT]] {
            for interface in [nil, "hbm"] as [String?] {
                #expect(stranger(options, on: interface) == nil, "\(options) on \(interface ?? "any interface")")
            }
        }
    }

    @Test(
        "What is meant for this host alone reaches it although another user had the port first, and that user not again"
    )
    func portHadByOthers() throws {
        connect()
        let first = try #require(stranger([SO_REUSEADDR, SO_REUSEPORT], on: "hbm"))
        let a = Station([.unicast(interface: "hbm", peer: "10.77.0.2", port: 6940)], in: left)
        let b = Station([.unicast(interface: "hbm", peer: "10.77.0.1", port: 6940)], in: right)
        defer { [a, b].forEach { $0.stop() } }
        #expect(a.eventually { $0.story("hbm") == ["opened", "warned"] })
        #expect(b.send("for a alone") { _ in a.read { $0.heard("for a alone") } })
        #expect(stranger([SO_REUSEADDR, SO_REUSEPORT], on: "hbm") == nil)
        first.close()
    }

    @Test("A port that another program shares with us is warned of, once, and used")
    func portShared() {
        let taker = stranger([SO_REUSEADDR], user: 0, port: 694)
        #expect(taker != nil)
        let media: [MediumConfiguration] = [
            .multicast(interface: "lo", group: "239.0.0.42", port: 694, ttl: 1, loopback: true),
            .multicast(interface: "lo", group: "239.0.0.43", port: 695, ttl: 1, loopback: true),
        ]
        let a = Station(media, in: left)
        defer { a.stop() }
        #expect(a.send("heard all the same") { $0.heard("heard all the same") })
        let stories = a.read { recorder in recorder.events.map { $0.event } }
        let shared = SystemError(.share, "UDP port 694 on lo", code: EADDRINUSE)
        #expect(stories == [.opened, .warned(shared), .opened])
        taker?.close()
    }
}
