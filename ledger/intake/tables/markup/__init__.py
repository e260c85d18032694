"""Tables written as HTML or XML, read as a stream, without entities, DTDs or the network."""
