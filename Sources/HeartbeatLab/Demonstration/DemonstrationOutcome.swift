// What came of a demonstration, for people, for programs and as an exit code.

/// The results of all its scenes.
protocol DemonstrationOutcome {
    /// Everything is as it must be.
    var isCorrect: Bool { get }
    /// A line for each scene, at most 80 columns.
    var table: String { get }
    /// One JSON object on one line.
    var json: String { get }
}
