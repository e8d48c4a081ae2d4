"""Make a release of what is committed: `make release v=1.2.3`.

- `version`: the version's form, and every file that states it
- `changelog`: the section of a version
- `build`: what is handed out: an archive, procguard's wheel, container images
"""
