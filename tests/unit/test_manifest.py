import pytest

from stagedoor.model import manifest, settings
from stagedoor.model.errors import Invalid

TWO_LINES = 'name = "tv-home"\nteam = "tv"\n'


def test_two_lines_are_enough() -> None:
    read = manifest.parse(TWO_LINES)
    assert (read.name, read.team, read.entry, read.resources.memory) == ("tv-home", "tv", "main", 256_000_000)


def test_the_annotated_example_is_a_manifest_with_the_defaults() -> None:
    read = manifest.parse(manifest.annotated())
    assert read.limits == manifest.Limits()
    assert read.scaling == manifest.Scaling()


def test_the_annotated_settings_are_the_defaults() -> None:
    assert settings.parse(settings.annotated()) == settings.Platform()


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ('teem = "tv"', "unknown key 'teem'", "did you mean 'team'?"),
        ("[resources]\nmemoy = '1GB'", "unknown key 'resources.memoy'", "did you mean 'memory'?"),
        ("[resources]\nmemory = '1 apple'", "resources.memory = '1 apple' is not allowed", '"256MB"'),
        ("[resources]\nmemory = '1MB'", "resources.memory = 1000000 is not allowed", "32MB or more"),
        ("[scaling]\nidle = '0s'", "scaling.idle = 0.0 is not allowed", "above 0"),
        ("[scaling]\nconcurrency = 0", "scaling.concurrency = 0 is not allowed", "above 0"),
        ("[limits]\nrequest = '0s'", "limits.request = 0.0 is not allowed", "above 0"),
        ("[limits]\nlog = 'much'", "limits.log = 'much' is not allowed", "a size"),
        ("[limits]\nanswer = '10B'", "limits.answer = 10 is not allowed", "1KB or more"),
        ("[resources]\nfiles = 5", "resources.files = 5 is not allowed", "64 to 4096"),
        ("[scaling]\nmax = 0", "scaling.max = 0 is not allowed", "1 or more"),
        ("[scaling]\nmin = 5", "scaling.max = 4 is not allowed", "scaling.min or more"),
        ("[limits]\nrequest = 15", "limits.request = 15 is not allowed", "a text in quotes"),
        ("[checks]\npath = 'health'", "checks.path = 'health' is not allowed", "begins with /"),
        ("python = 'three'", "python = 'three' is not allowed", "3.11"),
        ("version = '1.2'", "'1.2' is no version number", "1.4.2"),
        ("services = 'discovery'", "services = 'discovery' is not allowed", "a list of texts"),
        ("[[routes]]", "a rule under routes has no condition", "host"),
        ("[[routes]]\nmethod = 'GET'", "a rule under routes has a method alone", "host"),
        ('[[routes]]\npath = "/a\\nb"', "is not allowed", "no request can have it"),
        ("[[routes]]\npath = 'a'", "path = 'a' is not allowed", "no request can have it"),
        ("[[routes]]\nhost = 'a b'", "host = 'a b' is not allowed", "no request can have it"),
        ("[[routes]]\n[routes.header]\n'x y' = '1'", "is not allowed", "no request can have it"),
        ("[[routes]]\nhots = 'a'", "unknown key 'routes.hots'", "did you mean 'host'?"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(text: str, words: str, hint: str) -> None:
    with pytest.raises(Invalid) as caught:
        manifest.parse(TWO_LINES + text)
    assert words in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("name", ["", "Tv", "tv_home", "-tv", "v2", "a" * 41, "tv/../x", "tv home"])
def test_a_name_that_cannot_stand_in_an_address_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="cannot be the name of an application"):
        manifest.parse(f'name = "{name}"\nteam = "tv"\n')


def test_a_missing_name_is_said() -> None:
    with pytest.raises(Invalid, match="the key name is missing"):
        manifest.parse('team = "tv"\n')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[edge]\nmember = 'guess'", "edge.member = 'guess' is not allowed"),
        ("[edge]\nmember = 'jwt:sub'", "edge.jwt_key is missing"),
        ("[edge]\njwt_algorithm = 'none'", "edge.jwt_algorithm = 'none'"),
        ("[pool]\nslots = 1", "unknown key 'pool'"),
    ],
)
def test_settings_that_cannot_be_are_refused(text: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        settings.parse(text)
    assert words in caught.value.message
