// Whether a resource script can be run, as it is told to whoever reads a configuration.

/// What came of looking for a resource script.
public enum ScriptSearch: Hashable, Sendable {
    /// There is one, or nobody looked.
    case found
    /// A file of that name may not be executed.
    case notExecutable(path: String)
    /// A link of that name leads nowhere.
    case danglingLink(path: String)
    /// Its first line ends with a carriage return, so that the kernel does not find its interpreter.
    case carriageReturn(path: String)
    /// The interpreter in its first line is not there.
    case noInterpreter(path: String, interpreter: String)
    /// It is not run, because others than root could have changed it; `reason` is a sentence with its remedy.
    case notTrusted(path: String, reason: String)
    /// It is run, although others than root could have changed it.
    case doubtful(path: String, reason: String)
    /// None of these exists.
    case missing(searched: [String])
}
