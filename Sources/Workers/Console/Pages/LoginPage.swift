/// Who are you?
enum LoginPage {
    /// - Parameter fault: what was wrong with the try before.
    static func html(field: String, next: String, fault: String?) -> HTML {
        let said: HTML = fault.map { "<p class=\"fault\" role=\"alert\">\($0)</p>\n" } ?? ""
        return Frame.outside(
            "Log in",
            """
            \(said)<form class="login" method="post" action="/login">
            <input type="hidden" name="form" value="\(field)">
            <input type="hidden" name="next" value="\(next)">
            <p><label for="name">Name</label> <input id="name" name="name" autocomplete="username" autocapitalize="none" \
            spellcheck="false" maxlength="63" required></p>
            <p><label for="token">Token</label> <input id="token" name="token" type="password" autocomplete="current-password" \
            maxlength="512" required></p>
            <p><button type="submit">Log in</button></p>
            </form>
            """
        )
    }
}
