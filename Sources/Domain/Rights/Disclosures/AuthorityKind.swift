/// Who demands data by law.
package enum AuthorityKind: String, ClosedList {
    case court, prosecutor, police, regulator
    case taxOffice = "tax_office"
    case other
}
