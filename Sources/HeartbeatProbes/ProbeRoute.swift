// The way a question takes (`dev=`, `source=`, `mark=`), put on a socket.

import Glibc
import HeartbeatModel
import HeartbeatSystem

struct ProbeRoute {
    let device: String?
    let source: IPAddress?
    let mark: UInt32?

    /// Puts the way on a fresh socket, which may be connected afterwards. Fails when there is no such device or source here.
    func prepare(_ socket: OwnedDescriptor) throws(SystemError) {
        if let device { try socket.bind(toInterface: device) }
        if let mark { try socket.set(SOL_SOCKET, SO_MARK, to: mark, for: "mark \(mark)") }
        if let source {
            let endpoint = SocketEndpoint(source, port: 0, scope: try scope())
            try socket.bind(to: endpoint, for: "source address \(source)")
        }
    }

    /// Where a question to this address goes.
    func endpoint(_ address: IPAddress, port: UInt16) throws(SystemError) -> SocketEndpoint {
        SocketEndpoint(address, port: port, scope: try scope())
    }

    /// The index of the device; 0 for none.
    func scope() throws(SystemError) -> UInt32 {
        guard let device else { return 0 }
        return try InterfaceQuery.index(of: device)
    }

    /// The address a question to `address` would leave with.
    func ownAddress(toward address: IPAddress) throws(SystemError) -> IPAddress {
        if let source { return source }
        let object = "\(address)"
        let socket = try OwnedDescriptor.socket(family: address.family, for: object)
        try prepare(socket)
        // Sends nothing: the kernel only chooses.
        try socket.connect(to: try endpoint(address, port: 9), for: object)
        var own = SocketEndpoint()
        try check(own.fill { getsockname(socket.number, $0, $1) }, .findAddress, object)
        guard let found = own.address else { throw SystemError(.findAddress, object, code: EADDRNOTAVAIL) }
        return found
    }
}

extension PathAnswer {
    /// What it means that a question could not be asked: that there is no way, or that this node could not even try.
    package init(_ error: SystemError) {
        guard error.operation != .resolve else {
            self = .unknown("\(error)")
            return
        }
        switch error.code {
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, ECONNREFUSED, ECONNRESET, ECONNABORTED, ETIMEDOUT, EPIPE,
            EPROTO, ENOPROTOOPT, EMSGSIZE:
            self = .failed("\(error)")
        default:
            self = .unknown("\(error)")
        }
    }
}
