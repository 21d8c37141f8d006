// What the kernels have to say, this machine's own and the other one's, apart from messages.

import HeartbeatModel

/// One thing that a kernel did or answered, as the shell reports it by `Event.kernel`.
public enum KernelEvent: Hashable, Sendable {
    /// Whether the kernel answers for service addresses only while it is told to; if so, it answers for none now. Told before
    /// anything else, and when it changes.
    case leaseSupported(Bool)
    /// Until then the kernel answers for service addresses; the answer to `Effect.holdLease`.
    case leaseStored(until: Instant)
    /// The machine stood still for so long of the kernel's clock, which this node's own clock has not seen: it was suspended.
    case stoodStill(Duration)
    /// This machine's own addresses and its gateways, at first and when they have changed.
    case standsOn(NetworkGround)
    /// A kernel has answered one of the questions of `Effect.askKernels`, as this station (six bytes) if it has told one.
    case answered(KernelQuestion, by: [UInt8]?)
}

/// A question whether the kernel that has this address is there, on one of this machine's interfaces.
public struct KernelQuestion: Hashable, Codable, Sendable {
    public var interface: String
    public var address: IPAddress

    public init(_ address: IPAddress, on interface: String) {
        self.interface = interface
        self.address = address
    }
}

/// The networks that a machine stands on, as far as its interfaces tell.
public struct NetworkGround: Hashable, Codable, Sendable {
    /// An address of this machine's own, with the bits of its network.
    public struct Own: Hashable, Codable, Sendable {
        public var interface: String
        public var address: IPAddress
        public var bits: Int

        public init(interface: String, address: IPAddress, bits: Int) {
            self.interface = interface
            self.address = address
            self.bits = bits
        }
    }

    /// Without service addresses, or with them; they count as nobody's own.
    public var addresses: [Own]
    /// Next hops of routes.
    public var gateways: [IPAddress]

    public init(addresses: [Own] = [], gateways: [IPAddress] = []) {
        self.addresses = addresses
        self.gateways = gateways
    }
}
