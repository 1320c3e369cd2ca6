domain = "killed.example.com"
