"""`make sbom`: what the app is made of, from the locks, with licences, as CycloneDX has it."""
