// The scenes in which a client of the same name on each node (`hbinterop talk`) talks to the other, and what it is told of
// what happens to the pair.

import HeartbeatLab

enum Friends {
    static let name = "friend"
    /// Where a node has the program.
    static let program = "talk"
    private static let heard = "/run/notes/heard"
    private static let orders = "/run/notes/orders"

    /// What starts the program on a node.
    static var script: String { "#!/bin/sh\nexec '\(Files.absolute("/proc/self/exe"))' talk \"$@\"\n" }

    static let meeting = [joins, joinsThere, talk, leaves, joinsAgain]

    /// What it has been told of nodes, links and clients since the last time. Which of a node's first statuses is heard while
    /// it starts is chance.
    static func happenings(on node: Int, difference: ClientCase.Difference? = nil) -> ClientCase {
        ClientCase(
            """
            \(since) grep -E '^t=(status|ifstat|NS_st|hbapi-clstat) ' \
            | grep -vE '^t=status .* st=(init|up) ' | sort -u
            """, on: node,
            title: "what a client was told", difference: difference)
    }

    /// Prints what was heard since it was run the last time.
    private static let since = """
        seen=$(cat /run/notes/seen 2>/dev/null); wc -l <\(heard) >/run/notes/seen; \
        tail -n +$((${seen:-0} + 1)) \(heard) |
        """

    // MARK: - Scenes

    private static let begin = """
        mkfifo \(orders); sleep 1000 >\(orders) & echo $! >/run/notes/orders.pid; \
        /etc/ha.d/\(program) \(name) <\(orders) >\(heard) 2>&1
        """

    private static let joins = ClientScene(
        name: "a client joins", act: .run(begin, on: 0), awaited: [hears("st=join", from: 0, on: 0)],
        cases: [ClientCase("cat \(heard)", title: "what it heard")])

    private static let joinsThere = ClientScene(
        name: "its friend joins", act: .run(begin, on: 1),
        awaited: [hears("st=join", from: 1, on: 0), hears("st=join", from: 1, on: 1)],
        cases: clientEvents)

    private static let clientEvents = [0, 1].map {
        ClientCase("grep '^t=hbapi-clstat' \(heard)", on: $0, title: "joins and leaves")
    }

    /// Fields stand in the order of their names.
    private static func hears(_ text: String, times: Int = 1, from source: Int, on node: Int) -> AwaitedLine {
        let origin = "src=cluster\(source + 1)"
        let words = [text, origin].sorted().joined(separator: "( | .* )")
        return AwaitedLine("grep -cE ' \(words)( |$)' \(heard)", on: node, prints: "\(times)")
    }

    /// To all, to the other, to oneself, to all again; both at once.
    private static let talk = ClientScene(
        name: "messages",
        act: .runOnBoth(
            """
            printf 't=hello number=1\\nt=hello number=2 dest=cluster2\\nt=hello number=3 dest=cluster1\\nt=hello number=4\\n' \
            >\(orders)
            """),
        awaited: [0, 1].flatMap { source in [0, 1].map { hears("number=4", from: source, on: $0) } },
        cases: [0, 1].flatMap { source in
            [0, 1].map {
                ClientCase(
                    "grep -E '^t=hello .*src=cluster\(source + 1)' \(heard)", on: $0,
                    title: "messages from cluster\(source + 1)")
            }
        })

    private static let leaves = ClientScene(
        name: "its friend leaves", act: .run("kill $(cat /run/notes/orders.pid); rm \(orders)", on: 1),
        awaited: [hears("st=leave", from: 1, on: 0)], cases: [clientEvents[0]])

    private static let joinsAgain = ClientScene(
        name: "its friend is killed and joins", act: .run(begin, on: 1),
        awaited: [hears("st=join", times: 2, from: 1, on: 0), hears("st=join", from: 1, on: 1)], cases: clientEvents)

    static let again = ClientScene(
        name: "a client joins after a reboot", act: .run(begin, on: 0),
        awaited: [hears("st=join", from: 0, on: 0), hears("st=join", from: 0, on: 1)],
        cases: [happenings(on: 1)])
}
