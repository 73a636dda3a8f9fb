# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion for fish. What can be completed is known to 'segkit complete'.
function __segkit_complete
    set -l words (commandline -opc) (commandline -ct)
    segkit complete -- $words[2..-1] 2>/dev/null
end
complete -c segkit -a '(__segkit_complete)'
