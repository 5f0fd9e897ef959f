"""The policy templates of AWS SAM: what ``DynamoDBCrudPolicy`` and the like stand for.

Source: AWS SAM Developer Guide, serverless-policy-template-list; where the guide and what AWS deploys differ
(``AMIDescribePolicy``), what AWS deploys. As of 2026-11. A template that is not listed here is not known, and the role
that uses it carries a gap.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Grant(NamedTuple):
    """One Allow statement: actions, and formats of resources.

    ``{partition}``, ``{region}`` and ``{account}`` are those of the stack, every other name is a parameter.
    ``condition`` is operator, key and the format of a value.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)
    condition: tuple[str, str, str] | None = None


def _arn(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


def _grant(service: str, operations: str, *resources: str, condition: tuple[str, str, str] | None = None) -> Grant:
    return Grant(tuple(f"{service}:{one}" for one in operations.split()), resources or ("*",), condition)


_TABLE: Final = _arn("dynamodb", "table/{TableName}")
_TABLE_AND_INDEXES: Final = (_TABLE, f"{_TABLE}/index/*")
_BUCKET: Final = "arn:{partition}:s3:::{BucketName}"
_BUCKET_AND_OBJECTS: Final = (_BUCKET, f"{_BUCKET}/*")
_QUEUE: Final = _arn("sqs", "{QueueName}")
_STREAM: Final = _arn("kinesis", "stream/{StreamName}")
_DELIVERY: Final = _arn("firehose", "deliverystream/{DeliveryStreamName}")
_KEY: Final = _arn("kms", "key/{KeyId}")
_IDENTITY: Final = _arn("ses", "identity/{IdentityName}")
_COLLECTION: Final = _arn("rekognition", "collection/{CollectionId}")
_CLUSTER: Final = _arn("elasticmapreduce", "cluster/{ClusterId}")
_REPOSITORY: Final = _arn("codecommit", "{RepositoryName}")

POLICY_TEMPLATES: Final[Mapping[str, tuple[Grant, ...]]] = MappingProxyType(
    {
        "AMIDescribePolicy": (_grant("ec2", "DescribeImages"),),
        "AWSSecretsManagerGetSecretValuePolicy": (_grant("secretsmanager", "GetSecretValue", "{SecretArn}"),),
        "AWSSecretsManagerRotationPolicy": (
            _grant(
                "secretsmanager",
                "DescribeSecret GetSecretValue PutSecretValue UpdateSecretVersionStage",
                _arn("secretsmanager", "secret:*"),
                condition=(
                    "StringEquals",
                    "secretsmanager:resource/AllowRotationLambdaArn",
                    _arn("lambda", "function:{FunctionName}"),
                ),
            ),
            _grant("secretsmanager", "GetRandomPassword"),
        ),
        "AcmGetCertificatePolicy": (_grant("acm", "GetCertificate", "{CertificateArn}"),),
        "AthenaQueryPolicy": (
            _grant(
                "athena",
                "ListWorkGroups GetExecutionEngine GetExecutionEngines GetNamespace GetCatalogs"
                " GetNamespaces GetTables GetTable",
            ),
            _grant(
                "athena",
                "StartQueryExecution GetQueryResults DeleteNamedQuery GetNamedQuery ListQueryExecutions"
                " StopQueryExecution GetQueryResultsStream ListNamedQueries CreateNamedQuery"
                " GetQueryExecution BatchGetNamedQuery BatchGetQueryExecution GetWorkGroup",
                _arn("athena", "workgroup/{WorkGroupName}"),
            ),
        ),
        "CloudFormationDescribeStacksPolicy": (
            _grant("cloudformation", "DescribeStacks", _arn("cloudformation", "stack/*")),
        ),
        "CloudWatchDashboardPolicy": (_grant("cloudwatch", "GetDashboard ListDashboards PutDashboard ListMetrics"),),
        "CloudWatchDescribeAlarmHistoryPolicy": (_grant("cloudwatch", "DescribeAlarmHistory"),),
        "CloudWatchPutMetricPolicy": (_grant("cloudwatch", "PutMetricData"),),
        "CodeCommitCrudPolicy": (
            _grant(
                "codecommit",
                "GitPull GitPush CreateBranch DeleteBranch GetBranch ListBranches"
                " MergeBranchesByFastForward MergeBranchesBySquash MergeBranchesByThreeWay"
                " UpdateDefaultBranch BatchDescribeMergeConflicts CreateUnreferencedMergeCommit"
                " DescribeMergeConflicts GetMergeCommit GetMergeOptions BatchGetPullRequests"
                " CreatePullRequest DescribePullRequestEvents GetCommentsForPullRequest"
                " GetCommitsFromMergeBase GetMergeConflicts GetPullRequest ListPullRequests"
                " MergePullRequestByFastForward MergePullRequestBySquash MergePullRequestByThreeWay"
                " PostCommentForPullRequest UpdatePullRequestDescription UpdatePullRequestStatus"
                " UpdatePullRequestTitle DeleteFile GetBlob GetFile GetFolder PutFile DeleteCommentContent"
                " GetComment GetCommentsForComparedCommit PostCommentForComparedCommit PostCommentReply"
                " UpdateComment BatchGetCommits CreateCommit GetCommit GetCommitHistory GetDifferences"
                " GetObjectIdentifier GetReferences GetTree GetRepository UpdateRepositoryDescription"
                " ListTagsForResource TagResource UntagResource GetRepositoryTriggers"
                " PutRepositoryTriggers TestRepositoryTriggers UploadArchive GetUploadArchiveStatus"
                " CancelUploadArchive",
                _REPOSITORY,
            ),
        ),
        "CodeCommitReadPolicy": (
            _grant(
                "codecommit",
                "GitPull GetBranch ListBranches BatchDescribeMergeConflicts DescribeMergeConflicts"
                " GetMergeCommit GetMergeOptions BatchGetPullRequests DescribePullRequestEvents"
                " GetCommentsForPullRequest GetCommitsFromMergeBase GetMergeConflicts GetPullRequest"
                " ListPullRequests GetBlob GetFile GetFolder GetComment GetCommentsForComparedCommit"
                " BatchGetCommits GetCommit GetCommitHistory GetDifferences GetObjectIdentifier"
                " GetReferences GetTree GetRepository ListTagsForResource GetRepositoryTriggers"
                " TestRepositoryTriggers GetUploadArchiveStatus",
                _REPOSITORY,
            ),
        ),
        "CodePipelineLambdaExecutionPolicy": (_grant("codepipeline", "PutJobSuccessResult PutJobFailureResult"),),
        "CodePipelineReadOnlyPolicy": (
            _grant("codepipeline", "ListPipelineExecutions", _arn("codepipeline", "{PipelineName}")),
        ),
        "ComprehendBasicAccessPolicy": (
            _grant(
                "comprehend",
                "BatchDetectKeyPhrases DetectDominantLanguage DetectEntities BatchDetectEntities"
                " DetectKeyPhrases DetectSentiment BatchDetectDominantLanguage BatchDetectSentiment",
            ),
        ),
        "CostExplorerReadOnlyPolicy": (
            _grant(
                "ce",
                "GetCostAndUsage GetDimensionValues GetReservationCoverage"
                " GetReservationPurchaseRecommendation GetReservationUtilization GetTags",
            ),
        ),
        "DynamoDBBackupFullAccessPolicy": (
            _grant("dynamodb", "CreateBackup DescribeContinuousBackups", _TABLE),
            _grant("dynamodb", "DeleteBackup DescribeBackup ListBackups", f"{_TABLE}/backup/*"),
        ),
        "DynamoDBCrudPolicy": (
            _grant(
                "dynamodb",
                "GetItem DeleteItem PutItem Scan Query UpdateItem BatchWriteItem BatchGetItem DescribeTable"
                " ConditionCheckItem",
                *_TABLE_AND_INDEXES,
            ),
        ),
        "DynamoDBReadPolicy": (
            _grant("dynamodb", "GetItem Scan Query BatchGetItem DescribeTable", *_TABLE_AND_INDEXES),
        ),
        "DynamoDBReconfigurePolicy": (_grant("dynamodb", "UpdateTable", _TABLE),),
        "DynamoDBRestoreFromBackupPolicy": (
            _grant("dynamodb", "RestoreTableFromBackup", f"{_TABLE}/backup/*"),
            _grant("dynamodb", "PutItem UpdateItem DeleteItem GetItem Query Scan BatchWriteItem", _TABLE),
        ),
        "DynamoDBStreamReadPolicy": (
            _grant("dynamodb", "DescribeStream GetRecords GetShardIterator", f"{_TABLE}/stream/{{StreamName}}"),
            _grant("dynamodb", "ListStreams", f"{_TABLE}/stream/*"),
        ),
        "DynamoDBWritePolicy": (_grant("dynamodb", "PutItem UpdateItem BatchWriteItem", *_TABLE_AND_INDEXES),),
        "EC2CopyImagePolicy": (_grant("ec2", "CopyImage", _arn("ec2", "image/{ImageId}")),),
        "EC2DescribePolicy": (_grant("ec2", "DescribeRegions DescribeInstances"),),
        "EFSWriteAccessPolicy": (
            _grant(
                "elasticfilesystem",
                "ClientMount ClientWrite",
                _arn("elasticfilesystem", "file-system/{FileSystem}"),
                condition=(
                    "StringEquals",
                    "elasticfilesystem:AccessPointArn",
                    _arn("elasticfilesystem", "access-point/{AccessPoint}"),
                ),
            ),
        ),
        "EKSDescribePolicy": (_grant("eks", "DescribeCluster ListClusters"),),
        "EcsRunTaskPolicy": (_grant("ecs", "RunTask", _arn("ecs", "task-definition/{TaskDefinition}")),),
        "ElasticMapReduceAddJobFlowStepsPolicy": (_grant("elasticmapreduce", "AddJobFlowSteps", _CLUSTER),),
        "ElasticMapReduceCancelStepsPolicy": (_grant("elasticmapreduce", "CancelSteps", _CLUSTER),),
        "ElasticMapReduceModifyInstanceFleetPolicy": (
            _grant("elasticmapreduce", "ModifyInstanceFleet ListInstanceFleets", _CLUSTER),
        ),
        "ElasticMapReduceModifyInstanceGroupsPolicy": (
            _grant("elasticmapreduce", "ModifyInstanceGroups ListInstanceGroups", _CLUSTER),
        ),
        "ElasticMapReduceSetTerminationProtectionPolicy": (
            _grant("elasticmapreduce", "SetTerminationProtection", _CLUSTER),
        ),
        "ElasticMapReduceTerminateJobFlowsPolicy": (_grant("elasticmapreduce", "TerminateJobFlows", _CLUSTER),),
        "ElasticsearchHttpPostPolicy": (_grant("es", "ESHttpPost ESHttpPut", _arn("es", "domain/{DomainName}/*")),),
        "EventBridgePutEventsPolicy": (_grant("events", "PutEvents", _arn("events", "event-bus/{EventBusName}")),),
        "FilterLogEventsPolicy": (
            _grant("logs", "FilterLogEvents", _arn("logs", "log-group:{LogGroupName}:log-stream:*")),
        ),
        "FirehoseCrudPolicy": (
            _grant(
                "firehose",
                "CreateDeliveryStream DeleteDeliveryStream DescribeDeliveryStream PutRecord PutRecordBatch"
                " UpdateDestination",
                _DELIVERY,
            ),
        ),
        "FirehoseWritePolicy": (_grant("firehose", "PutRecord PutRecordBatch", _DELIVERY),),
        "KMSDecryptPolicy": (_grant("kms", "Decrypt", _KEY),),
        "KMSEncryptPolicy": (_grant("kms", "Encrypt", _KEY),),
        "KMSEncryptPolicy_v2": (
            _grant(
                "kms",
                "Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateDataKeyPair"
                " GenerateDataKeyPairWithoutPlaintext",
                _KEY,
            ),
        ),
        "KinesisCrudPolicy": (
            _grant(
                "kinesis",
                "AddTagsToStream CreateStream DecreaseStreamRetentionPeriod DeleteStream DescribeStream"
                " DescribeStreamSummary GetShardIterator IncreaseStreamRetentionPeriod ListTagsForStream MergeShards"
                " PutRecord PutRecords SplitShard RemoveTagsFromStream",
                _STREAM,
            ),
        ),
        "KinesisStreamReadPolicy": (
            _grant("kinesis", "ListStreams DescribeLimits", _arn("kinesis", "stream/*")),
            _grant("kinesis", "DescribeStream DescribeStreamSummary GetRecords GetShardIterator", _STREAM),
        ),
        "LambdaInvokePolicy": (_grant("lambda", "InvokeFunction", _arn("lambda", "function:{FunctionName}*")),),
        "MobileAnalyticsWriteOnlyAccessPolicy": (_grant("mobileanalytics", "PutEvents"),),
        "OrganizationsListAccountsPolicy": (_grant("organizations", "ListAccounts"),),
        "PinpointEndpointAccessPolicy": (
            _grant(
                "mobiletargeting",
                "GetEndpoint UpdateEndpoint UpdateEndpointsBatch",
                _arn("mobiletargeting", "apps/{PinpointApplicationId}/endpoints/*"),
            ),
        ),
        "PollyFullAccessPolicy": (
            _grant("polly", "GetLexicon DeleteLexicon", _arn("polly", "lexicon/{LexiconName}")),
            _grant("polly", "DescribeVoices ListLexicons PutLexicon SynthesizeSpeech", _arn("polly", "lexicon/*")),
        ),
        "RekognitionDetectOnlyPolicy": (
            _grant("rekognition", "DetectFaces DetectLabels DetectModerationLabels DetectText"),
        ),
        "RekognitionFacesManagementPolicy": (
            _grant("rekognition", "IndexFaces DeleteFaces SearchFaces SearchFacesByImage ListFaces", _COLLECTION),
        ),
        "RekognitionFacesPolicy": (_grant("rekognition", "CompareFaces DetectFaces"),),
        "RekognitionLabelsPolicy": (_grant("rekognition", "DetectLabels DetectModerationLabels"),),
        "RekognitionNoDataAccessPolicy": (
            _grant("rekognition", "CompareFaces DetectFaces DetectLabels DetectModerationLabels", _COLLECTION),
        ),
        "RekognitionReadPolicy": (
            _grant("rekognition", "ListCollections ListFaces SearchFaces SearchFacesByImage", _COLLECTION),
        ),
        "RekognitionWriteOnlyAccessPolicy": (_grant("rekognition", "CreateCollection IndexFaces", _COLLECTION),),
        "Route53ChangeResourceRecordSetsPolicy": (
            _grant("route53", "ChangeResourceRecordSets", "arn:{partition}:route53:::hostedzone/{HostedZoneId}"),
        ),
        "S3CrudPolicy": (
            _grant(
                "s3",
                "GetObject ListBucket GetBucketLocation GetObjectVersion PutObject PutObjectAcl"
                " GetLifecycleConfiguration PutLifecycleConfiguration DeleteObject",
                *_BUCKET_AND_OBJECTS,
            ),
        ),
        "S3FullAccessPolicy": (
            _grant(
                "s3",
                "GetObject GetObjectAcl GetObjectVersion PutObject PutObjectAcl DeleteObject DeleteObjectTagging"
                " DeleteObjectVersionTagging GetObjectTagging GetObjectVersionTagging PutObjectTagging"
                " PutObjectVersionTagging",
                f"{_BUCKET}/*",
            ),
            _grant("s3", "ListBucket GetBucketLocation GetLifecycleConfiguration PutLifecycleConfiguration", _BUCKET),
        ),
        "S3ReadPolicy": (
            _grant(
                "s3",
                "GetObject ListBucket GetBucketLocation GetObjectVersion GetLifecycleConfiguration",
                *_BUCKET_AND_OBJECTS,
            ),
        ),
        "S3WritePolicy": (_grant("s3", "PutObject PutObjectAcl PutLifecycleConfiguration", *_BUCKET_AND_OBJECTS),),
        "SESBulkTemplatedCrudPolicy": (
            _grant(
                "ses",
                "GetIdentityVerificationAttributes SendEmail SendRawEmail SendTemplatedEmail"
                " SendBulkTemplatedEmail VerifyEmailIdentity",
                _IDENTITY,
            ),
        ),
        "SESBulkTemplatedCrudPolicy_v2": (
            _grant(
                "ses",
                "SendEmail SendRawEmail SendTemplatedEmail SendBulkTemplatedEmail",
                _IDENTITY,
                _arn("ses", "template/{TemplateName}"),
            ),
            _grant("ses", "GetIdentityVerificationAttributes VerifyEmailIdentity"),
        ),
        "SESCrudPolicy": (
            _grant("ses", "GetIdentityVerificationAttributes SendEmail SendRawEmail VerifyEmailIdentity", _IDENTITY),
        ),
        "SESEmailTemplateCrudPolicy": (
            _grant("ses", "CreateTemplate GetTemplate ListTemplates UpdateTemplate DeleteTemplate TestRenderTemplate"),
        ),
        "SESSendBouncePolicy": (_grant("ses", "SendBounce", _IDENTITY),),
        "SNSCrudPolicy": (
            _grant(
                "sns",
                "ListSubscriptionsByTopic CreateTopic SetTopicAttributes Subscribe Publish",
                _arn("sns", "{TopicName}*"),
            ),
        ),
        "SNSPublishMessagePolicy": (_grant("sns", "Publish", _arn("sns", "{TopicName}")),),
        "SQSPollerPolicy": (
            _grant(
                "sqs",
                "ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch"
                " GetQueueAttributes ReceiveMessage",
                _QUEUE,
            ),
        ),
        "SQSSendMessagePolicy": (_grant("sqs", "SendMessage*", _QUEUE),),
        "SSMParameterReadPolicy": (
            _grant("ssm", "DescribeParameters"),
            _grant("ssm", "GetParameters GetParameter GetParametersByPath", _arn("ssm", "parameter/{ParameterName}")),
        ),
        "SSMParameterWithSlashPrefixReadPolicy": (
            _grant("ssm", "DescribeParameters"),
            _grant("ssm", "GetParameters GetParameter GetParametersByPath", _arn("ssm", "parameter{ParameterName}")),
        ),
        "SageMakerCreateEndpointConfigPolicy": (
            _grant("sagemaker", "CreateEndpointConfig", _arn("sagemaker", "endpoint-config/{EndpointConfigName}")),
        ),
        "SageMakerCreateEndpointPolicy": (
            _grant("sagemaker", "CreateEndpoint", _arn("sagemaker", "endpoint/{EndpointName}")),
        ),
        "ServerlessRepoReadWriteAccessPolicy": (
            _grant(
                "serverlessrepo",
                "CreateApplication CreateApplicationVersion UpdateApplication GetApplication"
                " ListApplications ListApplicationVersions ListApplicationDependencies",
                _arn("serverlessrepo", "applications/*"),
            ),
        ),
        "StepFunctionsCallbackPolicy": (
            _grant(
                "states",
                "SendTaskFailure SendTaskHeartbeat SendTaskSuccess",
                _arn("states", "stateMachine:{StateMachineName}"),
            ),
        ),
        "StepFunctionsExecutionPolicy": (
            _grant("states", "StartExecution", _arn("states", "stateMachine:{StateMachineName}")),
        ),
        "StepFunctionsExecutionPolicy_v2": (
            _grant("states", "StartExecution StartSyncExecution", _arn("states", "stateMachine:{StateMachineName}")),
        ),
        "TextractDetectAnalyzePolicy": (
            _grant("textract", "DetectDocumentText StartDocumentTextDetection StartDocumentAnalysis AnalyzeDocument"),
        ),
        "TextractGetResultPolicy": (_grant("textract", "GetDocumentTextDetection GetDocumentAnalysis"),),
        "TextractPolicy": (_grant("textract", "*"),),
        "VPCAccessPolicy": (
            _grant(
                "ec2",
                "CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces DetachNetworkInterface",
            ),
        ),
    }
)
"""One row a policy template."""
