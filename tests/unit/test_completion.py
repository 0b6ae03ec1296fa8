"""Completion as the shells do it."""

import shutil
import subprocess

import pytest

from stagedoor.cli import completion
from stagedoor.cli.verbs import VERBS


def complete(*words: str) -> list[str]:
    """What bash offers for the last word."""
    script = completion._bash(completion.words())
    line = " ".join(f"'{word}'" for word in words)
    ask = (
        f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _stagedoor; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("stagedoor", "rollb"), {"rollback"}),
        (("stagedoor", "token", ""), {"create", "list", "revoke", "--help"}),
        (("stagedoor", "token", "create", "--ex"), {"--expires"}),
        (("stagedoor", "rollback", "--st"), {"--stack"}),
        (("stagedoor", "completion", ""), {"bash", "zsh", "fish", "--json", "--help"}),
    ],
)
def test_bash_offers_verbs_actions_and_options(words: tuple[str, ...], offered: set[str]) -> None:
    assert set(complete(*words)) == offered


def test_every_verb_is_offered_to_every_shell() -> None:
    known = completion.words()
    assert set(complete("stagedoor", "")) == set(VERBS)
    fish = completion._fish(known)
    assert all(f"-a {name} " in fish for name in VERBS)


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_zsh_reads_its_script() -> None:
    subprocess.run(["zsh", "-n"], input=completion._zsh(completion.words()), text=True, check=True)
