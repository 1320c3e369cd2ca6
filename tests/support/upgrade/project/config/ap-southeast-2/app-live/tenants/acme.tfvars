value = "of acme"
