// Asks the hosts of one ping node for an echo and reports who answers. A reply counts only if it is one of ours: from a host
// that was asked, with our identifier, a sequence still remembered, and the very payload sent under it. It refuses to judge
// what silence means: an unreachable host is nothing but silent.

import Glibc
import HeartbeatFormats
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// The echo requests of one ping node; a group asks all its hosts.
package final class PingProbe {
    package let node: PingNode
    /// The payload that came back, and the host, as written in ha.cf, that returned it.
    package var onReply: (_ payload: [UInt8], _ host: String) -> Void = { _, _ in }
    /// `failed` when there is no socket or no host has an address; requests that get no answer are no event.
    package var onEvent: (MediumEvent) -> Void = { _ in }

    private let reactor: Reactor
    private let identifier: UInt16
    private let retryDelay: Duration
    private var socket: PingSocket?
    private var receiver: DatagramReceiver?
    private var addresses: [String: IPAddress] = [:]
    private var outstanding: [IcmpEcho] = []
    private var sequence: UInt16 = 0
    private var isStarted = false
    private var outage = Outage()

    /// How many requests back an answer is still accepted.
    private static let memory = 16

    /// `identifier` tells the probes of one daemon apart; give each its own, e.g. the process id plus its index.
    package init(_ node: PingNode, identifier: UInt16, reactor: Reactor, retryDelay: Duration = .seconds(1)) {
        self.node = node
        self.identifier = identifier
        self.reactor = reactor
        self.retryDelay = retryDelay
    }

    /// Opens the socket and looks up the hosts; what fails is tried again until `close`.
    package func open() {
        guard !isStarted else { return }
        isStarted = true
        openSocket()
        node.hosts.forEach(lookUp)
    }

    package func close() {
        isStarted = false
        outage.giveUp()
        closeSocket()
    }

    /// Sends one request with `payload` to every host.
    package func probe(_ payload: [UInt8]) {
        guard let socket else { return }
        sequence &+= 1
        let echo = IcmpEcho(identifier: identifier, sequence: sequence, payload: payload)
        outstanding.append(echo)
        if outstanding.count > Self.memory { outstanding.removeFirst() }
        let packet = echo.request(isIPv6: node.isIPv6)
        for host in node.hosts {
            guard let address = addresses[host] else { continue }
            // A request that cannot leave is as good as one that is not answered, and the next one follows soon.
            _ = socket.descriptor.send(packet, to: SocketEndpoint(address, port: 0))
        }
    }

    private var object: String { "ping node \(node.name.text)" }

    private func openSocket() {
        do throws(SystemError) {
            let socket = try PingSocket(isIPv6: node.isIPv6, for: object)
            let receiver = try DatagramReceiver(socket.descriptor, reactor: reactor)
            receiver.onDatagram = { [weak self] in self?.received($0, from: $1) }
            receiver.onBroken = { [weak self] in self?.broke($0) }
            self.socket = socket
            self.receiver = receiver
            recoverIfComplete()
        } catch {
            complain(error)
            retrySocket()
        }
    }

    private func broke(_ code: Int32) {
        closeSocket()
        complain(SystemError(.receive, object, code: code))
        retrySocket()
    }

    private func closeSocket() {
        receiver?.close()
        receiver = nil
        socket = nil
    }

    private func retrySocket() {
        guard isStarted else { return }
        outage.tryAgain(on: reactor, after: retryDelay) { [weak self] in self?.openSocket() }
    }

    private func lookUp(_ host: String) {
        guard isStarted else { return }
        NameLookup.address(of: host, isIPv6: node.isIPv6, on: reactor.eventLoop) { [weak self] answer in
            self?.lookedUp(host, answer)
        }
    }

    private func lookedUp(_ host: String, _ answer: Result<IPAddress, SystemError>) {
        guard isStarted else { return }
        switch answer {
        case .success(let address):
            addresses[host] = address
            recoverIfComplete()
        case .failure(let error):
            complain(error)
            reactor.after(retryDelay) { [weak self] in self?.lookUp(host) }
        }
    }

    private func received(_ datagram: [UInt8], from source: SocketEndpoint) {
        guard let socket, let reply = socket.reply(in: datagram), let address = source.address,
            let host = node.hosts.first(where: { addresses[$0] == address }),
            outstanding.contains(where: { reply.isReply(to: $0, overRawSocket: socket.isRaw) })
        else { return }
        onReply(reply.payload, host)
    }

    private func recoverIfComplete() {
        guard outage.isOn, socket != nil, node.hosts.allSatisfy({ addresses[$0] != nil }) else { return }
        outage.end()
        onEvent(.recovered)
    }

    private func complain(_ error: SystemError) {
        if outage.begin() { onEvent(.failed(error)) }
    }
}
