// What can happen to two nodes, one thing at a time, and how much of it may still happen.

import HeartbeatModel

/// What may still happen of each kind that is not the protocol's own.
package struct Budget: Hashable, Sendable {
    /// Machines that lose their power.
    package var deaths = 0
    /// Daemons that die while what they run goes on.
    package var crashes = 0
    /// Machines that are switched on, or daemons that are started again.
    package var boots = 0
    /// Times that the nodes cannot hear each other.
    package var cuts = 0
    /// Times that one node does not hear the other.
    package var deafness = 0
    /// Messages that do not arrive before they are asked for again.
    package var losses = 0
    /// Messages that arrive once more.
    package var repeats = 0
    /// Starts that fail.
    package var failures = 0
    /// Resources that stop running by themselves. What cannot be put back is tried again by a timer of its own, which is never
    /// due here: not together with starts that fail.
    package var lapses = 0
    /// Times that a node is given the other one's files.
    package var corrections = 0
    /// Timers that are due although something else is under way.
    package var timeouts = 0
    /// What operators ask for, each once, of either node.
    package var requests: [OperatorRequest] = []

    package init(
        deaths: Int = 0, crashes: Int = 0, boots: Int = 0, cuts: Int = 0, deafness: Int = 0, losses: Int = 0,
        repeats: Int = 0, failures: Int = 0, lapses: Int = 0, corrections: Int = 0, timeouts: Int = 0,
        requests: [OperatorRequest] = []
    ) {
        self.deaths = deaths
        self.crashes = crashes
        self.boots = boots
        self.cuts = cuts
        self.deafness = deafness
        self.losses = losses
        self.repeats = repeats
        self.failures = failures
        self.lapses = lapses
        self.corrections = corrections
        self.timeouts = timeouts
        self.requests = requests
    }
}

/// One thing that can happen next.
enum Step: Hashable {
    /// The letter at this place arrives; `again` if it stays under way.
    case deliver(Int, again: Bool)
    case miss(Int)
    /// The script call that has waited longest on a node ends.
    case finish(Int, succeeds: Bool)
    /// A node hears the other one's status.
    case hear(Int)
    /// A node's next timer is due.
    case timeOut(Int)
    /// The other node has been silent for its deadtime.
    case declareDead(Int)
    /// Something happens to a machine.
    case befall(Int, Mishap)
    /// Something happens to what is between the nodes.
    case network(Parting)
    /// Time enough passes for a node to find that the other one does not hear it.
    case speakInVain(Int)
    /// A node is given the other one's haresources.
    case correct(Int)
    case request(Int, OperatorRequest)
}

/// What can happen to a machine.
enum Mishap: Hashable {
    case die
    /// The daemon dies; the script calls under way have done their work or not.
    case crash(isDone: Bool)
    case boot
    /// The group's last resource stops running by itself.
    case lapse(String)
}

/// What can happen to what is between the nodes.
enum Parting: Hashable {
    case cut
    /// A node does not hear the other one any more.
    case deafen(Int)
    case heal
}
