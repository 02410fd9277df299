# bash completion for cvmbackupctl

_cvmbackupctl_policies() {
    cvmbackupctl "${bus[@]}" --no-legend policies 2>/dev/null | cut -d' ' -f1
}

_cvmbackupctl_jobs() {
    cvmbackupctl "${bus[@]}" --no-legend jobs 2>/dev/null | sed -n 's/^ *\([0-9][0-9]*\) .*/\1/p'
}

_cvmbackupctl_options() {
    case $1 in
        run) echo '--instance --wait' ;;
        jobs) echo '--steps' ;;
        runs) echo '--policy --limit' ;;
        backups) echo '--policy --instance --run --failed --limit' ;;
        points) echo '--policy --instance --limit' ;;
        pause | pin) echo '--until --reason' ;;
        plan) echo '--all' ;;
        calendar) echo '--count' ;;
    esac
}

_cvmbackupctl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local verbs='status policies policy pause resume reload run jobs cancel runs backups points
        show verify plan apply pin unpin calendar'
    local verb='' named='' words='' i
    local -a bus=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --bus)
                ((++i < COMP_CWORD)) && bus=(--bus "${COMP_WORDS[i]}")
                ;;
            --instance | --policy | --limit | --run | --until | --reason | --count) ((++i)) ;;
            -*) ;;
            *) if [[ -z $verb ]]; then verb=${COMP_WORDS[i]}; else named=yes; fi ;;
        esac
    done
    case $previous in
        --bus) words='system session' ;;
        --policy) words=$(_cvmbackupctl_policies) ;;
        --instance | --limit | --run | --until | --reason | --count) return ;;
        *)
            if [[ $current == -* ]]; then
                words="--json --no-legend --bus --help $(_cvmbackupctl_options "$verb")"
            elif [[ -z $verb ]]; then
                words=$verbs
            elif [[ -z $named ]]; then
                case $verb in
                    policy | pause | resume | run | plan | calendar)
                        words=$(_cvmbackupctl_policies)
                        ;;
                    cancel) words=$(_cvmbackupctl_jobs) ;;
                esac
            fi
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _cvmbackupctl cvmbackupctl
