// A site whose machines have booted, and its clients, which ask all along: what every play on it begins and ends with.

import Glibc
import HeartbeatLab

/// Machines, and a probe for each client of the site's flows. Use it from one thread, and `close` it whatever happens.
final class BootedSite {
    let site: GatewaySite
    let laboratory: MachineLaboratory
    private var probes: [ClientProbe] = []

    /// Boots the machines.
    /// - Parameters:
    ///   - ours: a directory that this daemon has been installed into.
    ///   - scripts: the directory of the shipped resource scripts.
    init(_ site: GatewaySite, image: MachineImage, ours: String, scripts: String) throws {
        self.site = site
        let payload = try Payload(in: "/tmp/\(MachineLaboratory.prefix)\(getpid())-payload")
        defer { Files.remove(payload.directory) }
        try site.write(payload, ours: ours, scripts: scripts)
        laboratory = try Self.boot(site, image, payload)
        do {
            probes = try site.flows.enumerated().map(probe)
        } catch {
            close()
            throw error
        }
    }

    /// Machines that cannot be had are no result of a scene.
    private static func boot(_ site: GatewaySite, _ image: MachineImage, _ payload: Payload) throws -> MachineLaboratory
    {
        do {
            let laboratory = try MachineLaboratory(site.plan, image: image, payload: payload.directory)
            do {
                try laboratory.powerOn(laboratory.machines)
                return laboratory
            } catch {
                laboratory.close()
                throw error
            }
        } catch LabError.interrupted {
            throw LabError.interrupted
        } catch {
            throw LabError.missing("the machines do not boot: \(error)")
        }
    }

    /// The first probe asks for the owner of the service's address as well.
    private func probe(_ number: Int, _ flows: Flows) throws -> ClientProbe {
        var manner = ClientProbe.Manner()
        manner.stations = gateways.map { $0.hardware.hardwareAddress(0) }
        return try ClientProbe(
            (number == 0 ? [site.service] : []) + flows.hosts, from: laboratory.clients[flows.client],
            every: site.tick * (number == 0 ? 1 : 4), manner: manner)
    }

    /// The machines to which things happen.
    var gateways: [Machine] { Array(laboratory.machines.prefix(site.gatewayCount)) }

    func close() {
        for probe in probes { probe.close() }
        laboratory.close()
    }

    // MARK: - What clients see

    /// Whether every client has been served by this gateway alone for all of the last `span`.
    func isServed(by machine: Machine, for span: Duration) -> Bool {
        probes.allSatisfy { $0.isServed(by: machine.hardware.hardwareAddress(0), or: otherWays, for: span) }
    }

    /// Whether the client next to the service's address is served by this gateway.
    func isServed(by machine: Machine) -> Bool {
        probes[0].isServed(by: machine.hardware.hardwareAddress(0), or: otherWays, for: .milliseconds(500))
    }

    private var otherWays: Set<HardwareAddress> {
        site.hasSeveralWays ? Set(gateways.map { $0.hardware.hardwareAddress(0) }) : []
    }

    /// How long several gateways answered for the service's address.
    func doubleOwnership(from start: Moment, to end: Moment) throws -> Duration {
        try probes[0].record().byAddress()[0].figures(from: start, to: end).doubleOwnership
    }

    /// The longest time in which a client did not reach a host.
    func outage(from start: Moment, to end: Moment) throws -> Duration {
        let outages = try probes.enumerated().flatMap { number, probe in
            try probe.record().byAddress().dropFirst(number == 0 ? 1 : 0).map {
                $0.figures(from: start, to: end).outage
            }
        }
        return outages.max() ?? .zero
    }

    // MARK: - What machines say

    /// What a line of shell says on each machine; of a machine that does not answer, that it does not.
    func words(of line: String) -> String {
        laboratory.machines.map { machine in
            do {
                return "--- \(machine.name)\n\(try machine.run(line).output)\n"
            } catch {
                return "--- \(machine.name): \(error)\n"
            }
        }.joined()
    }
}
