import Observability
import Testing

struct TraceContextTests {
    private let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("A header is read and written unchanged")
    func roundTrip() throws {
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(context.spanID == "b7ad6b7169203331")
        #expect(context.isSampled)
        #expect(context.traceparent == text)
    }

    @Test("A child keeps the trace and has a span of its own")
    func child() throws {
        let parent = try #require(TraceContext(traceparent: text))
        let child = parent.child()
        #expect(child.traceID == parent.traceID)
        #expect(child.spanID != parent.spanID)
        #expect(child.isSampled)
    }

    @Test("A new trace has a header that reads back")
    func root() {
        let root = TraceContext()
        #expect(TraceContext(traceparent: root.traceparent) == root)
    }

    @Test("A later version is read by its first four fields")
    func laterVersion() {
        #expect(TraceContext(traceparent: "cc" + text.dropFirst(2) + "-more") != nil)
        #expect(TraceContext(traceparent: "cc" + text.dropFirst(2)) != nil)
        #expect(TraceContext(traceparent: "cc" + text.dropFirst(2) + "more") == nil)
    }

    @Test(
        "A malformed header is no context",
        arguments: [
            "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
            "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0é",
        ]
    )
    func malformed(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }
}
