"""The documentation as a site with search, from the same files: `make site`.

- `pages`: which files are pages, and their order by reader
- `__main__`: gather them, and let MkDocs build the site, with every link checked
"""
