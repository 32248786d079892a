"""What everything in a person's hands needs: answers as text, statements of a text, a server."""
