# Values of every stack in this region.

registry_secret = "registry-login" # a secret lives in one region; its content is never written here
