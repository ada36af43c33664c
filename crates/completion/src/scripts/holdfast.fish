# Completion of holdfast for fish: asks the program itself, which knows the names of the lab, too.
function __holdfast_complete
    set -l words (commandline --tokenize --current-process --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -l flag (string match -r '^--[^=]*=' -- $current)
    for line in ($program complete -- $words "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- $current) | string replace -r '^' -- "$flag"
            case ':directories'
                __fish_complete_directories (string replace -r '^--[^=]*=' '' -- $current) | string replace -r '^' -- "$flag"
            case '*'
                printf '%s\n' $line
        end
    end
end
complete --command holdfast --no-files --keep-order --arguments '(__holdfast_complete)'
