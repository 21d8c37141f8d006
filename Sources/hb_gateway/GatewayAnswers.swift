// What a person asks of hb_gateway who wants nothing to happen.

import Glibc
import HeartbeatConfig
import HeartbeatGatewayKeeper
import HeartbeatModel
import HeartbeatSystem

/// Answers on standard output, complaints on standard error.
struct GatewayAnswers {
    private let files: GatewayFiles

    init(_ files: GatewayFiles) {
        self.files = files
    }

    /// Returns the exit code.
    func check() -> Int32 {
        let result = files.read()
        for diagnostic in result.diagnostics { Descriptors.writeLine("\(diagnostic)", to: STDERR_FILENO) }
        guard let gateways = result.gateways else { return 6 }
        let problems = files.problems(with: gateways)
        for problem in problems { Descriptors.writeLine(problem, to: STDERR_FILENO) }
        for (gateway, local) in files.own(gateways) {
            for line in gateway.times { Descriptors.writeLine("\(gateway.name): \(line)", to: STDOUT_FILENO) }
            let hooks = GatewayHooks(gateway, local: local, directory: files.hooks)
            for procedure in GatewayProcedure.allCases {
                let program = hooks.path(of: procedure) ?? "built in"
                Descriptors.writeLine(
                    "\(gateway.name): \(procedure.rawValue) within \(gateway.timeout(of: procedure).decimalSeconds) s: \(program)",
                    to: STDOUT_FILENO)
            }
            if let program = hooks.health {
                Descriptors.writeLine(
                    "\(gateway.name): \(GatewayConfiguration.healthProgram) within "
                        + "\(gateway.healthTimeout.decimalSeconds) s: \(program)", to: STDOUT_FILENO)
            }
        }
        return problems.isEmpty ? 0 : 6
    }

    func show(_ status: StatusFile) -> Int32 {
        guard let text = status.read() else {
            Descriptors.writeLine("hb_gateway does not run (\(status.path) is missing or old)", to: STDERR_FILENO)
            return 1
        }
        Descriptors.writeLine(String(text.dropLast()), to: STDOUT_FILENO)
        return 0
    }
}
