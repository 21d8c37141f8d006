// keepalived as an operator of three gateways writes it: an instance of VRRP on each side, both in a sync group, so that they move
// together, and the check of the service as a tracking script. All times are the defaults. An instance watches its interface without
// being told, and what one of them sees both do.

import Glibc
import HeartbeatLab
import HeartbeatModel

/// Debian's keepalived. All uplinks are up all the time: VRRP is spoken on both sides.
final class HostsKeepalived: HostsPeer {
    static let name = "keepalived"
    /// advert_int; and three of them with (256 − priority)/256 of a fourth (RFC 3768), for the third host.
    static let times = (keepalive: Duration.seconds(1), deadtime: Duration.milliseconds(3609))
    /// It serves after three seconds, and five seconds later announces the addresses once more, which would repair what a fault has
    /// broken.
    static let rest = Duration.seconds(10)

    static let daemon = Requirement("/usr/sbin/keepalived", package: "keepalived")
    private static let network = GatewayNetwork.first
    private static let priorities = [200, 150, 100, 75, 50]
    private let script: String
    private var children: [Int: ChildProcess] = [:]

    init(in laboratory: GatewayHosts) throws {
        let script = GatewayService(hosts: []).script
        self.script = script
        for host in laboratory.hosts {
            try host.install(script)
            let text = Self.configuration(ofHost: host.number, check: Self.path(of: script, on: host))
            try Files.write(text, to: Self.file(of: host))
        }
    }

    private static func path(of script: String, on host: LabHost) -> String {
        "\(host.configDirectory)/resource.d/\(script)"
    }

    private static func file(of host: LabHost) -> String { "\(host.configDirectory)/keepalived.conf" }

    /// keepalived.conf of one host.
    static func configuration(ofHost number: Int, check: String) -> String {
        """
        global_defs {
            router_id \(GatewayPlace.host(number).name)
            script_user root
            enable_script_security
        }
        vrrp_script service {
            script "\(check) status"
        }
        vrrp_sync_group gateway {
            group {
                down
                up
            }
            track_script {
                service
            }
        }

        """ + GatewaySide.allCases.map { instance(on: $0, ofHost: number) }.joined()
    }

    private static func instance(on side: GatewaySide, ofHost number: Int) -> String {
        """
        vrrp_instance \(side.rawValue) {
            state \(number == 0 ? "MASTER" : "BACKUP")
            interface \(network.interface(on: side))
            virtual_router_id \(side == .down ? 51 : 52)
            priority \(priorities[number])
            virtual_ipaddress {
                \(network.roving(on: side))/\(network.length(on: side))
            }
        }

        """
    }

    func start(_ host: LabHost) throws {
        let network = Self.network
        try host.namespace.configure([
            "link set \(network.uplink) up",
            "address add \(network.own(ofHost: host.number, on: .up))/\(network.length(on: .up)) dev \(network.uplink)",
            "route add default via \(network.nextHop)",
        ])
        let service = try host.run([Self.path(of: script, on: host), "start"])
        guard service.code == 0 else { throw LabError.command(words: [script, "start"], output: service.output) }
        children[host.number] = try host.start([
            Self.daemon.program, "--vrrp", "--dont-fork", "--log-console", "--use-file", Self.file(of: host), "--pid",
            "\(host.directory)/keepalived.pid", "--vrrp_pid", "\(host.directory)/vrrp.pid",
        ])
    }

    func isReady(_ host: LabHost, owner: LabHost) -> Bool { true }

    func stop(_ host: LabHost) throws {
        guard let child = children[host.number], host.end(child, SIGTERM) != nil else {
            throw LabError.notReached("keepalived does not end on \(host.name)")
        }
    }

    func killWorker(_ host: LabHost) throws {
        guard let worker = children[host.number].flatMap(host.worker), kill(worker, SIGKILL) == 0 else {
            throw LabError.notReached("keepalived does not run on \(host.name)")
        }
    }

    func diagnosis(_ host: LabHost) -> String { host.diagnosis }
}
