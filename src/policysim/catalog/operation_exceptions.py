"""Reviewed exceptions: the operations whose IAM actions have other names than they have themselves.

One row for each operation. The source of a row is the API Reference of the service, which names the permission of the
operation, unless a comment names another page; Amazon S3 has tables of its own (``s3_operations``). Spec A7, A8.
"""

from __future__ import annotations

from typing import Final

from policysim.catalog.s3_operations import S3_ACTIONS

_TOKENS = "AWS SSO OIDC and portal operations authorize by a client or access token, not by IAM"
_PARTICIPANT = "operations of the Participant Service authorize by the participant's token, not by IAM"
_COGNITO = "Amazon Cognito evaluates no IAM policies for this operation: it authorizes by the user's token or by none"
_CODECATALYST = "Amazon CodeCatalyst authorizes by a bearer token and its own roles, not by IAM"
_SIGN_IN = "this is a sign-in, not a call that a policy authorizes"


def _all_to(action: str, operations: str) -> dict[str, tuple[str, ...]]:
    """The same action for several operations of its service."""
    service = action.partition(":")[0]
    return {f"{service}:{operation}": (action,) for operation in operations.split()}


def _without_prefix(service: str, prefix: str, operations: str) -> dict[str, tuple[str, ...]]:
    """Batch operations whose action is the one of the operation without a word in front."""
    names = operations.split()
    return {f"{service}:{name}": (f"{service}:{name.removeprefix(prefix)}",) for name in names}


ACTIONS_BY_OPERATION: Final[dict[str, tuple[str, ...]]] = {
    **S3_ACTIONS,
    "access-analyzer:GetFindingV2": ("access-analyzer:GetFinding",),
    "access-analyzer:ListFindingsV2": ("access-analyzer:ListFindings",),
    "apigateway:PutRoutingRule": ("apigateway:UpdateRoutingRule",),
    "batch:CancelJobs": ("batch:CancelJob",),
    "batch:TerminateJobs": ("batch:TerminateJob",),
    "batch:TerminateServiceJobs": ("batch:TerminateServiceJob",),
    **_without_prefix(
        "bcm-pricing-calculator",
        "Batch",
        "BatchCreateBillScenarioCommitmentModification BatchCreateBillScenarioUsageModification "
        "BatchCreateWorkloadEstimateUsage BatchDeleteBillScenarioCommitmentModification "
        "BatchDeleteBillScenarioUsageModification BatchDeleteWorkloadEstimateUsage "
        "BatchUpdateBillScenarioCommitmentModification BatchUpdateBillScenarioUsageModification "
        "BatchUpdateWorkloadEstimateUsage",
    ),
    # Amazon Bedrock User Guide, inference-prereq: one action for each way of answering.
    **_all_to("bedrock:InvokeModel", "Converse InvokeModelWithBidirectionalStream StartAsyncInvoke"),
    "bedrock:ConverseStream": ("bedrock:InvokeModelWithResponseStream",),
    "bedrock:RetrieveAndGenerateStream": ("bedrock:RetrieveAndGenerate",),
    # AWS Cost Management User Guide, billing-permissions-ref: budgets know two actions only, those on actions aside.
    **_all_to(
        "budgets:ModifyBudget",
        "CreateBudget CreateNotification CreateSubscriber DeleteBudget DeleteNotification DeleteSubscriber "
        "UpdateBudget UpdateNotification UpdateSubscriber",
    ),
    **_all_to(
        "budgets:ViewBudget",
        "DescribeBudget DescribeBudgetNotificationsForAccount DescribeBudgetPerformanceHistory DescribeBudgets "
        "DescribeNotificationsForBudget DescribeSubscribersForNotification",
    ),
    **_without_prefix("cases", "Batch", "BatchCreateRelatedItem BatchUpdateCase"),
    # Amazon Keyspaces Developer Guide, security_iam_service-with-iam: actions are the verbs of CQL.
    **_all_to("cassandra:Alter", "UpdateKeyspace UpdateTable"),
    **_all_to("cassandra:Create", "CreateKeyspace CreateTable CreateType"),
    **_all_to("cassandra:Drop", "DeleteKeyspace DeleteTable DeleteType"),
    **_all_to(
        "cassandra:Select", "GetKeyspace GetTable GetType ListKeyspaces ListTables ListTagsForResource ListTypes"
    ),
    "cassandra:GetTableAutoScalingSettings": (
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
    ),
    "cassandra:RestoreTable": ("cassandra:Restore",),
    "cloudfront:CreateDistributionWithTags": ("cloudfront:CreateDistribution", "cloudfront:TagResource"),
    "cloudsearch:UploadDocuments": ("cloudsearch:document",),
    "cloudtrail:ListInsightsMetricData": ("cloudtrail:LookupEvents",),
    "detective:ListOrganizationAdminAccounts": ("detective:ListOrganizationAdminAccount",),
    "dms:DescribeDataProviders": ("dms:ListDataProviders",),
    "dms:DescribeExtensionPackAssociations": ("dms:ListExtensionPacks",),
    "dms:DescribeInstanceProfiles": ("dms:ListInstanceProfiles",),
    "dms:DescribeMetadataModelAssessments": ("dms:ListMetadataModelAssessments",),
    "dms:DescribeMetadataModelConversions": ("dms:ListMetadataModelConversions",),
    "dms:DescribeMetadataModelExportsAsScript": ("dms:ListMetadataModelExports",),
    "dms:DescribeMetadataModelExportsToTarget": ("dms:ListMetadataModelExports",),
    "dms:DescribeMigrationProjects": ("dms:ListMigrationProjects",),
    "dms:ModifyConversionConfiguration": ("dms:UpdateConversionConfiguration",),
    "dms:ModifyDataProvider": ("dms:UpdateDataProvider",),
    "dms:ModifyInstanceProfile": ("dms:UpdateInstanceProfile",),
    "dms:ModifyMigrationProject": ("dms:UpdateMigrationProject",),
    "dms:StartExtensionPackAssociation": ("dms:AssociateExtensionPack",),
    "dms:StartMetadataModelExportAsScript": ("dms:StartMetadataModelExportAsScripts",),
    "dynamodb:TransactGetItems": ("dynamodb:GetItem",),
    "ecr:ListImageReferrers": ("ecr:BatchGetImage",),
    **_all_to("execute-api:ManageConnections", "DeleteConnection GetConnection PostToConnection"),
    "glue:GetUnfilteredPartitionMetadata": ("glue:GetPartition",),
    "glue:GetUnfilteredPartitionsMetadata": ("glue:GetPartitions",),
    "glue:GetUnfilteredTableMetadata": ("glue:GetTable",),
    "kms:ReEncrypt": ("kms:ReEncryptFrom", "kms:ReEncryptTo"),
    "lakeformation:GetGlueFunctionSessionContext": ("lakeformation:GetDataAccess",),
    "lambda:GetLayerVersionByArn": ("lambda:GetLayerVersion",),
    # AWS Lambda Developer Guide, lambda-api-permissions-ref: invoking is one action, however it is done.
    "lambda:InvokeFunctionUrl": ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"),
    **_all_to("lambda:InvokeFunction", "Invoke InvokeAsync InvokeWithResponseStream"),
    **_all_to("lex:ListAggregatedUtterances", "ListUtteranceAnalyticsData ListUtteranceMetrics"),
    "aws-marketplace:BatchDescribeEntities": ("aws-marketplace:DescribeEntity",),
    # Amazon Neptune User Guide, using-neptune-apis: actions with other names than their data API operations.
    **_all_to("neptune-db:CancelQuery", "CancelGremlinQuery CancelOpenCypherQuery"),
    **_all_to("neptune-db:DeleteStatistics", "DeletePropertygraphStatistics DeleteSparqlStatistics"),
    "neptune-db:ExecuteFastReset": ("neptune-db:ResetDatabase",),
    **_all_to("neptune-db:GetGraphSummary", "GetPropertygraphSummary GetRDFGraphSummary"),
    "neptune-db:GetMLDataProcessingJob": ("neptune-db:GetMLDataProcessingJobStatus",),
    "neptune-db:GetMLEndpoint": ("neptune-db:GetMLEndpointStatus",),
    "neptune-db:GetMLModelTrainingJob": ("neptune-db:GetMLModelTrainingJobStatus",),
    "neptune-db:GetMLModelTransformJob": ("neptune-db:GetMLModelTransformJobStatus",),
    **_all_to(
        "neptune-db:GetQueryStatus",
        "GetGremlinQueryStatus GetOpenCypherQueryStatus ListGremlinQueries ListOpenCypherQueries",
    ),
    **_all_to("neptune-db:GetStatisticsStatus", "GetPropertygraphStatistics GetSparqlStatistics"),
    **_all_to("neptune-db:GetStreamRecords", "GetPropertygraphStream GetSparqlStream"),
    **_all_to("neptune-db:ManageStatistics", "ManagePropertygraphStatistics ManageSparqlStatistics"),
    **_all_to("neptune-db:ReadDataViaQuery", "ExecuteGremlinProfileQuery ExecuteOpenCypherExplainQuery"),
    "neptune-graph:GetQuery": ("neptune-graph:GetQueryStatus",),
    "qapps:CreatePresignedUrl": ("qapps:ImportDocument",),
    "securityhub:BatchUpdateFindingsV2": ("securityhub:BatchUpdateFindings",),
    "securityhub:GetFindingStatisticsV2": ("securityhub:GetAdhocInsightResults",),
    "securityhub:GetFindingsV2": ("securityhub:GetFindings",),
    "securityhub:RegisterConnectorV2": ("securityhub:ConnectorRegistrationsV2",),
    "sns:PublishBatch": ("sns:Publish",),
    "sqs:ChangeMessageVisibilityBatch": ("sqs:ChangeMessageVisibility",),
    "sqs:DeleteMessageBatch": ("sqs:DeleteMessage",),
    "sqs:SendMessageBatch": ("sqs:SendMessage",),
    "ssm:DeregisterDefaultHostManagementConfiguration": ("ssm:GetServiceSetting", "ssm:ResetServiceSetting"),
    "ssm:RegisterDefaultHostManagementConfiguration": ("ssm:GetServiceSetting", "ssm:UpdateServiceSetting"),
    **_all_to("tax:GetExemptions", "BatchGetTaxExemptions GetTaxExemptionTypes ListTaxExemptions"),
    "tax:PutTaxExemption": ("tax:UpdateExemptions",),
    **_without_prefix("verifiedpermissions", "Batch", "BatchGetPolicy BatchIsAuthorized BatchIsAuthorizedWithToken"),
}
"""The actions of each operation whose action has another name; several are all needed (spec A8)."""

_PARTIQL = ("dynamodb:PartiQLDelete", "dynamodb:PartiQLInsert", "dynamodb:PartiQLSelect", "dynamodb:PartiQLUpdate")
_DYNAMODB_WRITES = ("dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
_QUERY = ("DeleteDataViaQuery", "ReadDataViaQuery", "WriteDataViaQuery")
_NEPTUNE_QUERY = tuple(f"neptune-db:{action}" for action in _QUERY)

CHOICES_BY_OPERATION: Final[dict[str, tuple[str, ...]]] = {
    "dynamodb:BatchExecuteStatement": _PARTIQL,
    "dynamodb:ExecuteStatement": _PARTIQL,
    "dynamodb:ExecuteTransaction": _PARTIQL,
    "dynamodb:TransactWriteItems": _DYNAMODB_WRITES,
    "neptune-db:ExecuteGremlinExplainQuery": _NEPTUNE_QUERY,
    "neptune-db:ExecuteGremlinQuery": _NEPTUNE_QUERY,
    "neptune-db:ExecuteOpenCypherQuery": _NEPTUNE_QUERY,
    "neptune-graph:ExecuteQuery": tuple(f"neptune-graph:{action}" for action in _QUERY),
    # Amazon Timestream Developer Guide, security_iam_service-with-iam: a query that reads no table needs the second.
    "timestream:Query": ("timestream:Select", "timestream:SelectValues"),
}
"""Operations whose request decides which of these actions are needed, one or several."""

_COGNITO_IDENTITY = "GetCredentialsForIdentity GetId GetOpenIdToken UnlinkIdentity"
_COGNITO_USERS = (
    "AssociateSoftwareToken ChangePassword CompleteWebAuthnRegistration ConfirmDevice ConfirmForgotPassword "
    "ConfirmSignUp DeleteUser DeleteUserAttributes DeleteWebAuthnCredential ForgetDevice ForgotPassword "
    "GetClientToken GetDevice GetTokensFromRefreshToken GetUser GetUserAttributeVerificationCode GetUserAuthFactors "
    "GlobalSignOut InitiateAuth ListDevices ListUserSessions ListWebAuthnCredentials ResendConfirmationCode "
    "RespondToAuthChallenge RevokeToken RevokeUserSession SetUserMFAPreference SetUserSettings SignUp "
    "StartWebAuthnRegistration UpdateAuthEventFeedback UpdateDeviceStatus UpdateUserAttributes VerifySoftwareToken "
    "VerifyUserAttribute"
)
_PARTICIPANTS = (
    "CancelParticipantAuthentication CompleteAttachmentUpload CreateParticipantConnection DescribeView "
    "DisconnectParticipant GetAttachment GetAuthenticationUrl GetTranscript SendEvent SendMessage "
    "StartAttachmentUpload"
)
_CODECATALYST_OPERATIONS = (
    "CreateAccessToken CreateDevEnvironment CreateProject CreateSourceRepository CreateSourceRepositoryBranch "
    "DeleteAccessToken DeleteDevEnvironment DeleteProject DeleteSourceRepository DeleteSpace GetDevEnvironment "
    "GetProject GetSourceRepository GetSourceRepositoryCloneUrls GetSpace GetSubscription GetUserDetails GetWorkflow "
    "GetWorkflowRun ListAccessTokens ListDevEnvironmentSessions ListDevEnvironments ListEventLogs ListProjects "
    "ListSourceRepositories ListSourceRepositoryBranches ListSpaces ListWorkflowRuns ListWorkflows "
    "StartDevEnvironment StartDevEnvironmentSession StartWorkflowRun StopDevEnvironment StopDevEnvironmentSession "
    "UpdateDevEnvironment UpdateProject UpdateSpace VerifySession"
)

NO_ACTION_REASONS: Final = {
    f"{prefix}:{operation}": reason
    for prefix, operations, reason in (
        ("cognito-identity", _COGNITO_IDENTITY, _COGNITO),
        ("cognito-idp", _COGNITO_USERS, _COGNITO),
        ("execute-api", _PARTICIPANTS, _PARTICIPANT),
        ("participant.connect", _PARTICIPANTS, _PARTICIPANT),
        ("connectparticipant", _PARTICIPANTS, _PARTICIPANT),
        ("codecatalyst", _CODECATALYST_OPERATIONS, _CODECATALYST),
        ("signin", "CheckMfa ConsoleLogin RenewRole SwitchRole ExitRole UserAuthentication", _SIGN_IN),
        ("sso", "Authenticate GetRoleCredentials ListAccountRoles ListAccounts Logout", _TOKENS),
        ("sso-oauth", "CreateToken RegisterClient StartDeviceAuthorization", _TOKENS),
    )
    for operation in operations.split()
}
"""Operations that no IAM action stands for, and why: no policy was the cause of what happened to such a call."""
