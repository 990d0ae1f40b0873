/// What all clients are told of, or some of them, that is no incident (K20).
package enum AnnouncementKind: String, ClosedList {
    /// The statement under which data are processed changes.
    case profileChange = "profile_change"
    /// Data will be with a further processor (GDPR Art. 28(2)).
    case newSubprocessor = "new_subprocessor"
    case other
}
