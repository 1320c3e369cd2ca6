variable "build" {
  description = "Tag of every image: a new one is a new version of everything."
  type        = string
  default     = "1"
}

variable "changed" {
  description = "Whether the tenants get their other settings: another port, another load balancer, an address for every task."
  type        = bool
  default     = false
}
