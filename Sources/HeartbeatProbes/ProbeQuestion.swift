// What a probe's clock knows of a question: that it is asked, may be answered once, and is ended. How it is asked is decided by each
// kind of its own.

import HeartbeatModel

/// One question on its way.
protocol ProbeQuestion: AnyObject {
    /// Asks. `answer` is called when the answer is there, maybe before this returns; never, if none comes.
    func ask(_ answer: @escaping (PathAnswer) -> Void)

    /// What came that was no answer, for the log.
    var remark: String? { get }

    /// Nothing more is wanted of it; whatever it holds is released.
    func end()
}
