variable "build" {
  description = "Tag of every image: a new one is a new version of everything."
  type        = string
  default     = "1"
}

variable "linger_seconds" {
  description = "How long the way in stays that a tenant has left; a test need not wait for resolvers."
  type        = number
  default     = 60
}

variable "changed" {
  description = "Whether the tenants get their other settings: another port, another load balancer, an address for every task."
  type        = bool
  default     = false
}
