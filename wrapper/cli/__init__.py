"""The top floor: the command line. The only reader of the environment and the only caller of exit."""
