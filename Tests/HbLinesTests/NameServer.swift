// A name server in the core of a laboratory, BIND's, that takes updates with a key.

import Glibc
import HeartbeatLab

/// One named.
struct NameServer {
    static let address = "192.0.2.53"
    /// Its path; `nil` where there is none. The build brings one that is not installed, for an installed one would be started.
    static let program = [repository + "/.build/named/usr/sbin/named", "/usr/sbin/named"]
        .first(where: Files.isExecutable)
    static let canUpdate = ["nsupdate", "dig"].allSatisfy { Files.isExecutable("/usr/bin/\($0)") }

    /// File with the key of updates.
    let key: String
    private let lab: TwoLines
    private let child: ChildProcess

    init(in lab: TwoLines) throws {
        self.lab = lab
        let directory = "\(lab.directory)/named"
        try Files.makeDirectory(directory)
        key = "\(directory)/update.key"
        try Files.write(
            """
            key "line" { algorithm hmac-sha256; secret "c3dpZnQtaGVhcnRiZWF0LXRlc3Qta2V5LTAxMjM0NTY="; };

            """, to: key, mode: 0o600)
        try Files.write(
            """
            $TTL 60
            @ IN SOA ns hostmaster 1 3600 600 86400 60
              IN NS ns
            ns IN A \(Self.address)
            www IN CNAME gw

            """, to: "\(directory)/zone")
        try Files.write(
            """
            include "\(key)";
            options {
                directory "\(directory)"; pid-file none; session-keyfile none; managed-keys-directory "\(directory)";
                listen-on { \(Self.address); }; listen-on-v6 { none; }; recursion no; dnssec-validation no;
            };
            controls { };
            zone "example.com" { type primary; file "zone"; allow-update { key "line"; }; };

            """, to: "\(directory)/named.conf")
        try lab.configure(.core, ["address add \(Self.address)/32 dev lo"])
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        child = try ChildProcess(
            lab.inside(.core) + [Self.program ?? "named", "-f", "-n", "1", "-c", "\(directory)/named.conf"],
            standardInput: null, standardOutput: null)
        guard try Interruption.wait(atMost: .seconds(20), until: { address(of: "ns.example.com") != nil }) else {
            end()
            throw LinesScene.Failure(description: "named does not answer")
        }
    }

    func end() {
        kill(child.pid, SIGKILL)
        _ = child.wait(atMost: .seconds(5))
    }

    /// What a name stands for.
    func address(of name: String) -> String? {
        lab.attempt(.core, ["dig", "+short", "+time=1", "+tries=1", "@\(Self.address)", name, "A"])
            .split(separator: "\n").first { !$0.hasPrefix(";") }.map(String.init)
    }
}
