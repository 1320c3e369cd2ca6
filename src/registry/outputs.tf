output "repositories" {
  description = "Addresses of the repositories, by name: for `images` of the other stacks."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "push_policy_arn" {
  description = "What agents that build need, to push."
  value       = aws_iam_policy.push.arn
}
