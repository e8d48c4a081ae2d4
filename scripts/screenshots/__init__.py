"""The pictures in the documentation, taken of the running thing: `make screenshots`.

- `stage`: a private copy of the project, running, that may be broken for a picture
- `films`: what is downloaded on it
- `shots`: what is on each picture, a function each
- `recording`, `cast`, `animation`: two terminals recorded, kept as asciinema does, drawn as SVG
"""
