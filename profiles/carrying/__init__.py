"""The whole site to carry: on a stick, and in Kiwix.

`walk` asks the site itself for what a visitor gets, `names` says how files are called, `markup_links`
leads links from file to file, `found` makes the search that needs no server; `folder` and `zim`
write what `everything` brings together.
"""
