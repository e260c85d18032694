"""The web desk: the office's pages in a browser, drawn from the Pages that the commands draw."""
