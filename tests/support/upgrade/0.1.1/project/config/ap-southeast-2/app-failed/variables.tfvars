domain = "failed.example.com"
