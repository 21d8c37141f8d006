// The twelve procedures in the simulated world: what each changes, when, and what a check finds. A check never says yes when the answer is
// no (DSOM 2002: positive-definite); it may say no at any time.

import HeartbeatGateway
import HeartbeatModel

extension GatewayWorld {
    func begin(_ procedure: GatewayProcedure, _ ticket: GatewayTicket, of host: Int) {
        checker.runs(procedure, host, in: self)
        if trace.showsMessages { note(host, "runs \(procedure.rawValue)") }
        switch procedure {
        case .activateUplink: hosts[host].isUplinkUp = true
        case .takeoverDownstream: hosts[host].hasRovingDown = true
        case .takeoverUpstream: hosts[host].hasRovingUp = true
        case .downlinkCheck, .uplinkCheck, .remoteSvcCheck, .localSvcCheck, .deactivateUplink, .activateService,
            .deactivateService, .releaseDownstream, .releaseUpstream:
            break
        }
        hosts[host].running.insert(ticket)
        let longest = hosts[host].configuration.timeout(of: procedure)
        let fate = choices == nil ? drawnFate(of: procedure, longest) : chosenFate(of: procedure, host, longest)
        let life = hosts[host].life
        switch fate {
        case .ends(let time, let isForced):
            queue.insert(
                .ended(host: host, life: life, procedure, ticket, isForced: isForced), at: now + min(time, longest))
        case .stop(let time):
            queue.insert(.stop(host: host, life: life), at: now)
            queue.insert(.ended(host: host, life: life, procedure, ticket, isForced: false), at: now + time)
        case .never: break
        case .powerLoss: queue.insert(.powerLoss(host: host, life: life), at: now)
        }
    }

    /// What becomes of a procedure that was begun. What is forced has failed, whatever it has found.
    private enum Fate {
        case ends(after: Duration, isForced: Bool)
        case never
        case powerLoss
        /// The host is asked to end while it is under way.
        case stop(after: Duration)
    }

    private func drawnFate(of procedure: GatewayProcedure, _ longest: Duration) -> Fate {
        if !gives(procedure), random.chance(plan.hangs) { return .never }
        let time =
            random.chance(plan.slow) ? random.duration(in: .zero...longest) : random.duration(in: plan.usual)
        let isForced = !gives(procedure) && random.chance(checks(procedure) ? plan.lies : plan.fails)
        return .ends(after: time, isForced: isForced)
    }

    private func chosenFate(of procedure: GatewayProcedure, _ host: Int, _ longest: Duration) -> Fate {
        let usual = checks(procedure) && slow.contains(host) ? longest : Duration.milliseconds(100)
        if procedure == .remoteSvcCheck, lying.remove(host) != nil { return .ends(after: usual, isForced: true) }
        switch choices?.procedure(among: gives(procedure) ? 4 : 5) {
        case 1: return .ends(after: longest, isForced: false)
        case 2: return .powerLoss
        case 3: return .stop(after: usual)
        case 4: return .ends(after: usual, isForced: true)
        default: return .ends(after: usual, isForced: false)
        }
    }

    func losePower(_ host: Int, for time: Duration) {
        hosts[host].loseEverything()
        note(host, "loses power")
        queue.insert(.start(host: host, life: hosts[host].life), at: now + time)
    }

    private func checks(_ procedure: GatewayProcedure) -> Bool {
        switch procedure {
        case .downlinkCheck, .uplinkCheck, .remoteSvcCheck, .localSvcCheck: true
        case .activateUplink, .activateService, .takeoverDownstream, .takeoverUpstream, .deactivateUplink,
            .deactivateService, .releaseDownstream, .releaseUpstream:
            false
        }
    }

    /// It gives something away: these succeed, for the paper has no answer to one that does not.
    private func gives(_ procedure: GatewayProcedure) -> Bool {
        switch procedure {
        case .deactivateUplink, .deactivateService, .releaseDownstream, .releaseUpstream: true
        case .downlinkCheck, .uplinkCheck, .remoteSvcCheck, .localSvcCheck, .activateUplink, .activateService,
            .takeoverDownstream, .takeoverUpstream:
            false
        }
    }

    /// What it has come to.
    func finish(_ procedure: GatewayProcedure, of host: Int) -> Bool {
        switch procedure {
        case .downlinkCheck: return segments.isPlugged(host, .down)
        case .uplinkCheck: return hasUplink(host)
        case .remoteSvcCheck: return seesService(host)
        case .localSvcCheck: return hosts[host].isServiceUp && !hosts[host].isServiceBroken
        case .activateUplink: hosts[host].isUplinkReady = true
        case .activateService: hosts[host].isServiceUp = true
        case .takeoverDownstream, .takeoverUpstream: break
        case .releaseDownstream: hosts[host].hasRovingDown = false
        case .releaseUpstream: hosts[host].hasRovingUp = false
        case .deactivateUplink: (hosts[host].isUplinkUp, hosts[host].isUplinkReady) = (false, false)
        case .deactivateService: hosts[host].isServiceUp = false
        }
        return true
    }

    private func hasUplink(_ host: Int) -> Bool {
        hosts[host].isUplinkReady && !hosts[host].hasDeadUplink && segments.isPlugged(host, .up)
    }

    /// As a client does: through whoever has the roving addresses.
    private func seesService(_ host: Int) -> Bool {
        hosts.indices.contains { other in
            let state = hosts[other]
            return other != host && state.hasRovingDown && state.hasRovingUp && state.isServiceUp
                && !state.isServiceBroken && state.stalledUntil <= now && hasUplink(other)
                && segments.reaches(from: host, to: other, .down) && segments.reaches(from: other, to: host, .down)
        }
    }
}
