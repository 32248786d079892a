"""`mockhaus repl`: statements and commands typed in a terminal."""
