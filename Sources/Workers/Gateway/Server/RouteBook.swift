import HTTPTypes

/// All that can be asked.
struct RouteBook: Sendable {
    let routes: [Route]

    /// - Throws: a ``Problem`` for a path that is none, and for a method that it does not know.
    func route(_ method: HTTPRequest.Method, _ path: some StringProtocol) throws(Problem) -> (route: Route, id: String)
    {
        var methods: [String] = []
        for route in routes {
            guard let id = route.path.match(path) else { continue }
            if route.method == method { return (route, id) }
            methods.append(route.method.rawValue)
        }
        guard !methods.isEmpty else { throw .notFound }
        let list = methods.sorted().joined(separator: ", ")
        var problem = Problem(.methodNotAllowed, "method", "is not one of this path", "use \(list)")
        problem.headers[.allow] = list
        throw problem
    }
}
