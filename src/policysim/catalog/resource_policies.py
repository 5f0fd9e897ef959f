"""Which services, and which of their resource types, can have a resource-based policy.

Dated data (2026-11). Source: IAM User Guide, reference_aws-services-that-work-with-iam (column "Resource-based
policies"), and the guides of the services that it marks "Partial"; spec S17, S27, R19, R21, X7.
"""

from __future__ import annotations

from typing import Final

ANY_TYPE: Final = frozenset({""})
"""Stands for "every resource of the service"."""

WITH_POLICIES: Final[dict[str, frozenset[str]]] = {
    "acm-pca": frozenset({"certificate-authority"}),
    "aps": frozenset({"workspace"}),
    "backup": frozenset({"backup-vault"}),
    "bedrock": frozenset({"custom-model", "guardrail", "guardrail-profile", "knowledge-base"}),
    "bedrock-agentcore": ANY_TYPE,
    "billing": frozenset({"billingview"}),
    "ce": ANY_TYPE,
    "cleanrooms-ml": frozenset({"configured-audience-model"}),
    "cloud9": ANY_TYPE,
    "cloudhsm": frozenset({"backup"}),
    "cloudtrail": frozenset({"channel", "dashboard", "eventdatastore"}),
    "codeartifact": frozenset({"domain", "package", "repository"}),
    "codebuild": frozenset({"project", "report-group"}),
    "codeguru-profiler": frozenset({"profilingGroup"}),
    "comprehend": frozenset({"document-classifier", "entity-recognizer"}),
    "dsql": frozenset({"cluster"}),
    "dynamodb": frozenset({"table"}),
    "ecr": frozenset({"repository"}),
    "ecr-public": frozenset({"repository"}),
    "elasticfilesystem": frozenset({"file-system"}),
    "elasticloadbalancing": frozenset({"truststore"}),
    "entityresolution": ANY_TYPE,
    "es": frozenset({"domain"}),
    "events": frozenset({"event-bus", "rule"}),
    "execute-api": ANY_TYPE,
    "glacier": frozenset({"vaults"}),
    "glue": ANY_TYPE,
    "iot": ANY_TYPE,
    "kafka": frozenset({"cluster", "group", "topic", "transactional-id"}),
    "kinesis": frozenset({"queue", "stream"}),
    "kms": frozenset({"alias", "key"}),
    "lambda": frozenset({"function", "layer"}),
    "lex": frozenset({"bot", "bot-alias"}),
    "logs": frozenset({"delivery-destination", "destination", "log-group"}),
    "mediapackagev2": ANY_TYPE,
    "mediastore": frozenset({"container"}),
    "mediatailor": frozenset({"channel"}),
    "oam": frozenset({"sink"}),
    "organizations": ANY_TYPE,
    "osis": frozenset({"pipeline"}),
    "payment-cryptography": frozenset({"key"}),
    "qbusiness": frozenset({"application"}),
    "redshift": frozenset({"namespace"}),
    "redshift-serverless": ANY_TYPE,
    "refactor-spaces": frozenset({"environment"}),
    "rekognition": frozenset({"project"}),
    "rum": frozenset({"appmonitor"}),
    "s3": ANY_TYPE,
    "s3-object-lambda": frozenset({"accesspoint"}),
    "s3-outposts": frozenset({"outpost"}),
    "s3express": frozenset({"accesspoint", "bucket"}),
    "s3tables": frozenset({"bucket"}),
    "s3vectors": frozenset({"bucket"}),
    "sagemaker": frozenset({"feature-group", "model-package-group"}),
    "schemas": frozenset({"registry", "schema"}),
    "secretsmanager": frozenset({"secret"}),
    "serverlessrepo": frozenset({"applications"}),
    "ses": frozenset({"identity"}),
    "signer": ANY_TYPE,
    "sns": ANY_TYPE,
    "sqs": ANY_TYPE,
    "ssm": frozenset({"opsitemgroup", "parameter"}),
    "ssm-contacts": frozenset({"contact"}),
    "ssm-incidents": frozenset({"response-plan"}),
    "vpc-lattice": ANY_TYPE,
    "vpc-lattice-svcs": ANY_TYPE,
}
"""The services with resource-based policies, and the types of resource that can carry one (or stand under one)."""

WITHOUT_POLICIES: Final = frozenset(
    """
    access-analyzer account acm airflow amplify amplifyuibuilder aoss apigateway app-integrations appconfig appfabric
    appflow application-autoscaling application-signals applicationinsights appmesh apprunner appstream appsync
    artifact athena auditmanager autoscaling autoscaling-plans aws-marketplace aws-portal b2bi backup-gateway batch
    bcm-data-exports bcm-pricing-calculator billingconductor braket budgets cassandra chatbot chime cleanrooms
    clouddirectory cloudformation cloudfront cloudfront-keyvaluestore cloudsearch cloudshell
    cloudtrail-data cloudwatch codecatalyst codecommit codeconnections codedeploy codeguru
    codeguru-reviewer codeguru-security codepipeline codestar codestar-connections codestar-notifications
    codewhisperer cognito-identity cognito-idp cognito-sync comprehendmedical compute-optimizer config connect
    connect-campaigns consolidatedbilling controltower cost-optimization-hub cur databrew dataexchange datapipeline
    datasync datazone dax deadline detective devicefarm devops-guru directconnect discovery dlm dms docdb-elastic drs
    ds ds-data ebs ec2 ec2-instance-connect ec2messages ecs eks eks-auth elasticache elasticbeanstalk
    elasticmapreduce elastictranscoder emr-containers emr-serverless evidently finspace firehose
    fis fms forecast frauddetector freetier fsx gamelift geo globalaccelerator grafana greengrass groundstation
    guardduty health healthlake iam identitystore imagebuilder inspector inspector2 internetmonitor invoicing
    iotanalytics iotevents iotfleetwise iotsitewise iottwinmaker iotwireless ivs ivschat kafkaconnect kendra
    kinesisanalytics kinesisvideo lakeformation launchwizard license-manager lightsail m2 machinelearning macie2
    managedblockchain mediaconnect mediaconvert medialive mediapackage memorydb mgh mgn mobiletargeting mq
    neptune-db neptune-graph network-firewall networkmanager notifications omics opsworks outposts
    payments pca-connector-ad personalize pi pipes polly pricing profile proton purchase-orders
    qapps qldb quicksight ram rbin rds rds-data rds-db redshift-data resiliencehub resource-explorer-2
    resource-groups robomaker rolesanywhere route53 route53-recovery-control-config route53domains route53resolver
    savingsplans scheduler sdb securityhub securitylake servicecatalog servicediscovery servicequotas shield signin
    sms-voice snowball sqlworkbench ssm-guiconnect ssm-sap ssmmessages sso sso-directory sso-oauth states
    storagegateway sts support supportapp supportplans swf synthetics tag tax textract timestream tnb transcribe
    transfer translate trustedadvisor verifiedpermissions voiceid waf waf-regional wafv2 wellarchitected wisdom
    workdocs workmail workspaces workspaces-web xray
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
"""The services without resource-based policies (role trust policies of ``iam`` aside)."""

SHARED_THROUGH_RAM: Final = frozenset(
    """
    appmesh cloudfront datazone ec2 imagebuilder license-manager network-firewall networkmanager outposts rds
    resource-explorer-2 resource-groups route53resolver servicecatalog servicediscovery sms-voice wafv2
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
"""Services without collected policies whose resources other accounts may use through AWS RAM (spec X7)."""


def is_service_prefix(text: str) -> bool:
    """Whether the tables know a service of this prefix."""
    return text in WITH_POLICIES or text in WITHOUT_POLICIES
