extension FleetConfiguration {
    /// The letters of the folder that is configured. Read before anything is consumed: a template that cannot be read is a mistake of
    /// the installation.
    package func letters() throws(StartError) -> LetterBook {
        do {
            return try LetterBook(folder: policyFolder)
        } catch {
            throw StartError(.configuration, "\(ConfigurationKey.policyFolder.name): \(error)")
        }
    }
}
