// Where the owner's programs for the procedures are, and what they are told.

import Glibc
import HeartbeatModel
import HeartbeatScripts

/// The programs of one service: those of its own directory first, then those for all services.
package struct GatewayHooks {
    private let service: String
    private let directory: String
    /// What the programs, and the scripts of the service, are told.
    package let variables: [(String, String)]

    package init(_ configuration: GatewayConfiguration, local: GatewayHost, directory: String) {
        service = configuration.name
        self.directory = directory
        var variables = [
            ("HA_GATEWAY", configuration.name), ("HA_NODE", local.name.text), ("HA_PRIORITY", "\(local.priority)"),
        ]
        for side in GatewaySide.allCases {
            let prefix = "HA_\(side.rawValue.uppercased())"
            let leg = configuration.leg(on: side)
            variables += [
                ("\(prefix)_INTERFACE", leg.interface), ("\(prefix)_OWN", "\(local.address(on: side))"),
                ("\(prefix)_ROVING", leg.roving.text + (leg.roving.prefixLength.map { "/\($0)" } ?? "")),
            ]
        }
        if let router = configuration.nextHop { variables.append(("HA_NEXT_HOP", "\(router)")) }
        self.variables = variables
    }

    /// The program that stands in place of what is built in; also one that may not be executed, which is a mistake to be told.
    package func path(of procedure: GatewayProcedure) -> String? {
        Self.path(of: procedure, service: service, in: directory)
    }

    package static func path(of procedure: GatewayProcedure, service: String, in directory: String) -> String? {
        path(named: procedure.rawValue, service: service, in: directory)
    }

    private static func path(named name: String, service: String, in directory: String) -> String? {
        ["\(directory)/\(service)", directory].map { "\($0)/\(name)" }.first { access($0, F_OK) == 0 }
    }

    /// The program that says how this host is.
    package var health: String? {
        Self.path(named: GatewayConfiguration.healthProgram, service: service, in: directory)
    }

    /// What the owner has put there for this service, with what each is for.
    package var programs: [(name: String, path: String)] {
        let procedures = GatewayProcedure.allCases.compactMap { procedure in
            path(of: procedure).map { (procedure.rawValue, $0) }
        }
        return procedures + (health.map { [(GatewayConfiguration.healthProgram, $0)] } ?? [])
    }

    package func environment(of procedure: GatewayProcedure) -> [(String, String)] {
        environment(named: procedure.rawValue)
    }

    package func environment(named name: String) -> [(String, String)] {
        [("PATH", standardSearchPath), ("HA_PROCEDURE", name)] + variables
    }
}
