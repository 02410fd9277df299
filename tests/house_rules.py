#!/usr/bin/env python3
"""Rules of the house that neither compiler nor clang-tidy 16 checks (docs/architecture.md: why).

usage: house_rules.py [ROOT]    prints `path:line: what is wrong`; exit status 1 if anything is

Which room may know which, in #include and in CMake; libraries that stay in their rooms; size of
files and lines; the grammar of coroutines; time and chance only through ports; no loose ends.
"""
import pathlib
import re
import subprocess
import sys

LINE_LIMIT = 100
FILE_LIMIT = 400

# The rooms of daemon/ and the rooms each may use. main.cpp, which builds them all, may use all.
ROOMS = {
    "model": set(),
    "rules": {"model"},
    "ports": {"model"},
    "engine": {"model", "rules", "ports"},
    "settings": {"model", "rules"},
    "cloud": {"model", "ports"},
    "catalog": {"model", "ports"},
    "bus": {"model", "ports", "engine"},
    "telemetry": {"model", "ports"},
    "service": {"model", "ports"},
    "ctl": {"model", "bus"},
}
# Where a room sees only a part of another.
DOORS = {
    ("bus", "engine"): {"engine/commands.hpp"},
    ("ctl", "bus"): {"bus/generated/org.cvmbackup1.proxy.hpp"},
}
# Headers of a library, by prefix, and the only rooms that may include them. The longest prefix
# counts.
LIBRARIES = {
    "boost/asio/awaitable.hpp": {"ports", "engine", "cloud", "catalog", "bus", "telemetry",
                                 "service"},
    "boost/asio/ip/": {"cloud", "telemetry"},
    "boost/asio/local/": {"telemetry"},
    "boost/asio/posix/": {"bus", "service"},
    "boost/asio/ssl": {"cloud"},
    "boost/asio": {"engine", "cloud", "catalog", "bus", "telemetry", "service"},
    "boost/beast": {"cloud", "telemetry"},
    "boost/json": {"cloud", "catalog", "ctl"},
    "boost/url": {"cloud"},
    "openssl/": {"cloud"},
    "absl/": {"rules", "ctl"},
    "toml++/": {"settings"},
    "sqlite3.h": {"catalog"},
    "SQLiteCpp/": {"catalog"},
    "sdbus-c++/": {"bus", "ctl"},
    "prometheus/": {"telemetry"},
    "spdlog/": {"telemetry", "service"},
    "systemd/": {"service"},
    "CLI/": {"ctl"},
    "random": {"service"},
}
# The simulated cloud judges the daemon's client, so it shares no code with it.
CLOUDSIM_MAY_USE = {"cloudsim"}

LOOSE_ENDS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
CLOCKS = re.compile(
    r"_clock::now\b|\brandom_device\b|\bthis_thread::sleep_|\bu?sleep\s*\(\s*\d|\bgettimeofday\b"
    r"|\bclock_gettime\b|\bstd::rand\b|\bstd::time\s*\(|\btime\s*\(\s*(nullptr|NULL|0)\s*\)"
)
EVERYWHERE = [
    (re.compile(r"\bdetached\b"), "a detached coroutine loses its exception: give it a handler"),
    (re.compile(r"\bawaitable_operators\b"), "|| of awaitables hides errors: use parallel_group"),
    (re.compile(r"\bthis_thread::sleep_"), "nothing sleeps in real time: wait for the condition"),
]
COROUTINE = r"\b(?:Task|awaitable)<[^;{}()]*>\s+(?:\w+::)*\w+\("
BORROWED = re.compile(COROUTINE + r"[^;{}]*?(const std::string&|std::string_view|std::span|&&)")

BLANKED = re.compile(
    r'R"(?P<tag>[^()\s\\]*)\(.*?\)(?P=tag)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.S,
)


def blank(text):
    """The code with comments and literals made spaces; lines and columns stay."""
    return BLANKED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def files_of(root):
    """What git knows or would add; every file where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True, text=True,
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = [str(path.relative_to(root)) for path in pathlib.Path(root).rglob("*")
                  if "build" not in path.relative_to(root).parts]
    return sorted(path for path in set(listed) if path and (root / path).is_file())


def room_of(path):
    """daemon/engine/x.cpp -> engine; None for main.cpp and everything outside daemon/."""
    parts = pathlib.PurePath(path).parts
    return parts[1] if len(parts) > 2 and parts[0] == "daemon" else None


# ---- who may know whom ----


def check_own_include(room, header):
    other = header.split("/")[0]
    if other == room or "/" not in header:
        return None
    if other not in ROOMS:
        return None
    if other not in ROOMS[room]:
        return f"{room} may not use {other}"
    door = DOORS.get((room, other))
    if door and header not in door:
        return f"{room} may use only {', '.join(sorted(door))} of {other}"
    return None


def check_library(room, header):
    prefixes = [prefix for prefix in LIBRARIES
                if header == prefix or (header.startswith(prefix) and prefix != "random")]
    if not prefixes:
        return None
    prefix = max(prefixes, key=len)
    if room in LIBRARIES[prefix]:
        return None
    return f"<{prefix}> stays in {', '.join(sorted(LIBRARIES[prefix]))}"


def check_includes(path, text):
    room = room_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if not found:
            continue
        quote, header = found.groups()
        if path.startswith("tests/cloudsim/") and header.split("/")[0] in ROOMS:
            if header.split("/")[0] not in CLOUDSIM_MAY_USE:
                yield number, f"the simulated cloud may not use {header.split('/')[0]}"
        if room in ROOMS:
            check = check_own_include if quote == '"' else check_library
            if problem := check(room, header):
                yield number, problem


def check_links(path, text):
    """What a room links is what it may know."""
    room = room_of(path)
    if room not in ROOMS:
        return
    for call in re.finditer(r"target_link_libraries\s*\(\s*cvmbackup_\w+([^)]*)\)", text):
        for linked in re.finditer(r"\bcvmbackup_(\w+)", call.group(1)):
            other = linked.group(1)
            if other in ROOMS and other != room and other not in ROOMS[room]:
                yield line_of(text, call.start(1) + linked.start()), f"{room} may not link {other}"


# ---- coroutines ----

BLOCK_BEFORE = re.compile(
    r"(?:^|[;{}:)]|\b(?:else|do|try|const|noexcept|override|final|mutable|default)"
    r"|->[^;{}=]*|\b(?:namespace|struct|class|union|enum|requires|concept)\b[^;{}()=]*)\s*$"
)
CONDITION = re.compile(r"\b(if|while|switch|for)\s*(constexpr\s*)?$")
CAPTURING = re.compile(r"(?<![\w)\]\[])\[([^\[\]]+)\]\s*(\((?:[^()]|\([^()]*\))*\))?[^;{}\[\]]*$")
BINDING = re.compile(r"\bauto\s*&{0,2}\s*\[[^\]]*\]")


def opens_block(code, brace):
    """Whether the `{` at this position begins statements, and not a list of values."""
    return bool(BLOCK_BEFORE.search(code[max(0, brace - 400):brace]))


def statement_around(code, position):
    """(begin, end, openers): the full expression, and the open brackets between begin and here."""
    openers, depth, at = [], 0, position - 1
    while at >= 0:
        char = code[at]
        if char in ")]}":
            if char == "}" and depth == 0:
                break
            depth += 1
        elif char in "([{":
            if depth:
                depth -= 1
            elif char == "{" and opens_block(code, at):
                break
            else:
                openers.append(at)
        elif char == ";" and depth == 0 and not openers:
            break
        at -= 1
    end, depth = position, 0
    while end < len(code):
        char = code[end]
        depth += (char in "([{") - (char in ")]}")
        if char == ";" and depth <= 0 or char == "{" and depth == 1 and opens_block(code, end) \
                or depth < -len(openers):
            break
        end += 1
    return at + 1, end, openers


def enclosing_capture(code, position):
    """The capture list of the innermost lambda around the position, if there is one."""
    depth = 0
    for at in range(position - 1, -1, -1):
        if code[at] == "}":
            depth += 1
        elif code[at] == "{":
            if depth:
                depth -= 1
                continue
            head = code[max(0, at - 400):at]
            head = head[max(head.rfind(";"), head.rfind("{"), head.rfind("}")) + 1:]
            head = BINDING.sub("", head)
            if found := CAPTURING.search(head):
                return found.group(1).strip()
            if re.search(r"\[\]", head):
                return None
    return None


def check_coroutines(code):
    for found in re.finditer(r"\bco_await\b", code):
        line = line_of(code, found.start())
        begin, end, openers = statement_around(code, found.start())
        statement = code[begin:end]
        if any(code[at] == "(" and CONDITION.search(code[:at][-20:]) for at in openers):
            yield line, "co_await in a condition: name the value first"
            continue
        if "{" in statement:
            yield line, "braces or a lambda in a co_await statement: name the value, move it in"
        if len(re.findall(r"\bco_await\b", statement)) > 1:
            yield line, "more than one co_await in a statement"
        if re.search(r"\?|&&|\|\|", statement):
            yield line, "co_await in a conditional expression: use if"
    for found in re.finditer(r"\bco_(await|return)\b", code):
        if capture := enclosing_capture(code, found.start()):
            line = line_of(code, found.start())
            yield line, f"coroutine lambda captures [{capture}]: pass values"
    for found in BORROWED.finditer(code):
        yield line_of(code, found.start()), f"coroutine borrows a parameter ({found.group(1)})"


# ---- files ----


def check_sizes(text):
    lines = text.splitlines()
    if len(lines) > FILE_LIMIT:
        yield len(lines), f"longer than {FILE_LIMIT} lines: split it by what changes together"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LIMIT:
            yield number, f"longer than {LINE_LIMIT} columns"
        if LOOSE_ENDS.search(line):
            yield number, "a loose end in a comment: do it, or open an issue"


def check_cpp(path, text):
    code = blank(text)
    if path.endswith(".hpp") and "#pragma once" not in text:
        yield 1, "a header without #pragma once"
    yield from check_includes(path, text)
    yield from check_coroutines(code)
    for pattern, problem in EVERYWHERE:
        for found in pattern.finditer(code):
            yield line_of(code, found.start()), problem
    room = room_of(path)
    if path.startswith("daemon/") and room != "service":
        for found in CLOCKS.finditer(code):
            yield line_of(code, found.start()), "time and chance come from the ports Clock, Random"
    if room in {"model", "rules", "ports", "engine"}:
        for found in re.finditer(r"\bgetenv\b", code):
            yield line_of(code, found.start()), f"{room} may not read the environment"


def check(path, text):
    """All problems of one file as (line, text)."""
    name = pathlib.PurePath(path).name
    is_cpp = path.endswith((".cpp", ".hpp"))
    is_cmake = name == "CMakeLists.txt" or path.endswith(".cmake")
    if is_cpp or is_cmake or path.endswith((".py", ".sh", ".mjs")) or text.startswith("#!"):
        yield from check_sizes(text)
    if is_cpp:
        yield from check_cpp(path, text)
    if is_cmake:
        yield from check_links(path, text)


PROMISES = "docs/promises.md"


def proofs_in(paths, root):
    """What can be named as proof: suites of C++ tests, files without their endings."""
    names = set()
    for path in paths:
        if not path.startswith("tests/"):
            continue
        stem = pathlib.PurePath(path).stem
        names.add(stem)
        if path.startswith("tests/integration/"):
            names.add("integration." + stem.removesuffix("_test"))
        if path.endswith("_test.cpp"):
            text = (root / path).read_text(encoding="utf-8")
            names.update(re.findall(r"^TEST(?:_F|_P)?\((\w+),", text, re.MULTILINE))
    return names


def check_promises(text, proofs):
    """Every proof that the users are told of is there."""
    for found in re.finditer(r"`(\w+\*|integration\.\w+|\w+_(?:test|book|oracle))`", text):
        name = found.group(1)
        begins = name.removesuffix("*")
        if not any(proof == name or name.endswith("*") and proof.startswith(begins)
                   for proof in proofs):
            yield line_of(text, found.start()), f"no test is named {name}"


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent)
    count = files = 0
    paths = list(files_of(root))
    for path in paths:
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        files += 1
        problems = set(check(path, text))
        if path == PROMISES:
            problems.update(check_promises(text, proofs_in(paths, root)))
        for line, problem in sorted(problems):
            print(f"{path}:{line}: {problem}")
            count += 1
    print(f"house_rules: {files} files, {count} problems")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
