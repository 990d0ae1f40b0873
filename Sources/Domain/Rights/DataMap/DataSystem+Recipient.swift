extension DataSystem {
    /// The controller of the data map that a request means: the one whose address it names or, where it names none, the one that it
    /// calls by its id, its title or its company. Nil where none is meant, or several could be.
    ///
    /// An address of a request's own is compared and never called.
    ///
    /// - Parameters:
    ///   - relationship: of the person, as far as it is known.
    ///   - client: whose data it is.
    package static func receiver(
        meantBy recipient: Recipient,
        of relationship: Relationship,
        client: String?,
        among systems: [DataSystem]
    ) -> DataSystem? {
        let meant = systems.filter { system in
            guard case .tus(let place) = system.connector, system.kind == .controller,
                system.canHold(relationship, client: client)
            else { return false }
            if let endpoint = recipient.endpoint { return plain(endpoint) == plain(place.url) }
            let name = Client.folded(recipient.name)
            return [system.id, system.title, system.company].contains { $0.map(Client.folded) == name }
        }
        return meant.count == 1 ? meant[0] : nil
    }

    /// A slash at the end says nothing.
    private static func plain(_ url: String) -> Substring {
        var url = url[...]
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }
}
