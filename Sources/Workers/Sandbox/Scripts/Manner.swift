/// How a peer does its work, whatever it answers to a single call.
struct Manner: Sendable, Equatable {
    /// A privacy-request processor.
    struct OpenDSR: Sendable, Equatable {
        /// What it says to a request that it knows already.
        enum OnDuplicate: String, Sendable, CaseIterable {
            /// 400, "already exists".
            case exists
            /// 409.
            case conflict
            /// 201, as the first time.
            case accept
        }

        enum Ends: String, Sendable, CaseIterable {
            case completed, cancelled
        }

        var pendingMilliseconds = 0
        var inProgressMilliseconds = 0
        var ends = Ends.completed
        /// How often each callback is sent; 0 never calls back.
        var callbackCopies = 1
        var onDuplicate = OnDuplicate.exists
        /// Errors without the `error` wrapper.
        var bareErrors = false
        /// False: answers and callbacks come without a signature.
        var signs = true
        /// `type:format` each.
        var identities = ["controller_customer_id:raw", "email:raw", "email:sha256"]
        var requestTypes = ["access", "portability", "erasure"]
        var resultsCount = 1
        var resultsExpired = false
        /// Of the file of results: cut off, or filled up with blanks. Nil for as many as they have.
        var resultsBytes: Int?
        /// Fewer bytes are sent than were announced.
        var resultsCut = false
    }

    /// A product's API for its users.
    struct REST: Sendable, Equatable {
        /// The first deletion is soft, the second one, under `deleted_users`, is for good.
        var twoStep = false
        /// How long the job runs that deletes for good; nil deletes at once.
        var asynchronousMilliseconds: Int?
        /// How long the record can still be read; nil deletes at once.
        var graceMilliseconds: Int?
        var locked = false
        /// How many users a search gives at once.
        var pageSize = 50
    }

    /// A place that takes uploads.
    struct Upload: Sendable, Equatable {
        /// How many bytes more it says that it has; below 0: fewer.
        var offsetOff = 0
        /// The same of the length.
        var lengthOff = 0
        /// Bytes with which an upload vanishes, once.
        var goneAt: Int?
    }

    var openDSR = OpenDSR()
    var rest = REST()
    var upload = Upload()
}
