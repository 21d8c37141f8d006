// Which paths were lost when a daemon ended, for the one after it: it must not take for good what has yet to show that it is.
// The file lies below /run, where writing never waits for a disk and nothing outlives the machine.

import Glibc

/// One name a line.
public enum LostPaths {
    /// Nothing when there is no such file, or one that nobody could have written.
    public static func read(_ path: String) -> [String] {
        guard let bytes = Descriptors.contents(of: path, atMost: 65536),
            let text = String(validating: bytes, as: UTF8.self)
        else { return [] }
        return text.split(separator: "\n").map(String.init)
    }

    /// Replaces the file; tells what went wrong.
    public static func write(_ names: [String], to path: String) -> HostError? {
        do throws(HostError) {
            try DurableFile.replace(path, with: Array(names.map { $0 + "\n" }.joined().utf8), mode: 0o644)
            return nil
        } catch {
            return error
        }
    }
}
