variable "name" {}
variable "boundary" {}
variable "bucket" {}
resource "aws_iam_role" "this" {
  count                = 2
  name_prefix          = "worker-${var.name}-"
  permissions_boundary = var.boundary
  assume_role_policy   = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}
resource "aws_iam_role_policy" "this" {
  count  = 2
  role   = aws_iam_role.this[count.index].name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::acme-data/${var.name}/*" }] })
}
resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.this[0].name
  policy_arn = aws_iam_policy.this.arn
}
resource "aws_iam_policy" "this" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "*" }] })
}
output "role" { value = aws_iam_role.this[0].name }
