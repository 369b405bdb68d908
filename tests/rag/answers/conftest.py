"""Puts this folder on the path, for the doubles that the folders below share."""
