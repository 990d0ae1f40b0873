import Foundation
import Glibc
import Synchronization
import TestKit

/// A stand-in for the vendors of the shipped descriptions: their paths and the replies that their pages describe, over one book
/// of people. A search finds parts of what it is asked for, as theirs do.
final class VendorStub: Sendable {
    struct Person: Sendable {
        let id: String
        let email: String
        let customer: String
        var isSoft = false
        /// Questions until its deletion is done; nil where none is under way.
        var remaining: Int?
    }

    private struct Request {
        let method: String
        let path: String
        let query: String
        let body: String
    }

    private final class Book: Sendable {
        let people: Mutex<[Person]>

        init(_ people: [Person]) { self.people = Mutex(people) }
    }

    let base: String
    private let book: Book
    private let listener: LoopbackListener

    init(_ people: [Person]) throws {
        let book = Book(people)
        listener = try LoopbackListener { connection in
            while let request = Self.read(connection) {
                let (status, body) = book.people.withLock { Self.answer(request, &$0) }
                LoopbackListener.send(
                    "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)",
                    to: connection
                )
            }
        }
        self.book = book
        base = "http://127.0.0.1:\(listener.port)"
    }

    func stop() { listener.stop() }

    var ids: [String] { book.people.withLock { $0.map(\.id) } }

    /// The time in which somebody could have been restored is over.
    func purge() { book.people.withLock { $0.removeAll(where: \.isSoft) } }

    // MARK: Answers

    private static func answer(_ request: Request, _ people: inout [Person]) -> (Int, String) {
        let id = String(request.path.split(separator: "/").last ?? "")
        switch (request.method, request.path) {
        case ("GET", "/api/v2/users/me"), ("GET", "/me"), ("GET", "/v2/users/me"): return (200, "{}")
        case ("GET", "/crm/v3/objects/contacts"): return (200, #"{"results": []}"#)
        case ("GET", "/api/v2/users/search"):
            return (
                200,
                list("users", find(request.query, people)) {
                    #""email": "\#($0.email)", "external_id": "\#($0.customer)""#
                }
            )
        case ("POST", "/contacts/search"):
            return (
                200,
                list("data", find(request.body, people)) {
                    #""email": "\#($0.email)", "external_id": "\#($0.customer)""#
                }
            )
        case ("POST", "/crm/v3/objects/contacts/search"):
            return (
                200,
                list("results", find(request.body, people)) {
                    #""properties": {"email": "\#($0.email)", "CUSTOMER_ID": "\#($0.customer)"}"#
                }
            )
        case ("GET", "/v2/customers"):
            let found = list("customers", find(request.query, people)) {
                #""_embedded": {"emails": [{"id": 1, "value": "\#($0.email)"}]}"#
            }
            return (200, #"{"_embedded": \#(found), "_links": {}}"#)
        case ("POST", "/crm/v3/objects/contacts/gdpr-delete"):
            _ = people.removeFirst { request.body.contains(#""\#($0.id)""#) }
            return (204, "")
        case ("DELETE", _) where request.path.hasPrefix("/api/v2/deleted_users/"):
            return people.removeFirst { $0.id == id && $0.isSoft } ? (200, "{}") : (404, "{}")
        case ("GET", _) where request.path.hasPrefix("/api/v2/deleted_users/"):
            return (people.contains { $0.id == id && $0.isSoft } ? 200 : 404, "{}")
        case ("DELETE", _) where request.path.hasPrefix("/v2/customers/"):
            guard let index = people.firstIndex(where: { $0.id == id }) else { return (404, "{}") }
            people[index].remaining = 2
            return (202, "")
        case ("DELETE", _) where request.path.hasPrefix("/users/"):
            return (people.removeFirst { $0.customer == id } ? 204 : 404, "")
        case ("GET", _) where request.path.hasPrefix("/users/"):
            return (people.contains { $0.customer == id } ? 200 : 404, "{}")
        case ("DELETE", _):
            guard let index = people.firstIndex(where: { $0.id == id && !$0.isSoft }) else { return (404, "{}") }
            people[index].isSoft = true
            return request.path.hasPrefix("/crm/") ? (204, "") : (200, #"{"id": "\#(id)", "deleted": true}"#)
        case ("GET", _):
            guard let index = people.firstIndex(where: { $0.id == id }) else { return (404, "{}") }
            if let remaining = people[index].remaining {
                people[index].remaining = remaining - 1
                if remaining == 0 { people.remove(at: index) }
                return (remaining == 0 ? 404 : 200, "{}")
            }
            return (people[index].isSoft == request.query.contains("archived=true") ? 200 : 404, "{}")
        default: return (400, "{}")
        }
    }

    /// Whoever's mail or customer id is a part of what was asked, or has it as a part.
    private static func find(_ question: String, _ people: [Person]) -> [Person] {
        let plain = (question.removingPercentEncoding ?? question)
        let words = plain.split { !($0.isLetter || $0.isNumber || "@.-".contains($0)) }.map(String.init)
        return people.filter { person in
            !person.isSoft
                && words.contains { word in
                    word.count > 3 && (person.email.contains(word) || person.customer.contains(word))
                }
        }
    }

    private static func list(_ name: String, _ people: [Person], _ fields: (Person) -> String) -> String {
        #"{"\#(name)": [\#(people.map { #"{"id": \#($0.id), \#(fields($0))}"# }.joined(separator: ", "))]}"#
    }

    // MARK: Requests

    private static func read(_ connection: Int32) -> Request? {
        guard let first = LoopbackListener.line(from: connection) else { return nil }
        var length = 0
        while let line = LoopbackListener.line(from: connection), line != "\r\n" {
            if line.lowercased().hasPrefix("content-length:") {
                length = Int(line.dropFirst(15).trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
            }
        }
        var body: [UInt8] = []
        var byte: UInt8 = 0
        while body.count < length, recv(connection, &byte, 1, 0) == 1 { body.append(byte) }
        let words = first.split(separator: " ")
        guard words.count == 3 else { return nil }
        let target = words[1].split(separator: "?", maxSplits: 1)
        return Request(
            method: String(words[0]),
            path: String(target[0]),
            query: target.count > 1 ? String(target[1]) : "",
            body: String(decoding: body, as: UTF8.self)
        )
    }
}

extension [VendorStub.Person] {
    fileprivate mutating func removeFirst(_ isMeant: (VendorStub.Person) -> Bool) -> Bool {
        guard let index = firstIndex(where: isMeant) else { return false }
        remove(at: index)
        return true
    }
}
