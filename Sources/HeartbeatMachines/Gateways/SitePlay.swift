// What a run of scenes asks of those who play them.

/// Plays scenes on one site that has booted. Use it from one thread.
protocol SitePlay {
    /// Starts what runs on the machines, and waits until every client reaches everything.
    func start() throws

    /// Plays one scene, and repairs what it has broken.
    func play(_ scene: GatewayScene) throws -> GatewayResult

    /// The ends of logs, and what the kernels have.
    var diagnosis: String { get }
}
