// The fields of one message, by name. A field that is there twice counts once, the first time.

import HeartbeatModel

extension [Message.Field] {
    /// The text of a field; `nil` when there is none, or none that is text.
    func text(_ name: String) -> String? {
        guard case .string(let text) = first(where: { $0.name == name })?.value else { return nil }
        return text
    }

    /// The bytes of a binary field; `nil` when there is none.
    func binary(_ name: String) -> [UInt8]? {
        guard case .binary(let bytes) = first(where: { $0.name == name })?.value else { return nil }
        return bytes
    }

    /// Gives a field its value where it stands, or at the end.
    mutating func set(_ name: String, _ text: String) {
        let field = Message.Field(name: name, value: .string(text))
        if let index = firstIndex(where: { $0.name == name }) {
            self[index] = field
        } else {
            append(field)
        }
    }

    /// Fields with text, in this order.
    init(texts: KeyValuePairs<String, String>) {
        self = texts.map { Message.Field(name: $0.key, value: .string($0.value)) }
    }
}
