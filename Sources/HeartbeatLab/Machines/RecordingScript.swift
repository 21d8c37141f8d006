// Resource scripts that write down what they were asked, and pretend a service: it runs while a file is there.

/// The texts of a machine's scripts.
struct RecordingScript {
    var node: String
    /// One file for each service that runs.
    var services: String
    /// The file all scripts append to.
    var record: String

    /// A script that writes the call down, runs `lines`, then pretends a service.
    func text(_ name: String, lines: String = "") -> String { recorder(name) + lines + "\n" + pretendedService(name) }

    /// Writes the call down. /proc/uptime is read by the shell itself: the recording shall cost no program.
    private func recorder(_ script: String) -> String {
        """
        #!/bin/sh
        for verb; do :; done
        read -r uptime _ </proc/uptime
        echo "$uptime \(node) \(script) $verb" >>'\(record)'

        """
    }

    private func pretendedService(_ name: String) -> String {
        """
        service='\(services)/\(name)'
        case $verb in
        start) : >"$service" ;;
        stop) rm -f "$service" ;;
        status)
            if [ -e "$service" ]; then echo running; else echo stopped; exit 3; fi
            ;;
        *) exit 2 ;;
        esac

        """
    }
}
