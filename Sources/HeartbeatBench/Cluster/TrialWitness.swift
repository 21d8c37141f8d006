// Who looks at a trial beside the probe, and knows more of it than who answers for an address.

import HeartbeatLab

/// Who looks at a trial beside the probe.
package protocol TrialWitness {
    /// The cluster is in the state that the fault needs.
    func begin(in cluster: BenchCluster) throws
    /// The cluster is at rest again, and nothing is repaired yet. Returns figures and notes for the row.
    func testify(fault: Moment, atRest: Moment) throws -> (figures: [String: Double], notes: [String])
    /// The trial is over, however it went.
    func leave()
}
