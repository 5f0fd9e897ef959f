terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region                      = "eu-west-1"
  allowed_account_ids         = ["111122223333"]
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}
provider "aws" {
  alias                       = "audit"
  region                      = "eu-central-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  assume_role { role_arn = "arn:aws:iam::444455556666:role/deployer" }
}
locals {
  other = { for name in ["kinesis:*", "es:*"] : name => jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "444455556666" }, Action = name, Resource = "*" }]
  }) }
  deny = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "No", Effect = "Deny", Principal = "*", Action = "*", Resource = "*" }] })
  own  = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}
resource "aws_s3_bucket" "logs" {
  provider      = aws.audit
  bucket_prefix = "logs-"
}
resource "aws_s3_bucket_policy" "logs" {
  provider = aws.audit
  bucket   = aws_s3_bucket.logs.bucket
  policy   = local.deny
}
resource "aws_s3_bucket" "open" { bucket = "acme-open" }
resource "aws_s3_bucket_public_access_block" "open" { bucket = aws_s3_bucket.open.bucket }
resource "aws_s3_bucket_ownership_controls" "open" {
  bucket = aws_s3_bucket.open.id
  rule { object_ownership = "ObjectWriter" }
}
resource "aws_s3_account_public_access_block" "all" {
  block_public_acls  = true
  ignore_public_acls = true
}
resource "aws_kms_key" "data" {}
resource "aws_kms_key_policy" "data" {
  key_id = aws_kms_key.data.id
  policy = local.deny
}
resource "aws_efs_file_system" "home" {}
resource "aws_efs_file_system_policy" "home" {
  file_system_id = aws_efs_file_system.home.id
  policy         = local.deny
}
resource "aws_backup_vault" "vault" { name = "vault" }
resource "aws_backup_vault_policy" "vault" {
  backup_vault_name = aws_backup_vault.vault.name
  policy            = local.deny
}
resource "aws_opensearch_domain" "search" { domain_name = "search" }
resource "aws_opensearch_domain_policy" "search" {
  domain_name     = aws_opensearch_domain.search.domain_name
  access_policies = local.other["es:*"]
}
resource "aws_elasticsearch_domain" "old" {
  domain_name     = "old-search"
  access_policies = local.other["es:*"]
}
resource "aws_cloudwatch_event_bus" "bus" { name = "bus" }
resource "aws_cloudwatch_event_bus_policy" "bus" {
  event_bus_name = aws_cloudwatch_event_bus.bus.name
  policy         = local.deny
}
resource "aws_cloudwatch_event_bus_policy" "default" { policy = local.deny }
resource "aws_kinesis_stream" "clicks" {
  name             = "clicks"
  shard_count      = 1
}
resource "aws_kinesis_resource_policy" "clicks" {
  resource_arn = aws_kinesis_stream.clicks.arn
  policy       = local.other["kinesis:*"]
}
resource "aws_glue_resource_policy" "catalog" { policy = local.deny }
resource "aws_api_gateway_rest_api" "api" {
  name   = "api"
  policy = local.deny
}
resource "aws_vpc_endpoint" "sqs" {
  vpc_id            = "vpc-0a1b2c3d"
  service_name      = "com.amazonaws.eu-west-1.sqs"
  vpc_endpoint_type = "Interface"
}
resource "aws_vpc_endpoint_policy" "sqs" {
  vpc_endpoint_id = aws_vpc_endpoint.sqs.id
  policy          = local.deny
}
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = "arn:aws:iam::111122223333:role/app"
  handler       = "a.b"
  runtime       = "python3.12"
  s3_bucket     = "code"
  s3_key        = "f.zip"
}
resource "aws_lambda_permission" "f" {
  for_each       = { "s3.amazonaws.com" = "111122223333", "444455556666" = null }
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.f.arn
  principal      = each.key
  source_account = each.value
}
resource "aws_lambda_permission" "alias" {
  statement_id           = "Everybody"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = "f"
  qualifier              = "live"
  principal              = "*"
  function_url_auth_type = "NONE"
}
resource "aws_iam_saml_provider" "idp" {
  name                   = "idp"
  saml_metadata_document = "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"${join("", [for i in range(600) : "made-up "])}\"/>"
}
resource "aws_iam_user" "ana" { name = "ana" }
resource "aws_iam_user_policy" "ana" {
  name   = "own"
  user   = aws_iam_user.ana.name
  policy = local.own
}
resource "aws_iam_policy" "own" {
  name   = "own"
  policy = local.own
}
resource "aws_iam_user_policy_attachment" "ana" {
  user       = aws_iam_user.ana.name
  policy_arn = aws_iam_policy.own.arn
}
resource "aws_iam_group" "devs" { name = "devs" }
resource "aws_iam_group_policy_attachment" "devs" {
  group      = aws_iam_group.devs.name
  policy_arn = aws_iam_policy.own.arn
}
resource "aws_iam_group_membership" "devs" {
  name  = "devs"
  group = aws_iam_group.devs.name
  users = [aws_iam_user.ana.name]
}
resource "aws_iam_role" "job" {
  name                = "job"
  assume_role_policy  = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { AWS = aws_iam_user.ana.arn }, Action = "sts:AssumeRole" }] })
  managed_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess", aws_iam_policy.own.arn]
  inline_policy {
    name   = "bucket"
    policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = aws_s3_bucket.open.arn }] })
  }
}
resource "aws_iam_role_policy" "lost" {
  name   = "lost"
  role   = "job"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sqs:*", Resource = aws_s3_bucket.open.arn }] })
}
resource "aws_iam_role_policies_exclusive" "job" {
  role_name    = aws_iam_role.job.name
  policy_names = ["lost"]
}
resource "aws_iam_role_policy_attachment" "elsewhere" {
  role       = "made-elsewhere"
  policy_arn = aws_iam_policy.own.arn
}
