"""From Arrow batches to answers: shaping, value formats, one encoder per format."""
