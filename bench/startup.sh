#!/bin/bash
#
# What an unchanged template of 10 KB costs from the shell, as a multiple of an empty program that
# is linked to the same libraries. Usage: bench/startup.sh BUILD_FOLDER
#
# Both run in turns, so that the speed of the machine cancels out; exit 1 if the ratio is over 2.
set -euo pipefail

build=${1:?the build folder}
cfnfix=$build/cfnfix
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo 'int main(void) { return 0; }' >"$folder/empty.c"
# The same libraries, as many as the linker would drop since nothing is called.
read -ra libraries < <(pkg-config --libs glib-2.0 libfyaml yaml-0.1 libgit2 jansson)
cc -O2 -Wl,--no-as-needed -o "$folder/empty" "$folder/empty.c" "${libraries[@]}"
needed() { objdump -p "$1" | awk '$1 == "NEEDED" { print $2 }' | sort; }
diff <(needed "$cfnfix") <(needed "$folder/empty")

python3 - "$cfnfix" "$folder/empty" "$folder/template.yaml" <<'PYTHON'
import os, statistics, sys, time

cfnfix, empty, path = sys.argv[1:]
with open(path, "w") as template:
    template.write("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n")
    for i in range(90):
        template.write(
            f"  Queue{i}:\n    Type: AWS::SQS::Queue\n    Properties:\n      Tags:\n"
            f"        - Key: service\n          Value: !Sub '${{AWS::StackName}}-{i}'\n"
        )

def cost(command):
    start = time.perf_counter()
    _, status = os.waitpid(os.posix_spawn(command[0], command, os.environ), 0)
    assert status == 0
    return time.perf_counter() - start

runs = [(cost([empty]), cost([cfnfix, "-q", path])) for _ in range(300)]
nothing, all_of_it = (statistics.median(column) for column in zip(*runs))
print(f"empty program {nothing * 1e3:.2f} ms, cfnfix {all_of_it * 1e3:.2f} ms")
print(f"ratio {all_of_it / nothing:.2f}, at most 2.0")
sys.exit(all_of_it / nothing > 2)
PYTHON
