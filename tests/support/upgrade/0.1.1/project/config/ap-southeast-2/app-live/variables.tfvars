domain = "live.example.com"
