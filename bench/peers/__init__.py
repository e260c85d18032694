"""Who answers the same questions otherwise: each peer is written as its own people would, and none is part of Kaoping."""
