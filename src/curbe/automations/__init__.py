"""What happens by itself when somebody writes: answers to keywords, away messages, a welcome, and who gets the conversation."""
