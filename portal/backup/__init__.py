"""Backups: one archive with the database, the uploads and the configuration without its secrets; beside it one file
with all keys but vote keys, encrypted with a passphrase. The same rows in either database: restore and copy use them.
Words: archive, keys file, snapshot, target."""
