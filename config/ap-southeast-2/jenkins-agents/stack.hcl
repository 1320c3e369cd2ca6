protected = true # without agents nobody deploys
