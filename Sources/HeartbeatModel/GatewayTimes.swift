// How long a gateway service is away, as it follows from the times that are configured. What scripts and links take comes on top.

extension GatewayConfiguration {
    /// From the death of the host in service until the first backup has the service to itself.
    public var longestTakeover: Duration {
        serviceCheck + timeout(of: .remoteSvcCheck) + timeout(of: .downlinkCheck) + hearTimeout
            + timeout(of: .uplinkCheck) + hearTimeout
    }

    /// From a fault of the host in service until it gives the service away.
    public var longestFault: Duration { selfCheck + longestCheck }

    /// Sentences for a person.
    public var times: [String] {
        [
            "a host that dies is replaced within \(longestTakeover.decimalSeconds) s, and what activating takes",
            "a host that is not well gives the service away within \(longestFault.decimalSeconds) s",
            "a host that was not fit begins anew after \(returnAfter.decimalSeconds) s",
        ]
    }
}
