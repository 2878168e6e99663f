"""An object of a bucket as an open file: only what is read of it is fetched."""

import errno
import io
import os
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

MISSING = {"404", "NoSuchKey", "NotFound"}
NO_SUCH_BYTES = "The S3 server cut the file off"


@contextmanager
def as_of_a_disk():
    """What fails is what a disk would say, for which everybody is prepared."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        if code in MISSING:
            raise FileNotFoundError(errno.ENOENT, "The S3 server has no such file") from None
        raise OSError(errno.EIO, f"The S3 server answers {code}") from error
    except BotoCoreError as error:
        raise OSError(errno.EIO, f"The S3 server can't be asked: {error}") from error


class Reading(io.RawIOBase):
    """Asks for the rest from wherever one jumps to, and of the very content that was found first."""

    def __init__(self, client, bucket, name):
        self.client, self.what = client, {"Bucket": bucket, "Key": name}
        with as_of_a_disk():
            head = client.head_object(**self.what)
        self.size, self.digest = head["ContentLength"], head["ETag"]
        self.position, self.stream = 0, None

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.position

    def seek(self, offset, whence=os.SEEK_SET):
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.position, os.SEEK_END: self.size}[whence]
        place = max(0, start + offset)
        if place != self.position:
            self.let_go()
        self.position = place
        return place

    def readinto(self, buffer):
        if self.position >= self.size:
            return 0
        with as_of_a_disk():
            content = self.opened().read(len(buffer))
        if not content:
            raise OSError(errno.EIO, NO_SUCH_BYTES)
        buffer[: len(content)] = content
        self.position += len(content)
        return len(content)

    def opened(self):
        if self.stream is None:
            wanted = {"Range": f"bytes={self.position}-", "IfMatch": self.digest}
            self.stream = self.client.get_object(**self.what, **wanted)["Body"]
        return self.stream

    def let_go(self):
        if self.stream is not None:
            self.stream.close()
            self.stream = None

    def close(self):
        self.let_go()
        super().close()
