// Three hosts of a gateway service: what was measured of them as a table, which figures a record gives, and keepalived's file.

import HeartbeatModel
import Testing

@testable import HeartbeatBench
@testable import HeartbeatLab

@Suite struct HostsTableTests {
    private static func row(_ trial: HostsTrial, _ peer: String, run: Int, _ figures: [String: Double]) -> BenchRow {
        BenchRow(
            peer: peer, fault: trial.name, setting: "default", keepaliveMilliseconds: 1000, deadtimeMilliseconds: 3609,
            addresses: 2, run: run, figures: figures)
    }

    @Test func `faults are compared, and every run is in the range`() {
        let rows = [
            Self.row(.power, "ours", run: 1, [Figure.outage: 2200, Figure.holderOutage: 2400, Figure.twoHolders: 0]),
            Self.row(.power, "keepalived", run: 1, [Figure.outage: 3500, Figure.twoHolders: 0]),
            Self.row(.back, "ours", run: 1, [Figure.outage: 31.25, Figure.twoHolders: 0]),
            Self.row(.back, "keepalived", run: 1, [Figure.outage: 12, Figure.twoHolders: 1.25]),
            Self.row(.power, "ours", run: 2, [Figure.outage: 2600, Figure.twoHolders: 0]),
        ]
        #expect(
            HostsTable(RowTable(rows: rows)).text == """
                | fault | who        |   n |        outage ms | by the holder ms | two hosts ms | two answer ms | stall ms |
                | ----- | ---------- | --: | ---------------: | ---------------: | -----------: | ------------: | -------: |
                | power | ours       |   2 | 2400 (2200–2600) |             2400 |            0 |             - |        - |
                | power | keepalived |   1 |             3500 |                - |            0 |             - |        - |
                | back  | ours       |   1 |             31.3 |                - |            0 |             - |        - |
                | back  | keepalived |   1 |               12 |                - |          1.3 |             - |        - |

                """)
        #expect(
            HostsTable.line(for: rows[3]) == "keepalived hosts-back, run 1: outage ms 12, two hosts ms 1.3")
    }

    @Test func `two hosts are told by their kernels, an outage by the client, and who may serve by both`() throws {
        func moment(_ milliseconds: Int64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }
        func news(_ time: Int64, _ host: Int, _ side: GatewaySide, _ isThere: Bool) -> HostSighting {
            HostSighting(
                host: host, at: moment(time), news: .address(GatewayNetwork.first.roving(on: side), isThere: isThere))
        }
        let history = HostHistory([
            news(0, 0, .up, true), news(1, 0, .down, true), news(120, 1, .up, true), news(150, 0, .up, false),
            // The other host takes the downstream one later, and the client does not hear of that before 300.
            news(151, 0, .down, false), news(250, 1, .down, true),
        ])
        let stations = [HardwareAddress(0x02_00_00_00_00_81), HardwareAddress(0x02_00_00_00_00_82)]
        var record = ProbeRecord(addresses: 2, period: .milliseconds(2))
        for time in stride(from: Int64(0), to: 400, by: 2) {
            for address in 0..<2 {
                let answer = ProbeSample.Answer(from: stations[time < 300 ? 0 : 1], at: moment(time + 1))
                let isAnswered = !(100..<200).contains(time)
                record.samples.append(
                    ProbeSample(
                        address: address, sentAt: moment(time), echo: isAnswered ? answer : nil,
                        owners: address == 0 ? [] : [answer]))
            }
        }
        let figures = try HostsMeasurement.figures(
            of: record, history, stations, from: moment(50), to: moment(390))
        #expect(figures[Figure.outage] == 102)
        // From the last answer by the first host to the first one by the second.
        #expect(figures[Figure.holderOutage] == 202)
        #expect(figures[Figure.twoHolders] == 30)
        #expect(figures[Figure.twoOwners] == 0)
        #expect(figures[Figure.stall] == 0)
    }

    @Test func `keepalived has an instance on each side, and no times`() {
        let text = HostsKeepalived.configuration(ofHost: 1, check: "/etc/check")
        #expect(
            text == """
                global_defs {
                    router_id gwb
                    script_user root
                    enable_script_security
                }
                vrrp_script service {
                    script "/etc/check status"
                }
                vrrp_sync_group gateway {
                    group {
                        down
                        up
                    }
                    track_script {
                        service
                    }
                }
                vrrp_instance down {
                    state BACKUP
                    interface down0
                    virtual_router_id 51
                    priority 150
                    virtual_ipaddress {
                        10.0.0.1/24
                    }
                }
                vrrp_instance up {
                    state BACKUP
                    interface up0
                    virtual_router_id 52
                    priority 150
                    virtual_ipaddress {
                        203.0.113.1/28
                    }
                }

                """)
        #expect(HostsKeepalived.configuration(ofHost: 0, check: "").contains("state MASTER\n    interface down0"))
    }
}
