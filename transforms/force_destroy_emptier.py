"""Empties a bucket while its stack goes away, so that CloudFormation can delete it."""
import time

import boto3
import cfnresponse


def handler(event, context):
    bucket = event['ResourceProperties']['BucketName']
    status, reason = cfnresponse.SUCCESS, None
    try:
        if event['RequestType'] == 'Delete' and is_going_away(event['StackId']):
            empty(bucket, context)
    except Exception as error:
        print(error)
        code = getattr(error, 'response', {}).get('Error', {}).get('Code')
        if code not in ('AccessDenied', 'NoSuchBucket'):
            status, reason = cfnresponse.FAILED, str(error)[:500]
    # The id stays the same: after a new one CloudFormation would delete the old one.
    cfnresponse.send(event, context, status, {}, bucket, reason=reason)


def is_going_away(stack):
    """An update, or removing this custom resource alone, must not cost data."""
    stacks = boto3.client('cloudformation').describe_stacks(StackName=stack)['Stacks']
    return stacks[0]['StackStatus'] in ('DELETE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS')


def empty(bucket, context):
    """Deletes all versions and markers, round by round until none is found."""
    s3 = boto3.client('s3')
    fruitless = 0
    while fruitless < 5:
        time.sleep(fruitless)
        found, failed, codes = 0, 0, set()
        for page in s3.get_paginator('list_object_versions').paginate(Bucket=bucket):
            if context.get_remaining_time_in_millis() < 30000:
                raise TimeoutError('out of time: delete the stack again to go on')
            versions = page.get('Versions', []) + page.get('DeleteMarkers', [])
            if versions:
                objects = [{'Key': v['Key'], 'VersionId': v['VersionId']} for v in versions]
                answer = s3.delete_objects(
                    Bucket=bucket, Delete={'Objects': objects, 'Quiet': True})
                errors = answer.get('Errors', [])
                found += len(objects)
                failed += len(errors)
                codes.update(error['Code'] for error in errors)
        if found == 0:
            return
        fruitless = fruitless + 1 if failed == found else 0
        if fruitless and codes == {'AccessDenied'}:
            print(f'{failed} objects of {bucket} stay: access denied')
            return
    raise RuntimeError(f'{failed} objects cannot be deleted: {", ".join(sorted(codes))}')
