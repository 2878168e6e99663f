"""What staff's work leaves behind and asks for: history, what is incomplete, spreadsheets."""
