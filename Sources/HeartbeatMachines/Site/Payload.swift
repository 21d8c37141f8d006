// The directory that becomes the second drive of all machines: layers of files over the image's root.

import HeartbeatLab

/// A directory of layers. Once the laboratory has been built from it, it is not needed any more.
struct Payload {
    let directory: String

    /// Makes it, empty.
    init(in directory: String) throws {
        self.directory = directory
        try Files.makeDirectory(directory)
    }

    /// Writes a file of a layer, with the directories above it.
    func write(_ text: String, to path: String, in layer: String, mode: UInt32 = 0o644) throws {
        var parent = "\(directory)/\(layer)"
        try Files.makeDirectory(parent)
        for part in path.split(separator: "/").dropLast() {
            parent += "/\(part)"
            try Files.makeDirectory(parent)
        }
        try Files.write(text, to: "\(directory)/\(layer)/\(path)", mode: mode)
    }

    /// Takes a tree of files as a layer, as it is.
    func copy(_ tree: String, as layer: String) throws {
        try Command.succeed(["cp", "-a", "\(tree)/.", "\(directory)/\(layer)"])
    }
}
