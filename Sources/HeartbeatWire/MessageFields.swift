// A message as the ordered list of its fields, and back: the core fields that every type has. The order is the original's:
// what the message says, then what the sender's core adds.
//
//     t  [dest]  own fields  other fields  [destuuid]  src  [srcuuid]  [seq]  [hg]  ts  [ld]  [ttl]
//
// `auth` is not among them; the codec adds it.

import HeartbeatModel

extension Message {
    /// Every field in wire order, without authentication: also what clients get of it.
    public var wireFields: [Field] {
        var fields = statementFields
        if let uuid = destinationUUID { fields.append(Field(name: "destuuid", value: .binary(uuid.bytes))) }
        fields.append(Field("src", source.text))
        if let uuid = sourceUUID { fields.append(Field(name: "srcuuid", value: .binary(uuid.bytes))) }
        if let sequence { fields.append(Field("seq", hex: sequence.number)) }
        // An absent `hg` is read as 0, so 0 needs no field; no daemon ever runs with it.
        if generation.number != 0 { fields.append(Field("hg", hex: generation.number)) }
        fields.append(Field("ts", hex: timestamp))
        if let load { fields.append(Field("ld", load)) }
        if let timeToLive { fields.append(Field("ttl", String(timeToLive))) }
        return fields
    }

    private var statementFields: [Field] {
        var fields = content.wireFields
        if let destination {
            fields.insert(Field("dest", destination.text), at: content.indexOfDestination)
        }
        return fields + extraFields
    }

    /// Reads a message from its fields, in any order, authentication removed.
    init(wireFields: [Field]) throws(WireError) {
        var reader = FieldReader(wireFields)
        guard reader.take("_compressed_payload") == nil else { throw .unsupportedCompression }
        let type = try reader.text("t")
        let sequence = try reader.optionalNumber("seq", radix: 16).map(SequenceNumber.init)
        guard sequence != nil || type.hasPrefix("NS_") else { throw .missing(field: "seq") }
        let timestamp = try reader.number("ts", radix: 16)
        // The original takes 0 for "no number".
        guard timestamp != 0 else { throw .badNumber(field: "ts", text: "0") }
        self.init(
            source: try reader.nodeName("src"), sourceUUID: try reader.optionalUUID("srcuuid"),
            destination: try reader.optionalNodeName("dest"), destinationUUID: try reader.optionalUUID("destuuid"),
            sequence: sequence, generation: Generation(try reader.optionalNumber("hg", radix: 16) ?? 0),
            timestamp: timestamp, load: try reader.optionalText("ld"), timeToLive: try reader.optionalCount("ttl"),
            content: .starting)
        let own = reader
        do throws(WireError) {
            (content, extraFields) = try Content.read(type: type, &reader)
        } catch {
            if case .repeated = error { throw error }
            guard sequence != nil else { throw error }
            content = .unreadable(type: type, fields: try own.rest(), reason: error.description)
        }
    }
}

/// A message as a local program writes it into the FIFO or sends it over the client socket: what it says and to whom. The
/// node that passes it on adds the rest.
public struct LocalMessage: Hashable, Sendable {
    /// What it says.
    public var content: Message.Content
    /// `dest`; `nil` addresses every node.
    public var destination: NodeName?
    /// Fields beyond those the content's type has, in the order they were written.
    public var extraFields: [Message.Field]

    public init(content: Message.Content, destination: NodeName? = nil, extraFields: [Message.Field] = []) {
        self.content = content
        self.destination = destination
        self.extraFields = extraFields
    }

    /// Reads a local message; core fields are dropped, since the sending node replaces them. Throws when a field that the
    /// type must have is missing or cannot be read.
    public init(fields: [Message.Field]) throws(WireError) {
        var reader = FieldReader(fields.filter { !Self.replaced.contains($0.name) })
        let type = try reader.text("t")
        destination = try reader.optionalNodeName("dest")
        (content, extraFields) = try Message.Content.read(type: type, &reader)
    }

    private static let replaced = ["src", "srcuuid", "destuuid", "seq", "hg", "ts", "ld", "ttl", "auth"]
}

extension Message.Content {
    /// Reads the fields of a type, and everything nobody asked for. A type nobody knows owns all of that.
    fileprivate static func read(
        type: String, _ reader: inout FieldReader
    ) throws(WireError) -> (Self, extraFields: [Message.Field]) {
        guard let content = try Self(type: type, &reader) else {
            return (.other(type: type, fields: try reader.rest()), [])
        }
        return (content, try reader.rest())
    }
}

extension Message.Field {
    init(_ name: String, _ text: String) {
        self.init(name: name, value: .string(text))
    }

    init(_ name: String, hex number: UInt64) {
        self.init(name, String(number, radix: 16))
    }
}
