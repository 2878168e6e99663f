"""What libzim asks of each page and file; the one module that imports it."""

from libzim import writer

Creator = writer.Creator


class Found(writer.IndexData):
    """What a reader's program finds of a page: the words as they stand there, and our keys."""

    def __init__(self, carried):
        super().__init__()
        self.carried = carried
        self.content = carried.text.whole if carried.text else ""

    def has_indexdata(self):
        return bool(self.content)

    def get_title(self):
        return self.carried.title

    def get_content(self):
        return self.content

    def get_keywords(self):
        return " ".join(self.carried.text.keys)

    def get_wordcount(self):
        return len(self.content.split())


class Item(writer.Item):
    def __init__(self, carried):
        super().__init__()
        self.carried = carried

    def get_path(self):
        return self.carried.name

    def get_title(self):
        return self.carried.title

    def get_mimetype(self):
        return self.carried.media_type

    def get_contentprovider(self):
        return writer.StringProvider(b"".join(self.carried.chunks()))

    def get_hints(self):
        return {writer.Hint.FRONT_ARTICLE: bool(self.carried.title)}

    def get_indexdata(self):
        return Found(self.carried)
