// Host names to addresses without stopping the loop: numbers are read on the spot, a name is looked up on a thread of its
// own, because getaddrinfo(3) may wait many seconds for a name server. It refuses to retry: its users know when.

import CLinux
import Glibc
import HeartbeatModel
import HeartbeatSystem
import NIOCore

/// One lookup of one name.
package enum NameLookup {
    /// Answers on the loop: at once for a numeric address, later for a name. The first address of the family counts, or the
    /// first of all for the family `nil`.
    ///
    /// Names of media are looked up when they open and never again once an answer was found: the original resolves once, too,
    /// and a heartbeat path that follows DNS would fail with it.
    package static func address(
        of host: String, isIPv6: Bool?, on loop: any EventLoop,
        _ answer: @escaping (Result<IPAddress, SystemError>) -> Void
    ) {
        if let numeric = IPAddress(droppingZoneOf: host) {
            guard isIPv6 == nil || numeric.isIPv6 == isIPv6 else { return answer(.failure(unsuitable(host))) }
            return answer(.success(numeric))
        }
        let promise = loop.makePromise(of: Result<IPAddress, SystemError>.self)
        promise.futureResult.assumeIsolated().whenSuccess(answer)
        DetachedThread.start { promise.succeed(resolve(host, isIPv6: isIPv6)) }
            .map { code in promise.succeed(.failure(SystemError(.resolve, host, code: code))) }
    }

    private static func unsuitable(_ host: String) -> SystemError {
        SystemError(.resolve, host, code: EAI_ADDRFAMILY_, reason: "an address of the other IP version")
    }

    /// EAI_ADDRFAMILY, which glibc shows only to _GNU_SOURCE.
    private static let EAI_ADDRFAMILY_: Int32 = -9

    private static func resolve(_ host: String, isIPv6: Bool?) -> Result<IPAddress, SystemError> {
        var hints = addrinfo()
        hints.ai_family = isIPv6.map { $0 ? AF_INET6 : AF_INET } ?? AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        defer { if list != nil { freeaddrinfo(list) } }
        guard code == 0, let first = list?.pointee, let raw = first.ai_addr,
            let address = SocketEndpoint(raw, length: first.ai_addrlen).address
        else {
            return .failure(SystemError(.resolve, host, code: code, reason: String(cString: gai_strerror(code))))
        }
        return .success(address)
    }
}
