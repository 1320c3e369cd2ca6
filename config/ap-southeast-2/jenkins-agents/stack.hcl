protected = true # without agents nothing is deployed
