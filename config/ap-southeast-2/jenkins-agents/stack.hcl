protected = true # without agents nothing is deployed
merge     = "deep"
