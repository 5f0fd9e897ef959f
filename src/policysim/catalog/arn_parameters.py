"""Which request parameter fills which variable of a resource type's ARN: curated, where the names do not say it.

The Service Authorization Reference prints an ARN with variables (`trail/${TrailName}`); the parameters of an operation
have names of their own (`name`). Where both have one name nothing stands here. Dated data (2026-11).
Source: Service Authorization Reference; the API reference of each service (request parameters of its operations).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class VariableParameters(NamedTuple):
    """The parameters, in CloudTrail's spelling, that fill one variable of a service's ARNs; the first that is given.

    ``variable`` is in lower case. ``actions`` must match the action's name whole, in any case; ``resource_type`` limits
    the row to one type. A path of names leads into an object (`tableInput.name`).
    """

    service: str
    variable: str
    parameters: tuple[str, ...]
    actions: str = ".*"
    resource_type: str = ""


VARIABLE_PARAMETERS: Final = (
    VariableParameters("athena", "workgroupname", ("workGroup",)),
    VariableParameters("athena", "workgroupname", ("name",), "CreateWorkGroup"),
    VariableParameters("athena", "datacatalogname", ("catalogName",)),
    VariableParameters("autoscaling", "groupfriendlyname", ("autoScalingGroupName",)),
    VariableParameters("backup", "reportplanname", ("reportPlanName",)),
    VariableParameters("batch", "computeenvironmentname", ("computeEnvironment",)),
    VariableParameters("batch", "jobqueuename", ("jobQueue",)),
    VariableParameters("batch", "jobdefinitionname", ("jobDefinition",)),
    VariableParameters("batch", "consumableresourcename", ("consumableResource",)),
    VariableParameters("batch", "serviceenvironmentname", ("serviceEnvironment",)),
    VariableParameters("cloudtrail", "channelid", ("channel",)),
    VariableParameters("cloudtrail", "dashboardname", ("dashboardId",)),
    VariableParameters("cloudtrail", "eventdatastoreid", ("eventDataStore",)),
    VariableParameters("cloudtrail", "trailname", ("name",), "StartLogging|StopLogging"),
    VariableParameters("cloudwatch", "insightrulename", ("ruleName", "ruleNames")),
    VariableParameters("cloudwatch", "metricstreamname", ("name", "names")),
    VariableParameters("codedeploy", "deploymentconfigurationname", ("deploymentConfigName",)),
    VariableParameters("codebuild", "projectname", ("names",), "BatchGetProjects"),
    VariableParameters("ecs", "capacityprovidername", ("capacityProvider", "capacityProviders")),
    VariableParameters("ecs", "clustername", ("cluster", "clusters")),
    VariableParameters("ecs", "containerinstanceid", ("containerInstance", "containerInstances")),
    VariableParameters("ecs", "servicename", ("service", "services")),
    VariableParameters("ecs", "taskid", ("task", "tasks")),
    VariableParameters("ecs", "tasksetid", ("taskSet", "taskSets")),
    VariableParameters("elasticfilesystem", "filesystemid", ("sourceFileSystemId",)),
    VariableParameters("elasticfilesystem", "filesystemid", ("resourceId",), resource_type="file-system"),
    VariableParameters("elasticfilesystem", "accesspointid", ("resourceId",), resource_type="access-point"),
    VariableParameters("events", "rulename", ("rule",)),
    VariableParameters("glue", "connectionname", ("connectionInput.name",), "CreateConnection"),
    VariableParameters("glue", "databasename", ("databaseInput.name",), "CreateDatabase"),
    VariableParameters("glue", "devendpointname", ("endpointName",)),
    VariableParameters("glue", "rulesetname", ("name",), "(Create|Delete|Get|Update)DataQualityRuleset"),
    VariableParameters("glue", "tablename", ("tableInput.name", "tableName"), "CreateTable|UpdateTable"),
    VariableParameters("glue", "userdefinedfunctionname", ("functionName",)),
    VariableParameters("guardduty", "publishingdestinationid", ("destinationId",)),
    VariableParameters("kms", "alias", ("aliasName",), resource_type="alias"),
    VariableParameters("kms", "keyid", ("targetKeyId",), "(Create|Update)Alias", "key"),
    VariableParameters("lambda", "layerversion", ("versionNumber",)),
    VariableParameters("rds", "clusterparametergroupname", ("dBClusterParameterGroupName",)),
    VariableParameters("rds", "clusterparametergroupname", ("targetDBClusterParameterGroupIdentifier",)),
    VariableParameters("rds", "clustersnapshotname", ("dBClusterSnapshotIdentifier",)),
    VariableParameters("rds", "dbclusterendpoint", ("dBClusterEndpointIdentifier",)),
    VariableParameters("rds", "dbclusterinstancename", ("dBClusterIdentifier",)),
    VariableParameters("rds", "dbinstancename", ("dBInstanceIdentifier",)),
    VariableParameters("rds", "globalcluster", ("globalClusterIdentifier",)),
    VariableParameters("rds", "parametergroupname", ("dBParameterGroupName",), resource_type="pg"),
    VariableParameters("rds", "reserveddbinstancename", ("reservedDBInstanceId",)),
    VariableParameters("rds", "securitygroupname", ("dBSecurityGroupName",), resource_type="secgrp"),
    VariableParameters("rds", "snapshotname", ("dBSnapshotIdentifier",), resource_type="snapshot"),
    VariableParameters("rds", "subnetgroupname", ("dBSubnetGroupName",)),
    VariableParameters("redshift", "clustername", ("clusterIdentifier",)),
    VariableParameters("redshift", "clustername", ("snapshotClusterIdentifier",), resource_type="snapshot"),
    VariableParameters("redshift", "eventsubscriptionname", ("subscriptionName",)),
    VariableParameters("redshift", "hsmclientcertificateid", ("hsmClientCertificateIdentifier",)),
    VariableParameters("redshift", "hsmconfigurationid", ("hsmConfigurationIdentifier",)),
    VariableParameters("redshift", "snapshotname", ("snapshotIdentifier",)),
    VariableParameters("redshift", "subnetgroupname", ("clusterSubnetGroupName",)),
    VariableParameters("sagemaker", "automljobjobname", ("autoMLJobName",)),
    VariableParameters("sagemaker", "dataqualityjobdefinitionname", ("jobDefinitionName",)),
    VariableParameters("sagemaker", "inferencerecommendationsjobname", ("jobName",)),
    VariableParameters("sagemaker", "mlflowtrackingservername", ("trackingServerName",)),
    VariableParameters("sagemaker", "modelbiasjobdefinitionname", ("jobDefinitionName",)),
    VariableParameters("sagemaker", "modelexplainabilityjobdefinitionname", ("jobDefinitionName",)),
    VariableParameters("sagemaker", "modelqualityjobdefinitionname", ("jobDefinitionName",)),
    VariableParameters("ses", "identityname", ("emailIdentity",)),
    VariableParameters("ssm", "patchbaselineidresourceid", ("baselineId",)),
    VariableParameters("ssm", "resourceid", ("windowId",), resource_type="maintenancewindow"),
    VariableParameters("wafv2", "scope", ("scope",)),
)
"""One row for each variable, in the order in which they are tried."""

TO_BE_MADE: Final[dict[tuple[str, str], frozenset[str]]] = {
    # What AWS asks for before there is an id, as its messages print it: the id is `*`.
    ("autoscaling:createautoscalinggroup", "autoScalingGroup"): frozenset({"groupid"}),
    ("autoscaling:createlaunchconfiguration", "launchConfiguration"): frozenset({"id"}),
    ("cloudformation:createstack", "stack"): frozenset({"id"}),
}
"""By action and resource type: the variables that the service chooses, which are `*` as long as it has not."""

ASKED_FOR_ALL: Final = {
    "cloudwatch:describealarms": "alarm",
    "ecr:describerepositories": "repository",
    "elasticache:describecacheclusters": "cluster",
    "elasticache:describereplicationgroups": "replicationgroup",
    "rds:describedbclusterparametergroups": "cluster-pg",
    "rds:describedbclusters": "cluster",
    "rds:describedbclustersnapshots": "cluster-snapshot",
    "rds:describedbinstances": "db",
    "rds:describedbparametergroups": "pg",
    "rds:describedbsnapshots": "snapshot",
    "rds:describedbsubnetgroups": "subgrp",
    "rds:describeeventsubscriptions": "es",
    "rds:describeglobalclusters": "global-cluster",
    "rds:describeoptiongroups": "og",
}
"""Lists that, asked for all there is, are authorized on every resource of the type: each variable is `*`."""

WITHOUT_VARIABLES: Final = frozenset({("account", "account"), ("glue", "rootcatalog"), ("securityhub", "hub")})
"""Resource types of which an account has one only, so that nothing in the request names it."""

LOWERED: Final = frozenset({"elasticache", "rds", "redshift"})
"""Services that keep names in lower case, however the request spells them."""

LOWER_ONLY: Final = frozenset(
    {
        ("rds", "subscriptionname"),
        ("redshift", "dbgroup"),
        ("redshift", "dbname"),
        ("redshift", "dbuser"),
        ("redshift", "eventsubscriptionname"),
        ("sagemaker", ""),
    }
)
"""Variables by service (empty: all of it) whose ARNs may spell a name with capitals otherwise than the request does."""

WITH_SLASHES: Final = frozenset({"repositoryname", "loggroupname", "parameternamewithoutleadingslash"})
"""Variables, in lower case, that stand for names in which `/` may be; elsewhere such a value is no plain name."""

NOT_BY_NAME: Final = frozenset({"apigateway", "ec2", "execute-api", "iam", "s3", "s3express", "secretsmanager", "sts"})
"""Services of which a parameter does not fill the variable of the same name: a path or an id may be missing."""

UNTOLD: Final = frozenset({("ssm", "documentname"), ("ssm", "instanceid"), ("kms", "keyid")})
"""Variables that a parameter of the same name does not fill for sure: several types or owners share the name."""

VALUES: Final = {("wafv2", "scope"): {"REGIONAL": "regional", "CLOUDFRONT": "global"}}
"""What the ARN has for a value of the request, where it is another word."""

PREFIXES: Final = {("kms", "alias"): "alias/", ("route53", "id"): "/"}
"""What values of the request begin with that the ARN's variable lacks; for Route 53 whatever ends in the last `/`."""

IMPLIED: Final = {
    ("ecs", "clustername"): (
        "cluster",
        "default",
        r"(?!.*Tag|.*Daemon|(Continue|Describe|Stop)Service(Deployment|Revision)|(Delete|Describe|Update)Express).*",
    )
}
"""The parameter whose absence stands for a value, that value, and the actions whose requests have the parameter."""

OF_ANOTHER_TYPE: Final = {("events", "rule-on-custom-event-bus", "eventbusname"): "default"}
"""By service, resource type and variable: the value with which the resource is of another type."""

ALTERNATIVES: Final = {"bedrock": frozenset({"*"}), "states": frozenset({"execution", "express"})}
"""Resource types that the reference marks as required although a call has one of them; `*` for all of a service."""
