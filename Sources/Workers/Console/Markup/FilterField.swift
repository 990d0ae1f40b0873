/// Fields of a form that narrows a list.
enum FilterField {
    /// One of a closed list, or any.
    static func choice(_ label: String, name: String, of values: [String], chosen: String?) -> HTML {
        let options = values.map { value -> HTML in
            let selected: HTML = value == chosen ? " selected" : ""
            return "<option value=\"\(value)\"\(selected)>\(value.replacing("_", with: " "))</option>"
        }
        return """
            <p><label for="f-\(name)">\(label)</label> <select id="f-\(name)" name="\(name)"><option value="">any</option>\(options)</select></p>
            """
    }

    static func text(_ label: String, name: String, _ value: String?) -> HTML {
        """
        <p><label for="f-\(name)">\(label)</label> <input id="f-\(name)" name="\(name)" value="\(value ?? "")" maxlength="63" \
        autocomplete="off" spellcheck="false"></p>
        """
    }

    static func check(_ label: String, name: String, _ isOn: Bool) -> HTML {
        let checked: HTML = isOn ? " checked" : ""
        return """
            <p class="check"><input type="checkbox" id="f-\(name)" name="\(name)" value="1"\(checked)> <label for="f-\(name)">\(label)</label></p>
            """
    }
}
