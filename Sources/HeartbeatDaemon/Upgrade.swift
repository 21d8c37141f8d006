// An order to become another program: that program is asked first whether it could go on from here, then a moment is waited for in which
// nothing is under way, then it takes the place of this one. What cannot be done is said, and costs nothing.

import Glibc
import HeartbeatConfig
import HeartbeatControl
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// The upgrades of one daemon; one at a time.
final class Upgrade {
    /// So long a moment of rest is waited for.
    private static let patience = Duration.seconds(30)
    private static let look = Duration.milliseconds(5)
    static let instead =
        "to take the new program anyway restart the service (systemctl restart heartbeat): the other node takes over meanwhile"

    private struct Order {
        var token: String
        /// The program as it looked before it was asked.
        var program: FileLook?
        /// Of the wait for rest.
        var end: Instant
        var reply: (ControlReply) -> Void
    }

    private unowned let daemon: Daemon
    private var isBusy = false

    init(_ daemon: Daemon) {
        self.daemon = daemon
    }

    /// `reply` is called only when nothing comes of it.
    func order(_ token: String, reply: @escaping (ControlReply) -> Void) {
        guard let shell = daemon.shell else { return }
        guard !isBusy else { return refuse("another upgrade has been ordered", reply) }
        let trial: OwnedDescriptor
        do {
            trial = try state(of: shell, token, HandOver(isTrial: true))
        } catch {
            return refuse("\(error)", reply)
        }
        isBusy = true
        let (path, number) = (ProgramPlace.path, trial.number)
        BackgroundWork.run(
            on: shell.reactor, { (program: FileLook(path), obstacle: ProgramTrial.run(path, state: number)) },
            completion: { [weak self] found in
                trial.close()
                guard let self else { return }
                if let obstacle = found.obstacle {
                    return refuse("\(path) cannot go on from here: \(obstacle)", reply)
                }
                let end = shell.reactor.now + Self.patience
                wait(shell, Order(token: token, program: found.program, end: end, reply: reply))
            })
    }

    private func wait(_ shell: NodeShell, _ order: Order) {
        guard let obstacle = obstacle(shell) else { return replace(shell, order) }
        guard shell.reactor.now < order.end else {
            return refuse("\(obstacle), for \(Self.patience.components.seconds) s by now", order.reply)
        }
        shell.reactor.after(Self.look) { [weak self] in self?.wait(shell, order) }
    }

    private func obstacle(_ shell: NodeShell) -> String? {
        if daemon.isReading { return "the files are being read again" }
        if let obstacle = shell.obstacleToReplacement { return obstacle }
        if !HandOver.isHeldUp { daemon.log.flush(atMost: .milliseconds(100)) }
        return HandOver.isHeldUp ? "a disk does not answer" : nil
    }

    /// Returns only when it did not work.
    private func replace(_ shell: NodeShell, _ order: Order) {
        guard FileLook(ProgramPlace.path) == order.program else {
            return refuse("\(ProgramPlace.path) was replaced after it had been asked: try again", order.reply)
        }
        let next = HandOver()
        do {
            let file = try state(of: shell, order.token, next)
            let number = try next.keep(file.number)
            next.closeTheRest()
            let environment = ChildProcess.ownEnvironment.filter { $0.0 != InheritedState.variable }
            let error = HandOver.become(
                ProgramPlace.path, arguments: CommandLine.arguments,
                environment: environment + [(InheritedState.variable, "\(number)")])
            refuse("\(error)", order.reply)
        } catch {
            refuse("\(error)", order.reply)
        }
        next.giveUp()
    }

    private func state(of shell: NodeShell, _ token: String, _ next: HandOver) throws -> OwnedDescriptor {
        let place = KeptPlace(
            token: token, haCfWritten: daemon.haCfWritten, pidFile: try next.keep(daemon.pidFileDescriptor),
            watchdog: try daemon.watchdog?.handOver(to: next),
            controlSocket: try daemon.controlSocket.map { try next.keep($0.number) })
        let node = try shell.handOver(to: next, place)
        return try MemoryFile.make("heartbeat-state", StateFormat.file(of: node))
    }

    private func refuse(_ reason: String, _ reply: (ControlReply) -> Void) {
        isBusy = false
        let text = "Not upgraded: \(reason). heartbeat \(Version.own) goes on as before; \(Self.instead)"
        daemon.shell?.facts.tell(.upgradeRefused, text)
        reply(ControlReply(exitCode: ControlExit.failure, errors: [text]))
    }
}
