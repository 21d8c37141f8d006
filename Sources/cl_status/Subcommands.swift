// One type for each sub-command: its parameters and the question it asks.

import ArgumentParser
import HeartbeatControl
import HeartbeatModel

struct HbStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hbstatus", abstract: "Tells whether heartbeat is running on this machine.")
    @Flag(name: .customShort("v"), help: "Add the verbose list of nodes.")
    var isVerbose = false
    @OptionGroup var options: Options

    func run() {
        options.ask(.hbstatus(verbose: isVerbose))
    }
}

struct ListNodes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listnodes", abstract: "Lists the nodes, the last configured first.")
    @Flag(name: .customShort("p"), help: "Only ping nodes.")
    var onlyPing = false
    @Flag(name: .customShort("n"), help: "Only cluster nodes.")
    var onlyNormal = false
    @Flag(name: .customShort("v"), help: "Add type, status and links.")
    var isVerbose = false
    @OptionGroup var options: Options

    func run() {
        let filter: NodeFilter = onlyPing == onlyNormal ? .all : onlyPing ? .ping : .normal
        options.ask(.listNodes(filter, verbose: isVerbose))
    }
}

struct NodeStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "nodestatus", abstract: "Tells the status of a node.")
    @Argument(help: "Name of the node.") var node: String
    @OptionGroup var options: Options

    func run() {
        options.ask(.nodeStatus(NodeName(node)))
    }
}

struct NodeType: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "nodetype", abstract: "Tells normal or ping.")
    @Argument(help: "Name of the node.") var node: String
    @OptionGroup var options: Options

    func run() {
        options.ask(.nodeType(NodeName(node)))
    }
}

struct NodeWeight: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "nodeweight", abstract: "Tells the weight of a node.")
    @Argument(help: "Name of the node.") var node: String
    @OptionGroup var options: Options

    func run() {
        options.ask(.nodeWeight(NodeName(node)))
    }
}

struct NodeSite: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "nodesite", abstract: "Tells the site of a node.")
    @Argument(help: "Name of the node.") var node: String
    @OptionGroup var options: Options

    func run() {
        options.ask(.nodeSite(NodeName(node)))
    }
}

struct ListHbLinks: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "listhblinks", abstract: "Lists the links of a node.")
    @Argument(help: "Name of the node.") var node: String
    @Flag(name: .customShort("v"), help: "Add their status.")
    var isVerbose = false
    @OptionGroup var options: Options

    func run() {
        options.ask(.listLinks(NodeName(node), verbose: isVerbose))
    }
}

struct HbLinkStatus: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "hblinkstatus", abstract: "Tells up or dead.")
    @Argument(help: "Name of the node.") var node: String
    @Argument(help: "Name of the link: interface or tty.") var link: String
    @OptionGroup var options: Options

    func run() {
        options.ask(.linkStatus(NodeName(node), MediumName(link)))
    }
}

struct ClientStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clientstatus", abstract: "Tells whether a client of a node is online.")
    @Argument(help: "Name of the node.") var node: String
    @Argument(help: "Name of the client.") var client: String
    @Argument(help: "Accepted and not used.") var timeout: String?
    @OptionGroup var options: Options

    func run() {
        options.ask(.clientStatus(NodeName(node), client: client))
    }
}

struct RscStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rscstatus", abstract: "Tells which groups this node holds: none, local, foreign or all.")
    @OptionGroup var options: Options

    func run() {
        options.ask(.resourceStatus)
    }
}

struct HbParameter: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hbparameter", abstract: "Tells the value of a directive of ha.cf.", aliases: ["parameter"])
    @Option(name: .customShort("p"), help: "Name of the directive.") var name: String
    @OptionGroup var options: Options

    func run() {
        options.ask(.parameter(name))
    }
}

struct Groups: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups",
        abstract: "Lists the resource groups: name, preferred node, state on this node. (Not in the original.)",
        discussion: """
            States: stopped, acquiring, running, releasing; withheld (this node's to run, but not stopped on the other one \
            yet, or the files differ), failed (could not be started here) and stopFailed (would not stop here), with \
            which the exit status is 1. rscstatus tells what is held, as the original does, not what runs.
            """)
    @OptionGroup var options: Options

    func run() {
        options.ask(.groups)
    }
}

struct Network: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network",
        abstract: "Lists the interfaces and paths that are watched: name, kind, state. (Not in the original.)",
        discussion: """
            States: good, doubtful, lost; with a lost one that counts the exit status is 1. The last line is what the other \
            node tells of its own.
            """)
    @OptionGroup var options: Options

    func run() {
        options.ask(.network)
    }
}

struct Lines: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lines",
        abstract: "Lists the lines of ha.cf and the line that each class of traffic is on. (Not in the original.)",
        discussion: """
            line NAME up|doubtful|down|returning INTERFACE ADDRESS GATEWAY, how many of its probes are good, how many there are
            class NAME LINE TIER served|stranded

            When a line is down, or none of a class's lines is up, the exit status is 1.
            """)
    @OptionGroup var options: Options

    func run() {
        options.ask(.lines)
    }
}

struct Files: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "files",
        abstract:
            "Lists the files that must be the same on both nodes: path, state, hash here, hash there. (Not in the "
            + "original.)",
        discussion: """
            States: same, pending (being read), unknown (one of the nodes cannot read it, or the other one is not there); \
            different, onlyHere and onlyThere (only one of the nodes lists it), with which the exit status is 1. A hash is what \
            sha256sum prints first, eight digits of it.
            """)
    @OptionGroup var options: Options

    func run() {
        options.ask(.files)
    }
}

struct Timeline: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline",
        abstract: "Tells where the time of each group's last movement went. (Not in the original.)",
        discussion: """
            One line for each group that has moved to or from this node since the daemon started: detected, decided, each \
            resource, announced, running, in milliseconds. The lines are those of the log (group-timeline); exit status 1 \
            when nothing has moved.
            """)
    @OptionGroup var options: Options

    func run() {
        options.ask(.timeline)
    }
}

struct Snapshot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Tells everything, one fact a line, for programs. (Not in the original.)")
    @OptionGroup var options: Options

    func run() {
        options.ask(.snapshot)
    }
}
