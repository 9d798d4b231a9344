"""Runs the function that force-destroy writes into templates against a small S3 and CloudFormation.

    python tests/py/test_emptier.py [--cfnfix BINARY --work FOLDER]

With a binary it also checks that this is the text in templates that cfnfix wrote. Nothing but the
standard library is needed: boto3 and cfnresponse are stand-ins.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import textwrap
import time
import types

SOURCE = pathlib.Path(__file__).parents[2] / 'transforms' / 'force_destroy_emptier.py'
PAGE = 1000
STACK = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/0a1b'


class ClientError(Exception):
    def __init__(self, code):
        super().__init__(f'An error occurred ({code})')
        self.response = {'Error': {'Code': code}}


class Bucket:
    """Versions and delete markers in key order, and the faults a test plants."""

    def __init__(self, versions=0, markers=0):
        keys = [(f'key-{n:05}', f'v{n}', 'Versions') for n in range(versions)]
        keys += [(f'key-{n:05}', f'm{n}', 'DeleteMarkers') for n in range(markers)]
        self.entries = sorted(keys)
        self.missing = False
        self.denies_list = False
        self.denied = set()     # keys that may not be deleted
        self.flaky = {}         # key -> how many times its deletion fails
        self.arriving = []      # written after the first deletion
        self.calls = []         # sizes of the deletions
        self.pages = 0

    def page(self, marker):
        if self.missing:
            raise ClientError('NoSuchBucket')
        if self.denies_list:
            raise ClientError('AccessDenied')
        self.pages += 1
        behind = [e for e in self.entries if marker is None or e > marker]
        return behind[:PAGE], len(behind) > PAGE

    def delete(self, objects):
        if not 0 < len(objects) <= PAGE:
            raise ClientError('MalformedXML')
        self.calls.append(len(objects))
        errors = [error for error in map(self.delete_one, objects) if error]
        self.entries = sorted(self.entries + self.arriving)
        self.arriving = []
        return errors

    def delete_one(self, wanted):
        key, version = wanted['Key'], wanted['VersionId']
        if key in self.denied:
            return {'Key': key, 'VersionId': version, 'Code': 'AccessDenied'}
        if self.flaky.get(key, 0) > 0:
            self.flaky[key] -= 1
            return {'Key': key, 'VersionId': version, 'Code': 'InternalError'}
        self.entries = [e for e in self.entries if e[:2] != (key, version)]
        return None


class S3:
    def __init__(self, buckets):
        self.buckets = buckets

    def get_paginator(self, operation):
        assert operation == 'list_object_versions', operation
        return types.SimpleNamespace(paginate=self.paginate)

    def paginate(self, Bucket):
        marker, more = None, True
        while more:
            entries, more = self.buckets[Bucket].page(marker)
            page = {'IsTruncated': more}
            for key, version, kind in entries:
                page.setdefault(kind, []).append({'Key': key, 'VersionId': version})
            yield page
            marker = entries[-1] if entries else None

    def delete_objects(self, Bucket, Delete):
        assert Delete.get('Quiet') is True
        errors = self.buckets[Bucket].delete(Delete['Objects'])
        return {'Errors': errors} if errors else {}


class CloudFormation:
    def __init__(self, status):
        self.status = status

    def describe_stacks(self, StackName):
        assert StackName == STACK, StackName
        if self.status is None:
            raise ClientError('AccessDenied')
        return {'Stacks': [{'StackName': 'shop', 'StackStatus': self.status}]}


class Context:
    """Has so many looks at the clock before its time runs out."""

    log_stream_name = 'stream'

    def __init__(self, looks=10**6):
        self.looks = looks

    def get_remaining_time_in_millis(self):
        self.looks -= 1
        return 600_000 if self.looks >= 0 else 5_000


def run(code, bucket, request='Delete', status='DELETE_IN_PROGRESS', context=None, name='files'):
    """One request to the function: what it answered CloudFormation."""
    answers = []

    def send(event, context, status, data, physical_id=None, noEcho=False, reason=None):
        answers.append({'status': status, 'id': physical_id, 'reason': reason})

    clients = {'s3': S3({'files': bucket}), 'cloudformation': CloudFormation(status)}
    sys.modules['boto3'] = types.SimpleNamespace(client=lambda service: clients[service])
    sys.modules['cfnresponse'] = types.SimpleNamespace(
        SUCCESS='SUCCESS', FAILED='FAILED', send=send)
    space = {'__name__': 'index', 'print': lambda *words: None}
    exec(compile(code, 'index.py', 'exec'), space)
    event = {'RequestType': request, 'StackId': STACK, 'PhysicalResourceId': 'files',
             'ResourceProperties': {'BucketName': name, 'ForceDestroy': 'true'}}
    space['handler'](event, context or Context())
    assert len(answers) == 1, f'{len(answers)} answers'
    return answers[0]


def deletion_of_the_stack(code):
    bucket = Bucket(versions=2500, markers=2500)
    assert run(code, bucket) == {'status': 'SUCCESS', 'id': 'files', 'reason': None}
    assert bucket.entries == []
    assert bucket.calls == [1000] * 5, bucket.calls


def rollback_of_a_creation(code):
    bucket = Bucket(versions=3)
    assert run(code, bucket, status='ROLLBACK_IN_PROGRESS')['status'] == 'SUCCESS'
    assert bucket.entries == []


def retry_after_a_failed_deletion(code):
    bucket = Bucket(versions=2500, markers=2500)
    assert run(code, bucket, context=Context(looks=2))['status'] == 'FAILED'
    assert len(bucket.entries) == 3000
    assert run(code, bucket)['status'] == 'SUCCESS'
    assert bucket.entries == []


def removal_of_the_custom_resource_alone(code):
    for status in ('UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE'):
        bucket = Bucket(versions=3)
        assert run(code, bucket, status=status)['status'] == 'SUCCESS'
        assert len(bucket.entries) == 3, status


def rollback_of_an_update(code):
    for status in ('UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
                   'UPDATE_ROLLBACK_FAILED', 'IMPORT_ROLLBACK_IN_PROGRESS', 'ROLLBACK_FAILED',
                   'ROLLBACK_COMPLETE', 'DELETE_FAILED'):
        bucket = Bucket(versions=3)
        assert run(code, bucket, status=status)['status'] == 'SUCCESS'
        assert len(bucket.entries) == 3, status


def creation_and_update(code):
    for request in ('Create', 'Update'):
        bucket = Bucket(versions=3)
        answer = run(code, bucket, request=request)
        assert answer == {'status': 'SUCCESS', 'id': 'files', 'reason': None}
        assert (len(bucket.entries), bucket.pages) == (3, 0)


def stable_physical_id(code):
    ids = {run(code, Bucket(), request=r)['id'] for r in ('Create', 'Update', 'Delete')}
    assert ids == {'files'}, ids


def empty_bucket(code):
    bucket = Bucket()
    assert run(code, bucket)['status'] == 'SUCCESS'
    assert bucket.calls == []


def missing_bucket(code):
    bucket = Bucket()
    bucket.missing = True
    assert run(code, bucket)['status'] == 'SUCCESS'


def listing_denied(code):
    bucket = Bucket(versions=3)
    bucket.denies_list = True
    assert run(code, bucket)['status'] == 'SUCCESS'
    assert len(bucket.entries) == 3


def deletion_denied(code):
    bucket = Bucket(versions=1500)
    bucket.denied = {f'key-{n:05}' for n in range(1500)}
    assert run(code, bucket)['status'] == 'SUCCESS'
    assert bucket.calls == [1000, 500], bucket.calls


def some_deletions_denied(code):
    bucket = Bucket(versions=1500)
    bucket.denied = {'key-00007'}
    bucket.arriving = [('aaa', 'v', 'Versions')]
    assert run(code, bucket)['status'] == 'SUCCESS'
    assert [entry[0] for entry in bucket.entries] == ['key-00007']


def stack_status_denied(code):
    bucket = Bucket(versions=3)
    assert run(code, bucket, status=None)['status'] == 'SUCCESS'
    assert len(bucket.entries) == 3


def out_of_time(code):
    bucket = Bucket(versions=2500)
    answer = run(code, bucket, context=Context(looks=1))
    assert answer['status'] == 'FAILED' and 'time' in answer['reason'], answer
    assert bucket.calls == [1000], bucket.calls


def partial_errors_that_pass(code):
    bucket = Bucket(versions=2500)
    bucket.flaky = {'key-00003': 1, 'key-01700': 3}
    assert run(code, bucket)['status'] == 'SUCCESS'
    assert bucket.entries == []


def slow_progress(code):
    bucket = Bucket(versions=10)
    bucket.flaky = {f'key-{n:05}': n for n in range(10)}
    assert run(code, bucket)['status'] == 'SUCCESS'
    assert bucket.entries == []


def partial_errors_that_stay(code):
    bucket = Bucket(versions=2500)
    bucket.flaky = {'key-00003': 10**6}
    answer = run(code, bucket)
    assert answer['status'] == 'FAILED' and 'InternalError' in answer['reason'], answer
    assert len(bucket.entries) == 1
    assert len(bucket.calls) < 20, bucket.calls


def written_meanwhile(code):
    bucket = Bucket(versions=1200)
    bucket.arriving = [('aaa', 'v', 'Versions'), ('zzz', 'v', 'Versions')]
    assert run(code, bucket)['status'] == 'SUCCESS'
    assert bucket.entries == []


def what_the_runtime_wants(code):
    lines = code.splitlines()
    assert 'import cfnresponse' in lines, 'CloudFormation looks for exactly this line'
    imported = {line.split()[1] for line in lines if line.startswith(('import ', 'from '))}
    assert imported <= {'boto3', 'cfnresponse', 'time'}, imported
    assert len(code.encode()) < 4096


TESTS = [deletion_of_the_stack, rollback_of_a_creation, retry_after_a_failed_deletion,
         removal_of_the_custom_resource_alone, rollback_of_an_update, creation_and_update,
         stable_physical_id, empty_bucket, missing_bucket, listing_denied, deletion_denied,
         some_deletions_denied, stack_status_denied, out_of_time, partial_errors_that_pass,
         slow_progress, partial_errors_that_stay, written_meanwhile, what_the_runtime_wants]

YAML_TEMPLATE = 'Resources:\n  Files:\n    Type: AWS::S3::Bucket\n'
JSON_TEMPLATE = '{"Resources": {"Files": {"Type": "AWS::S3::Bucket"}}}\n'


def patched(cfnfix, work, name, text):
    path = pathlib.Path(work, name)
    path.write_text(text)
    subprocess.run([cfnfix, '-q', '-i', '--select', 'force-destroy', str(path)], check=True,
                   stdout=subprocess.DEVNULL)
    return path.read_text()


def written_into_yaml(cfnfix, work, code):
    lines = patched(cfnfix, work, 'emptier.yaml', YAML_TEMPLATE).splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if line.strip() == 'ZipFile: |') + 1
    indent = len(lines[start]) - len(lines[start].lstrip())
    inside = [line for line in lines[start:]]
    for end, line in enumerate(inside):
        if line.strip() and not line.startswith(' ' * indent):
            inside = inside[:end]
            break
    assert textwrap.dedent(''.join(inside)).strip() == code.strip()


def written_into_json(cfnfix, work, code):
    resources = json.loads(patched(cfnfix, work, 'emptier.json', JSON_TEMPLATE))['Resources']
    function = next(r for r in resources.values() if r['Type'] == 'AWS::Lambda::Function')
    assert function['Properties']['Code']['ZipFile'] == code
    assert function['Properties']['Handler'] == 'index.handler'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfnfix')
    parser.add_argument('--work', default='.')
    arguments = parser.parse_args()
    time.sleep = lambda seconds: None
    code = SOURCE.read_text()
    tests = [(test, (code,)) for test in TESTS]
    if arguments.cfnfix and pathlib.Path(arguments.cfnfix).is_file():
        pathlib.Path(arguments.work).mkdir(parents=True, exist_ok=True)
        place = (arguments.cfnfix, arguments.work, code)
        tests += [(written_into_yaml, place), (written_into_json, place)]
    failed = 0
    for test, given in tests:
        try:
            test(*given)
        except Exception as error:
            failed += 1
            print(f'FAILED {test.__name__}: {type(error).__name__}: {error}')
    print(f'{len(tests) - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
