"""What `citywide` does at a terminal, a file a verb; verbs of one room alone (backup, replay, gwas …) stand there."""
