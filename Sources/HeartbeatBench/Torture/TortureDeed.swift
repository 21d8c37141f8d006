// Each kind of fault as a short list of deeds: what is done to the laboratory, the wait, and the repair. Only values; the deeds
// are carried out by TortureCluster.

import Glibc
import HeartbeatLab

/// One thing a hand in the laboratory does. Nodes by number.
enum TortureDeed: Hashable, Sendable {
    case wait(Duration)
    case powerOff(Int)
    case powerOn(Int)
    /// To all processes of the daemon.
    case signal(Int, Int32)
    /// All its processes, at once; its service manager does what it does then, but for starting it again.
    case killDaemon(Int)
    /// To the daemon's first process, as an operator does it.
    case askToReload(Int)
    /// In order; returns at once.
    case stopDaemon(Int)
    /// Waits for the old one to be gone, but not for ever; one that runs is left alone.
    case startDaemon(Int)
    case standby(Int)
    case plug(Int, Bool)
    case lose([SwitchRule])
    case roughen(Roughness?)
    case pourGarbage(Bool)
    case loadProcessors(Bool)
    /// The worker's script on the node goes wrong in this way.
    case spoil(Int, ScriptFault)
    /// The script is as good as before.
    case mendScript(Int)
    case killService(Int)
    case removeAddress(Int)
    case makeStateReadOnly(Int, Bool)
    case removeGeneration(Int)
}

/// How the script of the first group goes wrong; the raw value is the file that says so.
enum ScriptFault: String, CaseIterable, Hashable, Sendable {
    case startHangs = "start-hangs"
    case startFails = "start-fails"
    case stopFails = "stop-fails"
}

extension TortureFault {
    /// What is done, in order. After the last of them nothing is broken any more, but for what a peer has to mend itself.
    var deeds: [TortureDeed] {
        let node = place.node
        let other = 1 - node
        return switch kind {
        case .powerLoss: [.powerOff(node), .wait(duration), .powerOn(node)]
        case .bothPowerLoss: [.powerOff(0), .powerOff(1), .wait(duration), .powerOn(0), .powerOn(1)]
        case .bothPowerLossStaggered:
            [.powerOff(0), .powerOff(1), .wait(duration), .powerOn(1), .wait(duration), .powerOn(0)]
        case .lostGeneration: [.powerOff(node), .removeGeneration(node), .wait(duration), .powerOn(node)]
        case .lostAnnouncements:
            // The client forgets nobody by itself for as long as this lasts.
            [.lose([.broadcastARPToClient]), .powerOff(node), .wait(.seconds(3)), .lose([])]
                + [.wait(duration), .powerOn(node)]
        case .hangAtStart: takingOver(withScriptThat: .startHangs)
        case .failAtStart: takingOver(withScriptThat: .startFails)
        case .termDuringTakeover:
            [.powerOff(node), .wait(duration), .stopDaemon(other), .startDaemon(other)]
                + [.wait(.seconds(3)), .powerOn(node)]
        case .reloadDuringTakeover:
            [.powerOff(node), .wait(duration), .askToReload(other), .wait(.seconds(3)), .powerOn(node)]
        case .kill: [.killDaemon(node), .wait(duration), .startDaemon(node)]
        case .shortFreeze, .freeze: [.signal(node, SIGSTOP), .wait(duration), .signal(node, SIGCONT)]
        case .stop: [.stopDaemon(node), .wait(duration), .startDaemon(node)]
        case .restart: [.stopDaemon(node), .startDaemon(node)]
        case .standby: [.standby(node), .wait(duration)]
        case .carrierLoss: [.plug(node, false), .wait(duration), .plug(node, true)]
        case .flapping:
            (0..<milliseconds / 500).flatMap { _ in
                [.plug(node, false), .wait(.milliseconds(250)), .plug(node, true), .wait(.milliseconds(250))]
            }
        case .failAtStop:
            [.spoil(node, .stopFails), .stopDaemon(node), .wait(duration), .mendScript(node), .startDaemon(node)]
        case .serviceDeath: [.killService(node), .wait(duration)]
        case .addressRemoved: [.removeAddress(node), .wait(duration)]
        case .readOnlyState:
            [.makeStateReadOnly(node, true), .killDaemon(node), .startDaemon(node), .wait(duration)]
                + [.makeStateReadOnly(node, false), .startDaemon(node)]
        case .garbage: [.pourGarbage(true), .wait(duration), .pourGarbage(false)]
        case .processorHogs: [.loadProcessors(true), .wait(duration), .loadProcessors(false)]
        case .duplication: roughly(.twice)
        case .reordering: roughly(.shuffled(.milliseconds(200)))
        case .delay: roughly(.late(.milliseconds(200)))
        case .cableCut: losing([.to(node: node, .lan), .from(node: node, .lan)])
        case .deafOnLAN: losing([.to(node: node, .lan)])
        case .muteOnLAN: losing([.from(node: node, .lan)])
        case .deaf: losing(Segment.always.map { .to(node: node, $0) })
        case .mute: losing(Segment.always.map { .from(node: node, $0) })
        case .partition: losing(Segment.always.map { .between($0) })
        case .lanPartition: losing([.between(.lan)])
        case .secondLink: losing([.between(.cross)])
        case .loss: losing(Segment.always.map { .some(percent: 30, $0) })
        }
    }

    /// Power loss of the node; the other one's script is spoilt for as long as it is off.
    private func takingOver(withScriptThat fault: ScriptFault) -> [TortureDeed] {
        let other = 1 - place.node
        return [.spoil(other, fault), .powerOff(place.node), .wait(duration), .mendScript(other), .powerOn(place.node)]
    }

    private func roughly(_ roughness: Roughness) -> [TortureDeed] {
        [.roughen(roughness), .wait(duration), .roughen(nil)]
    }

    private func losing(_ rules: [SwitchRule]) -> [TortureDeed] {
        [.lose(rules), .wait(duration), .lose([])]
    }
}
