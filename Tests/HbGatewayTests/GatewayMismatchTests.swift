// Hosts that do not fit together: other files, another version, another key. Who is meant is named, and nobody else notices.

import HeartbeatLab
import HeartbeatModel
import Testing

extension GatewayTests {
    @Test func `a host with another file or another version is named, with the line here`() throws {
        var opening = GatewayScene.Opening()
        opening.services = { number in [GatewayService(hosts: number == 2 ? [0, 2, 1] : [0, 1, 2])] }
        try GatewayScene.play(opening) { scene in
            let file = scene.programs[0].file
            try scene.wait(
                for: 0, toSay: "gwc says that its priority is 90, and \(file):5 says 80: use the same file on all hosts"
            )
            try scene.wait(for: 0, toSay: "gwc says that its priority is 90, which is that of gwb (\(file):4)")
            let tap = try scene.lab.tap(.down)
            defer { tap.close() }
            try scene.waitForLooks(at: tap, since: Moment.now())
            let question = tap.datagrams.first { $0.kind == .serviceCheck && $0.sender == scene.own(1, .down) }
            tap.replay([try #require(question).ofVersion(2)])
            let words = "packet of gwb, 10.0.0.3, on down0 is ignored: another protocol version (2, here it is 1)"
            try scene.wait(for: "gwa to name the host of another version") { scene.programs[0].log.contains(words) }
            try scene.wait(for: 0, toShow: "1 packets were ignored: another protocol version")
            // Each of their packets says it, and it is told once.
            #expect(scene.programs[0].count("gwc says that its priority is 90, and") == 1)
            #expect(!scene.programs[0].says("gwb says"))
        }
    }

    @Test func `a host with another key is named, says so itself, and stays a backup`() throws {
        var opening = GatewayScene.Opening(running: [0, 1])
        opening.prepare = { scene in
            try Files.write("auth 1\n1 sha1 another\n", to: scene.programs[2].authkeys, mode: 0o600)
        }
        try GatewayScene.play(opening) { scene in
            let moves = try scene.moves()
            try scene.lab.powerOn(scene.lab.hosts[2])
            try scene.programs[2].start()
            try scene.wait(for: 2, toSay: "The service answers, and no host has answered for it")
            try scene.wait(for: 2, toSay: "Backup: nobody serves yet")
            let words = "packet of gwc, 10.0.0.4, on down0 is ignored: authentication does not match"
            #expect(scene.programs[0].log.contains(words))
            try scene.wait(for: 0, toShow: "packets were ignored: not signed with one of the keys")
            #expect(!scene.programs[2].says("Wants to take over"))
            #expect(try scene.rises(of: 2) == 0 && scene.moves() == moves)
        }
    }
}

extension GatewayScene {
    /// What `--show` answers.
    func wait(for host: Int, toShow words: String) throws {
        try wait(for: "\(name(host)) to show: \(words)") { try programs[host].ask("--show").output.contains(words) }
    }
}
