"""Files on an S3 server instead of the folder media/."""
