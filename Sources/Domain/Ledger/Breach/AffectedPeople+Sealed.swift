package import Rights

extension AffectedPeople {
    /// Opens a list that was sealed for this installation (`identities` of `affected`), a compact JWE.
    ///
    /// - Parameter place: the path of the field; a fault names it, and nothing of what is in the list.
    package init(opening text: String, at place: String, with ring: KeyRing) throws(EventFault) {
        let bytes: [UInt8]
        do throws(SealedTextError) {
            bytes = try ring.opened(text)
        } catch {
            let remedy =
                error.code == .noKey
                ? "Give subjects_approx instead; this processor has no key of kind intake to seal for." : error.remedy
            throw EventFault(.notOpened, at: place, remedy: remedy)
        }
        try self.init(reading: bytes, at: place)
    }
}
