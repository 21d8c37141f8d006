// What a virtual machine is made of, and how QEMU is told. Text in, text out.

import HeartbeatLab

/// A cable or a switch that several interfaces share.
package struct Wire: Hashable, Sendable {
    package let name: String

    /// At most ten letters and digits, the first a letter.
    package init(_ name: String) { self.name = name }
}

/// One machine: its name, its interfaces eth0, eth1 …, and what it boots.
package struct MachineHardware: Hashable, Sendable {
    package var name: String
    /// From 1; the machine's hardware addresses have it.
    package var number: Int
    /// The wires that its interfaces are on, in order.
    package var wires: [Wire]
    /// Mebibytes.
    package var memory = 256
    /// Directories of the payload that lie over the image's root, the uppermost first.
    package var layers: [String] = []

    package init(name: String, number: Int, wires: [Wire]) {
        self.name = name
        self.number = number
        self.wires = wires
    }

    /// The hardware address of an interface, from 0.
    package func hardwareAddress(_ interface: Int) -> HardwareAddress {
        HardwareAddress(0x52_54_00_00_00_00 + UInt64(number) << 8 + UInt64(interface))
    }

    /// The name of the tap that stands for an interface's socket on the wall.
    func tap(_ interface: Int) -> String { "tap\(number)-\(interface)" }

    /// The words after `qemu-system-x86_64`.
    /// - Parameters:
    ///   - directory: where the machine's sockets and its console go.
    ///   - cable: the socket of its end of a null modem; its `/dev/ttyS1`.
    func words(_ image: MachineImage, payload: String, directory: String, cable: String?) -> [String] {
        let fixed = [
            "-name", name, "-M", "pc,usb=off,vmport=off,smbus=off", "-m", "\(memory)", "-nodefaults", "-display",
            "none",
            "-no-user-config", "-action", "watchdog=reset", "-kernel", image.kernel, "-initrd", image.firstStage,
            "-append", commandLine, "-device", "virtio-serial-pci,addr=0xa", "-device", "i6300esb,addr=0xb",
            "-chardev", "socket,id=agent,path=\(directory)/agent,server=on,wait=off",
            "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
            "-chardev", "file,id=console,path=\(directory)/console,append=on", "-serial", "chardev:console",
            "-qmp", "unix:\(directory)/monitor,server=on,wait=off",
        ]
        let line = cable.map { ["-chardev", "socket,id=line,path=\($0),reconnect=1", "-serial", "chardev:line"] } ?? []
        return fixed + Self.processor + drive("image", image.root, slot: 8) + drive("payload", payload, slot: 9) + line
            + wires.indices.flatMap(interface)
    }

    /// Emulated, as a stock kernel does not run on every KVM that is found in virtual machines. The processor has what ciphers
    /// and digests are done with.
    private static let processor = [
        "-accel", "tcg,thread=multi,tb-size=128", "-cpu",
        "qemu64,+rdrand,+ssse3,+sse4.1,+sse4.2,+popcnt,+aes,+pclmulqdq",
    ]

    private var commandLine: String {
        """
        console=ttyS0 quiet loglevel=4 panic=1 mitigations=off nokaslr net.ifnames=0 random.trust_cpu=1 no_timer_check audit=0 \
        machine.name=\(name) machine.layers=\(layers.joined(separator: ":"))
        """
    }

    private func drive(_ id: String, _ file: String, slot: Int) -> [String] {
        [
            "-blockdev", "driver=file,node-name=\(id),filename=\(file),read-only=on,locking=off",
            "-device", "virtio-blk-pci,drive=\(id),addr=\(slot)",
        ]
    }

    /// Realtek's card: its driver knows of a lost link by MII and by an event at once. Intel's e1000 takes half a second for one.
    private func interface(_ index: Int) -> [String] {
        [
            "-netdev", "tap,id=net\(index),ifname=\(tap(index)),script=no,downscript=no",
            "-device",
            "rtl8139,id=eth\(index),netdev=net\(index),mac=\(hardwareAddress(index)),addr=\(3 + index)",
        ]
    }
}
