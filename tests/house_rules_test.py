#!/usr/bin/env python3
"""Every rule of house_rules.py finds what it is for, and leaves alone what looks like it."""
import unittest

import house_rules


def problems(text, path="daemon/engine/x.cpp"):
    return [problem for _, problem in house_rules.check(path, text)]


def lines(text, path="daemon/engine/x.cpp"):
    return sorted({line for line, _ in house_rules.check(path, text)})


def body(statements):
    return "Task<void> Engine::work(Policy policy) {\n    " + statements + "\n}\n"


class Rooms(unittest.TestCase):
    def test_a_room_may_use_what_the_table_allows(self):
        self.assertEqual([], problems('#include "rules/pace.hpp"\n#include "engine/y.hpp"\n'))

    def test_a_room_may_not_use_another(self):
        self.assertEqual(["engine may not use bus"], problems('#include "bus/service.hpp"\n'))
        self.assertEqual(["model may not use ports"],
                         problems('#include "ports/clock.hpp"\n', "daemon/model/x.cpp"))

    def test_the_bus_sees_one_header_of_the_engine(self):
        path = "daemon/bus/x.cpp"
        self.assertEqual([], problems('#include "engine/commands.hpp"\n', path))
        self.assertEqual(1, len(problems('#include "engine/scheduler.hpp"\n', path)))

    def test_main_may_use_all(self):
        text = '#include "bus/service.hpp"\n#include "cloud/transport.hpp"\n'
        self.assertEqual([], problems(text, "daemon/main.cpp"))

    def test_libraries_stay_in_their_rooms(self):
        self.assertEqual(1, len(problems("#include <sdbus-c++/sdbus-c++.h>\n")))
        self.assertEqual(1, len(problems("#include <boost/asio/ip/tcp.hpp>\n")))
        self.assertEqual(1, len(problems("#include <random>\n")))
        self.assertEqual([], problems("#include <boost/asio/steady_timer.hpp>\n"))
        asio = "#include <boost/asio/awaitable.hpp>\n"
        self.assertEqual(1, len(problems(asio, "daemon/rules/x.cpp")))
        self.assertEqual([], problems(asio, "daemon/ports/x.cpp"))

    def test_the_simulated_cloud_shares_nothing_with_the_daemon(self):
        path = "tests/cloudsim/x.cpp"
        self.assertEqual(1, len(problems('#include "cloud/sign.hpp"\n', path)))
        self.assertEqual([], problems('#include "cloudsim/state.hpp"\n', path))

    def test_link_lines_follow_the_table(self):
        path = "daemon/cloud/CMakeLists.txt"
        text = "target_link_libraries(cvmbackup_cloud PUBLIC cvmbackup_ports\n  PRIVATE {} x)\n"
        self.assertEqual([], problems(text.format("OpenSSL::SSL"), path))
        wrong = text.format("cvmbackup_engine")
        self.assertEqual(["cloud may not link engine"], problems(wrong, path))
        self.assertEqual([2], lines(wrong, path))


class Coroutines(unittest.TestCase):
    def clean(self, statements):
        self.assertEqual([], problems(body(statements)), statements)

    def caught(self, statements, word):
        found = problems(body(statements))
        self.assertTrue(any(word in problem for problem in found), f"{statements}: {found}")

    def test_named_values_one_await_a_statement(self):
        self.clean("auto answer = co_await cloud.create_image(place, std::move(request));")
        self.clean("if (ready) {\n co_await sleep(x);\n }\n else {\n co_await f();\n }")
        self.clean("for (auto& x : list) {\n try {\n co_await f(x);\n } catch (...) {\n }\n }")
        self.clean("switch (x) {\n case A: {\n co_return co_await f();\n }\n }")
        self.clean("const int a[] = {1, 2};\n co_await f();")
        self.clean("Value v{.a = 1};\n co_await f(std::move(v));")
        self.clean("while (true) {\n co_await f();\n }")

    def test_conditions(self):
        self.caught("if (co_await ready()) {\n }", "condition")
        self.caught("if (a && !co_await ready()) {\n }", "condition")
        self.caught("while (co_await ready()) {\n }", "condition")
        self.caught("switch (co_await kind()) {\n }", "condition")
        self.caught("if (auto x = co_await f(); x) {\n }", "condition")
        self.caught("auto x = co_await f() ? a : b;", "conditional")
        self.caught("auto x = co_await f() && y;", "conditional")

    def test_braces(self):
        self.caught("co_await f({1, 2});", "braces")
        self.caught("co_await f(Request{.id = id});", "braces")
        self.caught("Request r{.id = co_await f()};", "braces")
        self.caught("co_return Pair{co_await f(), 1};", "braces")
        self.caught("auto x = std::vector{co_await f()};", "braces")
        self.caught("co_await f([](int x) { return x; });", "braces")

    def test_two_awaits(self):
        self.caught("auto x = f(co_await a(), co_await b());", "more than one")

    def test_lambdas(self):
        self.caught("auto run = [this]() -> Task<void> {\n co_await f();\n };", "captures [this]")
        self.caught("auto run = [&, x]() {\n if (a) {\n co_return;\n }\n };", "captures")
        self.clean("auto run = [](Clock& clock) -> Task<void> {\n co_await f(clock);\n };")
        self.clean("auto cut = [&] { return 1; };\n co_await f(cut);")
        self.clean("if (list[i]) {\n co_await f();\n }")
        self.clean("for (auto& [place, images] : list) {\n co_await f();\n }")

    def test_borrowed_parameters(self):
        self.assertEqual(1, len(problems("Task<void> f(Clock& c, const std::string& name);\n")))
        self.assertEqual(1, len(problems("asio::awaitable<int> f(std::string_view name);\n")))
        self.assertEqual([], problems("Task<void> f(Clock& c, std::string name);\n"))
        self.assertEqual([], problems("void f(const std::string& name);\n"))

    def test_detached_and_operators(self):
        self.assertEqual(1, len(problems("asio::co_spawn(io, f(), asio::detached);\n")))
        self.assertEqual(1, len(problems("using namespace awaitable_operators;\n")))


class Effects(unittest.TestCase):
    def test_time_and_chance_come_through_ports(self):
        for text in ("auto t = std::chrono::system_clock::now();\n", "std::random_device d;\n",
                     "auto t = time(nullptr);\n", "::sleep(1);\n"):
            self.assertEqual(1, len(problems(text)), text)
        self.assertEqual([], problems("auto t = steady_clock::now();\n", "daemon/service/x.cpp"))
        self.assertEqual([], problems("auto t = clock.now();\n"))
        self.assertEqual([], problems("// std::random_device is forbidden\n"))
        self.assertEqual([], problems('auto t = "system_clock::now()";\n'))

    def test_tests_do_not_sleep(self):
        text = "std::this_thread::sleep_for(1s);\n"
        self.assertEqual(1, len(problems(text, "tests/unit/engine/x_test.cpp")))

    def test_rules_do_not_read_the_environment(self):
        text = 'auto home = std::getenv("HOME");\n'
        self.assertEqual(1, len(problems(text, "daemon/rules/x.cpp")))
        self.assertEqual([], problems(text, "daemon/cloud/x.cpp"))


class Files(unittest.TestCase):
    def test_columns_and_lines(self):
        self.assertEqual([2], lines("int a;\n" + "x" * 101 + "\n"))
        self.assertEqual([], lines("\u4e2d" * 100 + "\n"))
        self.assertEqual([401], lines("int a;\n" * 401))
        self.assertEqual([1], lines("x" * 101 + "\n", "tests/cloudsim/sdk/a.test.mjs"))
        self.assertEqual([], lines("x" * 300, "tests/golden/status.txt"))

    def test_loose_ends(self):
        self.assertEqual([1], lines("int a;  // TO" + "DO: more\n"))
        self.assertEqual([2], lines("#!/bin/sh\n# FIX" + "ME\n", "tests/run"))

    def test_headers_guard_themselves(self):
        self.assertEqual([1], lines("int a;\n", "daemon/model/x.hpp"))
        self.assertEqual([], lines("#pragma once\n", "daemon/model/x.hpp"))

    def test_raw_strings_are_no_code(self):
        self.assertEqual([], problems('auto sql = R"(SELECT "x"; detached)";\n'))


class Promises(unittest.TestCase):
    def test_every_proof_is_there(self):
        proofs = {"Restart", "RestartOfAll", "copy_book", "integration.killed"}
        text = "`Restart*` and `copy_book`;\n`integration.killed`, `min_good`\n"
        self.assertEqual([], list(house_rules.check_promises(text, proofs)))
        for wrong in ("`Resume*`", "`pin_book`", "`integration.hurt`"):
            self.assertEqual([2], [line for line, _ in
                                   house_rules.check_promises("\n" + wrong, proofs)])


if __name__ == "__main__":
    unittest.main()
