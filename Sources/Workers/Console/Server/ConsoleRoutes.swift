import FoundationEssentials
import Hummingbird

/// Every page and every form of the console.
struct ConsoleRoutes {
    let desk: ConsoleDesk

    func add(to router: Router<ConsoleContext>) {
        pages(router)
        forms(router)
        router.get("/console.css") { [desk] _, _ in desk.file(Stylesheet.text, "text/css; charset=utf-8") }
        router.get("/icon.svg") { [desk] _, _ in desk.file(Stylesheet.icon, "image/svg+xml") }
    }

    private func pages(_ router: Router<ConsoleContext>) {
        router.get("/") { [desk] request, _ in
            try await desk.show(request) { try await OverviewPage.load($0) }
        }
        router.get("/cases") { [desk] request, _ in
            let page = CasesPage(Self.parameters(request))
            return try await desk.show(request) { try await page.load($0) }
        }
        router.get("/cases/:id") { [desk] request, context in
            let id = context.parameters.get("id").flatMap(UUID.init)
            return try await desk.show(request) { reader in
                guard let id else { return nil }
                return try await CasePage(id: id).load(reader)
            }
        }
        router.get("/deadlines") { [desk] request, _ in
            let page = DeadlinesPage(Self.parameters(request))
            return try await desk.show(request) { try await page.load($0) }
        }
        router.get("/targets") { [desk] request, _ in
            let page = TargetsPage(Self.parameters(request))
            return try await desk.show(request) { try await page.load($0) }
        }
        router.get("/target") { [desk] request, _ in
            let page = TargetPage(Self.parameters(request))
            return try await desk.show(request) { try await page?.load($0) }
        }
        router.get("/incidents") { [desk] request, _ in
            let page = IncidentsPage(Self.parameters(request))
            return try await desk.show(request) { try await page.load($0) }
        }
        router.get("/incidents/:id") { [desk] request, context in
            let page = context.parameters.get("id").flatMap(UUID.init).map {
                IncidentPage(id: $0, Self.parameters(request))
            }
            return try await desk.show(request) { try await page?.load($0) }
        }
        router.get("/parked") { [desk] request, _ in
            try await desk.show(request) { try await ParkedPage.load($0) }
        }
    }

    private func forms(_ router: Router<ConsoleContext>) {
        router.get("/login") { [desk] request, _ in desk.askWho(request) }
        router.post("/login") { [desk] request, context in try await desk.logIn(request, context) }
        router.post("/logout") { [desk] request, context in try await desk.logOut(request, context) }
        router.post("/refresh") { [desk] request, context in try await desk.setRefresh(request, context) }
    }

    /// A parameter of the address; one that says nothing is as good as none.
    private static func parameters(_ request: Request) -> (String) -> String? {
        let all = request.uri.queryParameters
        return { name in
            guard let value = all[Substring(name)], !value.isEmpty else { return nil }
            return String(value)
        }
    }
}
