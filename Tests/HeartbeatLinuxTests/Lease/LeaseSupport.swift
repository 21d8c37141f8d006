// Whether this machine can try the lease at all: a container without the capability, or an old kernel, cannot.

import HeartbeatLease

/// Said once where it cannot.
let canHoldLease: Bool = {
    do {
        _ = try KernelLease()
        return true
    } catch {
        print("SKIPPED: \(error); the lease is not tried on this kernel")
        return false
    }
}()
