/// When a client's contract renews: on one day every so many months.
package struct ContractTerm: Sendable, Hashable {
    /// One of the renewals, past or to come.
    package let renewsOn: CivilDate
    package let months: Int

    /// - Parameter months: above zero.
    package init(renewsOn: CivilDate, months: Int) {
        self.renewsOn = renewsOn
        self.months = months
    }

    /// The first renewal on `day` or after it.
    package func renewal(from day: CivilDate) -> CivilDate {
        let apart = (day.year - renewsOn.year) * 12 + day.month - renewsOn.month
        // One too few: the last day of a short month may come before the day of the renewal.
        var number = (Double(apart) / Double(months)).rounded(.down)
        while true {
            let found = renewsOn.adding(months: Int(number) * months)
            if found >= day { return found }
            number += 1
        }
    }
}
