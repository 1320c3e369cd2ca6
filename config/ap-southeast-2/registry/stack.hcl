protected = true # its images are what every environment runs
merge     = "deep"
