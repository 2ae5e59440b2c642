"""Starts moto's server with repairs of what keeps it from reading ordinary CloudFormation templates.

Each repair is for one defect of moto 5.2 and goes when it is mended there. None changes what a resource is asked to be.
Arguments: those of moto_server.
"""

import json
import sys
from datetime import datetime, timezone

from moto.cloudformation import models as stacks
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.cloudwatch.models import Dimension, Metric, MetricDataQuery, MetricStat, cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import AMIS
from moto.ecr import models as registries
from moto.elbv2 import models as balancing
from moto.kms import models as kms
from moto.s3 import models as storage
from moto.secretsmanager.models import secretsmanager_backends
from moto.server import main
from moto.ssm import models as ssm

create_key = kms.Key.create_from_cloudformation_json.__func__


def create_key_with_readable_tags(cls, resource_name, cloudformation_json, account_id, region_name, **others):
    """CloudFormation writes tags as Key and Value, the service's own API as TagKey and TagValue."""
    properties = dict(cloudformation_json["Properties"])
    properties["Tags"] = [
        {"TagKey": tag["Key"], "TagValue": tag["Value"]} if "Key" in tag else tag for tag in properties.get("Tags", [])
    ]
    return create_key(cls, resource_name, {**cloudformation_json, "Properties": properties}, account_id, region_name, **others)


kms.Key.create_from_cloudformation_json = classmethod(create_key_with_readable_tags)

def create_balancer_of_its_type(cls, resource_name, cloudformation_json, account_id, region_name, **others):
    """A template says what kind of balancer it wants; moto made every one an application balancer."""
    properties = cloudformation_json["Properties"]
    return balancing.elbv2_backends[account_id][region_name].create_load_balancer(
        resource_name,
        properties.get("SecurityGroups"),
        properties.get("Subnets"),
        scheme=properties.get("Scheme", "internet-facing"),
        loadbalancer_type=properties.get("Type", "application"),
    )


balancing.FakeLoadBalancer.create_from_cloudformation_json = classmethod(create_balancer_of_its_type)
balancer_attribute = balancing.FakeLoadBalancer.get_cfn_attribute


def balancer_attribute_with_full_name(self, attribute_name):
    """The name that metrics carry is the end of the ARN."""
    if attribute_name == "LoadBalancerFullName":
        return self.arn.split(":loadbalancer/")[1]
    return balancer_attribute(self, attribute_name)


balancing.FakeLoadBalancer.get_cfn_attribute = balancer_attribute_with_full_name


def target_group_attribute(self, attribute_name):
    """A group of targets has attributes too, and alarms name its metrics by the end of its ARN."""
    if attribute_name == "TargetGroupFullName":
        return self.arn.split(":")[-1]
    raise UnformattedGetAttTemplateException()


balancing.FakeTargetGroup.get_cfn_attribute = target_group_attribute


modify_listener = balancing.ELBv2Backend.modify_listener


def modify_listener_of_any_protocol(self, arn, port=None, protocol=None, *others, **named):
    """Network balancers speak TLS; moto refuses to hear of it once the listener is there."""
    listener = modify_listener(self, arn, port, None if protocol == "TLS" else protocol, *others, **named)
    listener.protocol = protocol or listener.protocol
    return listener


balancing.ELBv2Backend.modify_listener = modify_listener_of_any_protocol

update_bucket = storage.FakeBucket.update_from_cloudformation_json.__func__


def update_bucket_without_name(cls, original_resource, new_resource_name, cloudformation_json, *others, **named):
    """A bucket that CloudFormation named keeps its name."""
    properties = {"BucketName": original_resource.name, **cloudformation_json["Properties"]}
    return update_bucket(
        cls, original_resource, new_resource_name, {**cloudformation_json, "Properties": properties}, *others, **named
    )


storage.FakeBucket.update_from_cloudformation_json = classmethod(update_bucket_without_name)

delete_vpc = EC2Backend.delete_vpc


def delete_vpc_with_its_route_tables(self, vpc_id):
    """Moto's stacks leave their route tables behind, and then refuse to let go of the network."""
    for table in self.describe_route_tables(filters={"vpc-id": vpc_id}):
        if not table.main_association_id:
            table._associations.clear()
            self.delete_route_table(table.id)
    return delete_vpc(self, vpc_id)


EC2Backend.delete_vpc = delete_vpc_with_its_route_tables


check_loading_status = ssm.ParameterDict._check_loading_status


def check_loading_status_with_driver_images(self, key):
    """AWS publishes the images with accelerator drivers as parameters too; moto knows those without drivers only."""
    check_loading_status(self, key)
    if str(key).startswith("/aws/service/deeplearning/ami/") and not dict.__contains__(self, key):
        dict.__setitem__(self, key, [published_image(self, key)])


def published_image(parameters, name):
    return ssm.Parameter(
        account_id=parameters.account_id,
        name=name,
        value=AMIS[0]["ami_id"],
        parameter_type="String",
        description=None,
        allowed_pattern=None,
        keyid=None,
        last_modified_date=datetime.now(timezone.utc).timestamp(),
        version=1,
        data_type="aws:ec2:image",
    )


ssm.ParameterDict._check_loading_status = check_loading_status_with_driver_images

update_resource = parsing.parse_and_update_resource


def update_or_keep_resource(logical_id, resource_json, resources_map, account_id, region_name):
    """A type that moto can make but not change was lost from its stack at the first update; it stays as it is."""
    changed = update_resource(logical_id, resource_json, resources_map, account_id, region_name)
    return resources_map[logical_id] if changed is None else changed


parsing.parse_and_update_resource = update_or_keep_resource

resolve_update_parameters = stacks.CloudFormationBackend._resolve_update_parameters


def resolve_parameters_with_defaults(self, instance, incoming_params):
    """A parameter that kept its default has no previous value of its own; the template still has the default."""
    known = [
        each for each in incoming_params if not each.get("UsePreviousValue") or each["ParameterKey"] in instance.parameters
    ]
    return resolve_update_parameters(self, instance=instance, incoming_params=known)


stacks.CloudFormationBackend._resolve_update_parameters = resolve_parameters_with_defaults


delete_stack = stacks.Stack.delete


def delete_stack_with_its_outputs(self):
    """Asked for the outputs of a stack that is gone, moto made the resources behind them anew."""
    delete_stack(self)
    self.output_map._output_json_map = {}


stacks.Stack.delete = delete_stack_with_its_outputs

create_repository = registries.Repository.create_from_cloudformation_json.__func__


def create_repository_that_may_be_emptied(cls, resource_name, cloudformation_json, account_id, region_name, **others):
    """A template says whether a repository goes with what is in it; moto never let it."""
    repository = create_repository(cls, resource_name, cloudformation_json, account_id, region_name, **others)
    repository.empty_on_delete = bool(cloudformation_json["Properties"].get("EmptyOnDelete"))
    return repository


def delete_repository(self, account_id, region_name):
    registries.ecr_backends[account_id][region_name].delete_repository(self.name, force=self.empty_on_delete)


registries.Repository.create_from_cloudformation_json = classmethod(create_repository_that_may_be_emptied)
registries.Repository.delete = delete_repository


class SecretOfStack(CloudFormationModel):
    """Moto has secrets, but not as part of a stack; this asks its own service for one."""

    # Moto sorts its models by the module they say they are from.
    __module__ = "moto.secretsmanager.models"

    def __init__(self, arn):
        self.physical_resource_id = arn

    @staticmethod
    def cloudformation_name_type():
        return "Name"

    @staticmethod
    def cloudformation_type():
        return "AWS::SecretsManager::Secret"

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr == "Id"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **others):
        properties = cloudformation_json["Properties"]
        secrets = secretsmanager_backends[account_id][region_name]
        wanted = properties.get("GenerateSecretString", {})
        password = json.loads(
            secrets.get_random_password(
                int(wanted.get("PasswordLength", 32)), "", False, bool(wanted.get("ExcludePunctuation")), False, False, False, True
            )
        )["RandomPassword"]
        answer = secrets.create_secret(
            resource_name,
            properties.get("SecretString", password),
            None,
            properties.get("Description"),
            properties.get("Tags", []),
            properties.get("KmsKeyId"),
            None,
            [],
            False,
        )
        return cls(json.loads(answer)["ARN"])

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        secretsmanager_backends[account_id][region_name].delete_secret(resource_name, None, True)

    def is_created(self):
        return True

    def delete(self, account_id, region_name):
        secretsmanager_backends[account_id][region_name].delete_secret(self.physical_resource_id, None, True)


def query_of(each):
    """One term of an alarm over several metrics, as moto keeps it."""
    stat = each.get("MetricStat")
    return MetricDataQuery(
        query_id=each["Id"],
        label=each.get("Label"),
        period=each.get("Period"),
        return_data=str(each.get("ReturnData", True)).lower(),
        expression=each.get("Expression"),
        metric_stat=None
        if stat is None
        else MetricStat(
            metric=Metric(
                metric_name=stat["Metric"]["MetricName"],
                namespace=stat["Metric"]["Namespace"],
                dimensions=[Dimension(name=one["Name"], value=one["Value"]) for one in stat["Metric"].get("Dimensions", [])],
            ),
            period=stat["Period"],
            stat=stat["Stat"],
            unit=stat.get("Unit"),
        ),
    )


def optional(kind, value):
    return None if value is None else kind(value)


class AlarmOfStack(CloudFormationModel):
    """Moto has alarms, but of CloudWatch its stacks know dashboards only; this asks its own service for one."""

    __module__ = "moto.cloudwatch.models"

    def __init__(self, name, arn):
        self.physical_resource_id = name
        self.arn = arn

    @staticmethod
    def cloudformation_name_type():
        return "AlarmName"

    @staticmethod
    def cloudformation_type():
        return "AWS::CloudWatch::Alarm"

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name):
        return self.arn

    @classmethod
    def put(cls, name, properties, account_id, region_name):
        alarm = cloudwatch_backends[account_id][region_name].put_metric_alarm(
            name=name,
            namespace=properties.get("Namespace"),
            metric_name=properties.get("MetricName"),
            comparison_operator=properties["ComparisonOperator"],
            evaluation_periods=int(properties["EvaluationPeriods"]),
            period=optional(int, properties.get("Period")),
            threshold=optional(float, properties.get("Threshold")),
            statistic=properties.get("Statistic"),
            description=properties.get("AlarmDescription"),
            dimensions=properties.get("Dimensions", []),
            alarm_actions=properties.get("AlarmActions", []),
            metric_data_queries=[query_of(each) for each in properties["Metrics"]] if "Metrics" in properties else None,
            datapoints_to_alarm=optional(int, properties.get("DatapointsToAlarm")),
            extended_statistic=properties.get("ExtendedStatistic"),
            ok_actions=properties.get("OKActions", []),
            treat_missing_data=properties.get("TreatMissingData"),
            tags=properties.get("Tags", []),
        )
        return cls(alarm.name, alarm.alarm_arn)

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **others):
        return cls.put(resource_name, cloudformation_json["Properties"], account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        return cls.put(original_resource.physical_resource_id, cloudformation_json["Properties"], account_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        cloudwatch_backends[account_id][region_name].delete_alarms([resource_name])

    def is_created(self):
        return True

    def delete(self, account_id, region_name):
        cloudwatch_backends[account_id][region_name].delete_alarms([self.physical_resource_id])


sys.exit(main(sys.argv[1:]))
