/**
 * Completion scripts. They hand the words over as they were typed and never evaluate them: pressing
 * Tab behind `$(…)` must not run it. Suggestions come as `word<Tab>description` lines; a line that
 * begins with a colon is a mark of the library that makes them.
 */
export const completionScripts = {
  bash: String.raw`# bash completion for keyreeve: source <(keyreeve completion bash)
_keyreeve() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    [[ -z $line || $line == :* ]] && continue
    COMPREPLY+=("${'$'}{line%%$'\t'*}")
  done < <(keyreeve complete -- "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _keyreeve keyreeve
`,
  zsh: String.raw`#compdef keyreeve
# zsh completion for keyreeve: source <(keyreeve completion zsh)
_keyreeve() {
  local line word
  local -a described
  while IFS= read -r line; do
    [[ -z $line || $line == :* ]] && continue
    word=${'$'}{line%%$'\t'*}
    described+=("${'$'}{word//:/\\:}:${'$'}{line#*$'\t'}")
  done < <(keyreeve complete -- "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)
  if (( $#described )); then
    _describe -t commands keyreeve described
  else
    _files
  fi
}
compdef _keyreeve keyreeve
`,
  fish: String.raw`# fish completion for keyreeve: keyreeve completion fish | source
function __keyreeve_complete
    set -l typed (commandline -opc)
    set -e typed[1]
    keyreeve complete -- $typed (commandline -ct) 2>/dev/null | string match -rv '^(:.*)?$'
end
complete -c keyreeve -a '(__keyreeve_complete)'
`,
} as const;
