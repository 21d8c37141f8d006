// The files that machines boot from, and the drive that brings them what the image has not.

import HeartbeatLab

/// What Tests/machines.d/build-image has made.
package struct MachineImage: Hashable, Sendable {
    package let directory: String

    /// Throws when it is not there, or is not finished.
    package init(in directory: String) throws {
        self.directory = Files.absolute(directory)
        guard !Files.read("\(directory)/recipe").isEmpty else {
            throw LabError.missing(
                "there is no image in \(directory); run `make vm`, or Tests/machines.d/build-image \(directory)")
        }
    }

    var kernel: String { "\(directory)/vmlinux" }
    var firstStage: String { "\(directory)/initrd" }
    var root: String { "\(directory)/root.squashfs" }

    /// The version of a package in it; `nil` when it is not there.
    package func version(of package: String) -> String? {
        for line in Files.read("\(directory)/packages").split(separator: "\n") {
            let fields = line.split(separator: "\t")
            if fields.count == 2, fields[0] == package || fields[0].hasPrefix("\(package):") {
                return String(fields[1])
            }
        }
        return nil
    }
}
