"""Sessions for those who work on the library: ``nox -l`` lists them, ``nox -s tests`` runs one."""

from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False  # a machine may lack 3.12 or 3.13; their sessions are then skipped
nox.options.sessions = ["tests", "lint", "types", "floors", "docs", "plugins"]
nox.options.stop_on_first_error = True

ROOT = Path(__file__).parent
PLUGINS = sorted(str(path.parent.relative_to(ROOT)) for path in ROOT.glob("plugins/*/pyproject.toml"))


def install(session: nox.Session, extra: str) -> None:
    """Install the library with an extra, and every plugin, as wheels: the source folder is not what is tested."""
    session.install(f".[{extra}]", *(f"./{plugin}" for plugin in PLUGINS))


@nox.session(python=["3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    """Run the tests of the library and of the plugins."""
    install(session, "test")
    session.run("python", "-m", "pytest", "-q", *session.posargs)


@nox.session
def lowest(session: nox.Session) -> None:
    """Run the tests, and build the documentation, with the lowest release that is declared of everything needed."""
    session.install("uv")
    python = str(Path(session.bin) / "python")
    session.run(
        *("uv", "pip", "install", "--python", python, "--resolution", "lowest-direct"),
        *(".[dev]", *(f"./{plugin}" for plugin in PLUGINS)),
    )
    session.run("python", "-m", "pytest", "-q", *session.posargs)
    if not session.posargs:
        session.run("sphinx-build", "-n", "-W", "-q", "-b", "html", "docs", "docs/_build/html")


@nox.session
def random(session: nox.Session) -> None:
    """Run the tests with other random examples than those that they try every time."""
    install(session, "test")
    session.run("python", "-m", "pytest", "-q", "--hypothesis-profile=random", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and form."""
    session.install("ruff>=0.6")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of the library and the plugins."""
    install(session, "dev")
    session.run("mypy")


@nox.session
def floors(session: nox.Session) -> None:
    """Check that modules import downward only."""
    install(session, "dev")
    session.run("lint-imports")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    install(session, "docs")
    session.run("sphinx-build", "-n", "-W", "-q", "-b", "html", "docs", "docs/_build/html")


@nox.session
def plugins(session: nox.Session) -> None:
    """Run each plugin's own tests against the installed library."""
    install(session, "test")
    for plugin in PLUGINS:
        with session.chdir(plugin):
            session.run("python", "-m", "pytest", "-q")


@nox.session
def mutation(session: nox.Session) -> None:
    """Change every rule of the core's practices and of each plugin, and list the changes that no case catches."""
    install(session, "test")
    folders = ["tests/practices/cases", *(f"{plugin}/cases" for plugin in PLUGINS)]
    session.run("community-core", "test", *folders, "--coverage", "--mutate")


@nox.session
def bench(session: nox.Session) -> None:
    """Run the benchmarks; each prints a ratio against a peer measured in the same run, and installed by it alone."""
    install(session, "test")
    session.install("zen-engine", "rule-engine", "openfisca-core")
    session.install("eventsourcing[postgres]>=9.3,<10")
    for script in sorted(ROOT.glob("benchmarks/*.py")):
        if 'if __name__ == "__main__":' in script.read_text("utf-8"):
            session.run("python", str(script), *session.posargs)


@nox.session
def model(session: nox.Session) -> None:
    """Drive the office against a plain model for 10,000 steps on SQLite and, where there is one, on PostgreSQL."""
    install(session, "dev")
    session.env["COMMUNITY_CORE_TEST_MODEL"] = "10000"
    session.run(
        "python",
        "-m",
        "pytest",
        "-q",
        "-s",
        "--hypothesis-profile=random",
        "tests/office/test_model.py",
        *session.posargs,
    )


@nox.session
def kill(session: nox.Session) -> None:
    """Kill clients 200 times on SQLite and, where COMMUNITY_CORE_TEST_POSTGRES names one, on PostgreSQL."""
    install(session, "dev")
    session.env["COMMUNITY_CORE_TEST_KILLS"] = "200"
    session.run("python", "-m", "pytest", "-q", "-s", "tests/store/test_kills.py", *session.posargs)
