"""The process that runs yt-dlp: one job, then it ends.

It is another process than the server, and neither imports the other: they speak over a socket, see
`job.py`. The only place that knows yt-dlp.
"""
