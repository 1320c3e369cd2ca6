protected = true # without Jenkins nothing is deployed, and its home is the history of all builds
merge     = "deep"
