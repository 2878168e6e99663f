"""What stands between a request and the pages: cookies, policies, uploaded files."""
