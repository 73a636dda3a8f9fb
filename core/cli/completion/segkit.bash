# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion for bash. What can be completed is known to 'segkit complete'.
_segkit() {
    local IFS=$'\n' line
    COMPREPLY=()
    # bash splits words at '=': the pieces belong together
    local cur=${COMP_WORDS[COMP_CWORD]} words=() i word
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == = || ${COMP_WORDS[i-1]} == = ]] && ((${#words[@]})); then
            words[-1]+=$word
        else
            words+=("$word")
        fi
    done
    while read -r line; do
        line=${line%%$'\t'*}
        [[ $cur == = || ${COMP_WORDS[COMP_CWORD-1]} == = ]] && line=${line#*=}
        COMPREPLY+=("$line")
    done < <(segkit complete -- "${words[@]}" 2>/dev/null)
    if ((${#COMPREPLY[@]} == 0)); then
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$cur"))
    elif [[ ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace
    fi
}
complete -F _segkit segkit
