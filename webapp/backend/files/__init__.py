"""What lies on the disk beside the database: staging folders, cookies, ffmpeg."""
