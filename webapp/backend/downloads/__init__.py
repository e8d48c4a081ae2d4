"""Downloads: from a link to a file.

Data flows one way: router -> service -> store (the queue) -> engine (DBOS) -> work -> pool -> a
runner process (yt-dlp) -> staging -> the media folder; what happens is told through progress to
every event stream.
"""
