"""`jaxgan completion`: what a shell needs to complete commands and options."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, Literal

from tyro.conf import Positional

from jaxgan.run.command_line import flags
from jaxgan.run.files import experiment_catalogue
from jaxgan.run.options import Options

SCRIPT = """\
_jaxgan() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} words=""
  if [ "$COMP_CWORD" = 1 ]; then
    words="{commands}"
  else
    case "${{COMP_WORDS[1]}}" in
{cases}
    esac
    case "$word" in
      -*) ;;
      *) words="" ;;
    esac
    case "$COMP_CWORD ${{COMP_WORDS[1]}}" in
      "2 train"|"2 forecast")
        [ "${{word#-}}" = "$word" ] && words="{experiments} $(
          for file in experiments/*.py experiments/*/*.py; do
            case "$file" in
              *[!A-Za-z0-9_./-]*) ;;
              *) [ -f "$file" ] && basename "$file" .py ;;
            esac
          done
        )" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _jaxgan jaxgan
"""
"""For bash. Where it completes nothing, the names of files are completed.

Bash expands what it completes: names that it could run are left out.
"""

ZSH = (
    "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
)
"""What lets zsh run it."""


@dataclasses.dataclass(frozen=True)
class CompletionCommand:
    """Print what a shell needs to complete commands, experiments and options.

    For bash, a line of ~/.bashrc: eval "$(jaxgan completion bash)".

    For zsh, a line of ~/.zshrc: eval "$(jaxgan completion zsh)".
    """

    shell: Positional[Literal["bash", "zsh"]]
    """Which."""

    def execute(self) -> None:
        """Prints the script."""
        from jaxgan.run.commands import COMMANDS

        print(ZSH if self.shell == "zsh" else "", script(COMMANDS), sep="", end="")


def script(commands: Mapping[str, Any]) -> str:
    """Writes a script for bash that completes these commands, by name."""
    general = ["--variant", *flags(Options)]
    cases = []
    for name, kind in commands.items():
        options = flags(kind)
        if any(field.name == "rest" for field in dataclasses.fields(kind)):
            options = list(dict.fromkeys([*options, *general]))
        cases.append(f'      {name}) words="{" ".join(options)}" ;;')
    return SCRIPT.format(
        commands=" ".join(commands),
        cases="\n".join(cases),
        experiments=" ".join(
            name
            for name in experiment_catalogue.experiments()
            if re.fullmatch(r"[\w.-]+", name, re.ASCII)
        ),
    )
