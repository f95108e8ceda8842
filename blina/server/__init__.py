"""Starting, stopping and keeping the assistant answering."""
