# Completion of cfnfix for bash. tests/check_docs.py holds its options and those of --help together.

_cfnfix_ids() {
    cfnfix --list 2>/dev/null | cut -d' ' -f1
}

_cfnfix() {
    local formats='text json rdjson rdjsonl sarif github gitlab junit markdown html github-review'
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} before
    COMPREPLY=()
    case $previous in
    --select | --ignore)
        before=${current%"${current##*,}"} # "a," of "a,b"
        mapfile -t COMPREPLY < <(compgen -P "$before" -W "$(_cfnfix_ids)" -- "${current##*,}")
        return
        ;;
    --explain) mapfile -t COMPREPLY < <(compgen -W "$(_cfnfix_ids)" -- "$current") && return ;;
    --profile) mapfile -t COMPREPLY < <(compgen -W 'standard production ephemeral' -- "$current") && return ;;
    --format) mapfile -t COMPREPLY < <(compgen -W "$formats" -- "$current") && return ;;
    --report) mapfile -t COMPREPLY < <(compgen -S : -W "$formats" -- "$current") && return ;;
    --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current") && return ;;
    --output-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current") && return ;;
    --config | --journal | --seen | --show-config | --files-from) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
    -j | --jobs | --diff-base | --max-size | --timeout | --max-memory | --set | --stdin-filename | --exclude | --include | --shard) return ;;
    esac
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '
            -i --in-place -o --output --output-dir --patch --journal --check --stdin-filename --skip-non-templates
            -r --recursive --include --exclude --no-gitignore --files-from -0 --null --shard
            --diff-base --staged --select --ignore --set --unsafe-fixes --no-ignores --add-ignores
            --thorough --same-account --stream
            --profile --config --no-config --show-config --baseline --create-baseline --prune-baseline
            --format --report --seen -q --quiet --color --strict --max-size -j --jobs --timeout
            --max-memory --list --explain --version --statistics -h --help' -- "$current")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

complete -o filenames -F _cfnfix cfnfix
