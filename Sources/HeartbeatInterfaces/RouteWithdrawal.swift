// Routes through an interface without a carrier, taken out of use by the kernel. It is told which interfaces are meant; it refuses
// to know when a carrier is lost: the kernel does, at once, also when nobody is there to act.

import Glibc
import HeartbeatSystem

/// Has the kernel pass over routes through interfaces that have no carrier, and use the next best ones; they come back with
/// the carrier (`ignore_routes_with_linkdown`, Linux 4.2, ip-sysctl).
package final class RouteWithdrawal {
    /// A setting could not be made.
    package var onProblem: (_ text: String) -> Void = { _ in }

    private let root: String
    /// Settings that this has switched on, by their files.
    private var switched: Set<String> = []
    /// What has been told already.
    private var told: Set<String> = []

    /// - Parameter root: what stands for /proc/sys/net.
    package init(root: String = "/proc/sys/net") { self.root = root }

    /// From now on it is these interfaces. Those that are not there are passed over; call it again when one may have come, or
    /// has been made anew.
    package func adopt(_ interfaces: [String]) {
        let wanted = Set(interfaces.flatMap(files))
        for file in switched.subtracting(wanted) { set("0", file) }
        switched.formIntersection(wanted)
        for file in wanted where read(file) == "0" && set("1", file) { switched.insert(file) }
    }

    /// Everything is as it was before.
    package func close() { adopt([]) }

    private func files(of interface: String) -> [String] {
        ["ipv4", "ipv6"].map { "\(root)/\($0)/conf/\(interface)/ignore_routes_with_linkdown" }
    }

    private func read(_ file: String) -> String? {
        do throws(SystemError) {
            return String(decoding: try WholeFile.read(file, atMost: 16), as: UTF8.self).filter { !$0.isWhitespace }
        } catch {
            return nil
        }
    }

    @discardableResult
    private func set(_ value: String, _ file: String) -> Bool {
        let descriptor = open(file, O_WRONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { _ = Glibc.close(descriptor) } }
        if descriptor >= 0, write(descriptor, value, value.utf8.count) == value.utf8.count { return true }
        let code = errno
        // An interface that has gone meanwhile has no routes.
        guard code != ENOENT, told.insert(file).inserted else { return false }
        let remedy = value == "1" ? "; write 1 there yourself, or leave routes=withdraw out" : ""
        onProblem(
            "\(SystemError("write", file, code: code)): routes through a lost interface are not withdrawn\(remedy)")
        return false
    }
}
