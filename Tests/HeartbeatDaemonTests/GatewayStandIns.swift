// What the shipped resource scripts of a gateway call and a test machine does not have: IPsec, two routing daemons, GRE.
// Each stand-in writes down what was started and stopped and leaves behind what can be looked at – a process, an interface.
// Everything it keeps is in the node's /run and network namespace, so a power cut takes it as it would the real thing.

import Foundation
import HeartbeatLab

/// The stand-ins of one node.
struct GatewayStandIns {
    let node: LabNode
    let record: String

    private var directory: String {
        URL(fileURLWithPath: node.stateDirectory).deletingLastPathComponent().path + "/stand-ins"
    }

    /// As long as this file exists `ipsec start` does not come to an end.
    var hold: String { directory + "/hold" }

    /// Writes them down. Once.
    func prepare() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        for (name, text) in [("ipsec", ipsec), ("zebra", routing), ("bgpd", routing), ("ip", ip)] {
            try Files.write(head + text, to: "\(directory)/\(name)", mode: 0o755)
        }
    }

    /// Puts them where the scripts look, in the booted node's own view of the file system. What is really installed there
    /// is hidden from it.
    func place() throws {
        let script = """
            mkdir /run/sbin && mount --bind /usr/sbin /run/sbin && mount -t tmpfs tmpfs /usr/sbin || exit
            ln -s /run/sbin/* /usr/sbin/ && ln -sf '\(directory)'/* /usr/sbin/ || exit
            for hidden in /usr/lib/frr /usr/lib/quagga /etc/frr; do
                [ ! -d $hidden ] || mount -t tmpfs tmpfs $hidden || exit
            done
            """
        let result = try node.run(["sh", "-c", script])
        guard result.code == 0 else { throw LifeFailure("stand-ins on \(node.name): \(result.output)") }
    }

    /// The process behind a service.
    func pid(of service: String) throws -> String {
        try node.run(["cat", "/run/quagga/\(service).pid"]).output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A service is a process that says itself when it ends, and only if it is asked to.
    private var head: String {
        """
        #!/bin/sh
        name=${0##*/}
        record() { read -r uptime _ </proc/uptime && echo "$uptime \(node.name) $1 $2" >>'\(record)'; }
        is_alive() { read -r pid <"$1" && kill -0 "$pid"; } 2>/dev/null
        begin() { # pid-file
            mkdir -p "${1%/*}" && rm -f "$1" && record "$name" start
            [ $name != ipsec ] || while [ -e '\(hold)' ]; do sleep 0.05; done
            "$0" --serve "$1" </dev/null >/dev/null 2>&1 &
            while [ ! -s "$1" ]; do sleep 0.02; done
        }
        if [ "$1" = --serve ]; then
            trap 'record "$name" stop; exit 0' TERM
            echo $$ >"$2"
            while :; do sleep 1 & wait $!; done
        fi

        """
    }

    private var routing: String {
        """
        [ "$1 $2" = '-d -i' ] || exit 2
        begin "$3"

        """
    }

    private var ipsec: String {
        """
        file=/run/ipsec/starter.pid
        case $1 in
        status) is_alive $file || exit 3 ;;
        start) ! is_alive $file && begin $file ;;
        stop) is_alive $file && kill "$pid" && while is_alive $file; do sleep 0.05; done ;;
        *) exit 2 ;;
        esac

        """
    }

    /// A pair of virtual cables instead of the tunnel; addresses and routes on it are the kernel's.
    private var ip: String {
        """
        case "$1 $2" in
        'tunnel add') record "$3" start && /bin/ip link add "$3" type veth peer name "$3-far" && /bin/ip link set "$3-far" up ;;
        'tunnel change') /bin/ip link show dev "$3" ;;
        'tunnel del') record "$3" stop && /bin/ip link del "$3" ;;
        *) exec /bin/ip "$@" ;;
        esac

        """
    }
}
