// The files that the command line names, and what this host answers to those who read them.

import Glibc
import HeartbeatAddresses
import HeartbeatConfig
import HeartbeatGateway
import HeartbeatGatewayKeeper
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem

/// What a run works with.
struct GatewayFiles {
    let file: String
    let hooks: String
    let state: String
    let localNode: NodeName
    private let authkeys: String

    private static let longestFile = 1 << 20

    init(_ words: HbGateway) {
        file = words.file
        let directory = Directories.directory(of: words.file)
        hooks = words.hooks ?? "\(directory)/gateway.d"
        authkeys = words.authkeys ?? "\(directory)/authkeys"
        state = words.state
        localNode = NodeName(words.name ?? Machine.name)
    }

    /// The service's scripts are looked for beside the file first.
    var scripts: ResourceScripts {
        var paths = ScriptPaths()
        paths.configuration = Directories.directory(of: file)
        return ResourceScripts(paths: paths)
    }

    /// Reads and checks.
    func read() -> GatewaysResult {
        readGateways(
            .read(file, atMost: Self.longestFile), authkeys: .read(authkeys, atMost: Self.longestFile),
            authkeysMode: SourceFile.mode(of: authkeys),
            localNode: localNode, host: hostFacts)
    }

    /// The services that this host takes part in.
    func own(_ gateways: [GatewayConfiguration]) -> [(configuration: GatewayConfiguration, local: GatewayHost)] {
        gateways.compactMap { gateway in
            gateway.hosts.first { $0.name == localNode }.map { (gateway, $0) }
        }
    }

    /// Programs of the owner that stand in place of procedures and would not be run, each with its remedy.
    func problems(with gateways: [GatewayConfiguration]) -> [String] {
        own(gateways).flatMap { gateway, local in
            let hooks = GatewayHooks(gateway, local: local, directory: hooks)
            return hooks.programs.compactMap { name, path -> String? in
                guard access(path, X_OK) == 0 else {
                    return "\(path): stands in place of \(name) and is not executable; chmod 755 \(path), or remove it"
                }
                return TrustedPath.refusal(of: path).map { "\(path): stands in place of \(name): \($0)" }
            }
        }
    }

    private var hostFacts: HostFacts {
        let (scripts, hooks) = (scripts, hooks)
        var facts = HostFacts()
        facts.hasInterface = { if_nametoindex($0) != 0 }
        facts.hasAddress = { AddressSurvey.now().has($0, on: $1) }
        facts.findScript = { scripts.search($0) }
        facts.hasGatewayHook = { service, procedure in
            GatewayHooks.path(of: procedure, service: service, in: hooks) != nil
        }
        return facts
    }
}
