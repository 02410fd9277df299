// The client's parts that need no bus: words, tables, JSON, exit codes.
#include "ctl/command_line.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/json.hpp"
#include "ctl/table.hpp"
#include "ctl/words.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

namespace cvmbackup::ctl {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

Instant at(const std::string& rfc3339) {
    return parse_rfc3339(rfc3339).value();
}

TEST(Words, DurationsShowTheirTwoLargestUnits) {
    EXPECT_EQ(rough(seconds(0)), "0s");
    EXPECT_EQ(rough(seconds(59)), "59s");
    EXPECT_EQ(rough(minutes(3) + seconds(5)), "3min 5s");
    EXPECT_EQ(rough(hours(3) + seconds(5)), "3h");
    EXPECT_EQ(rough(hours(75)), "3d 3h");
    EXPECT_EQ(rough(hours(24 * 400)), "400d");
}

TEST(Words, AgesSayWhichWayTimeRuns) {
    const Instant now = at("2027-01-04T08:00:00Z");

    EXPECT_EQ(relative(now - hours(2), now), "2h ago");
    EXPECT_EQ(relative(now + minutes(90), now), "in 1h 30min");
    EXPECT_EQ(relative(now, now), "now");
    EXPECT_EQ(relative(std::nullopt, now), "-");
}

TEST(Words, TimesAreLocalWithTheirZone) {
    ::setenv("TZ", "Asia/Shanghai", 1);
    ::tzset();

    EXPECT_EQ(local_time(at("2027-01-04T18:15:00Z")), "2027-01-05 02:15:00 CST");
    EXPECT_EQ(local_time(std::nullopt), "-");
}

TEST(Words, NounsFollowTheirNumber) {
    EXPECT_EQ(counted(0, "backup"), "0 backups");
    EXPECT_EQ(counted(1, "backup"), "1 backup");
    EXPECT_EQ(counted(2, "policy"), "2 policies");
}

TEST(Words, ProgressIsNeverRoundedUpToDone) {
    EXPECT_EQ(percent(0.999), "99%");
    EXPECT_EQ(percent(1.0), "100%");
}

TEST(Words, WidthCountsColumnsNotBytes) {
    EXPECT_EQ(width("web-1"), 5U);
    EXPECT_EQ(width("größe"), 5U);
    EXPECT_EQ(width("数据库"), 6U);
}

TEST(Words, CutTextKeepsWholeCharacters) {
    EXPECT_EQ(shortened("web-1", 5), "web-1");
    EXPECT_EQ(shortened("web-12", 5), "web-…");
    EXPECT_EQ(shortened("数据库", 5), "数据…");
    EXPECT_EQ(shortened("数据库", 4), "数…");
}

TEST(Words, NamesCannotSteerTheTerminal) {
    EXPECT_EQ(harmless("a\033[31mb\nc"), "a [31mb c");
    EXPECT_EQ(
        harmless("a\xc2\x9b"
                 "31m"),
        "a 31m"
    );
    EXPECT_EQ(harmless("数据库"), "数据库");
}

TEST(Json, EscapesWhatMustBeEscaped) {
    EXPECT_EQ(json_string("a\"b\\c\nd\te\x01 ü"), R"("a\"b\\c\nd\te\u0001 ü")");
}

TEST(Json, NamesTimesWithoutTheirUnitAndKnowsNone) {
    const Dict row{
        {"due_usec", std::uint64_t{1799086500000000}},
        {"finished_usec", std::uint64_t{0}},
        {"percent", std::int64_t{-1}},
        {"progress", 0.125},
        {"reasons", std::vector<std::string>{"x"}},
        {"copies", Rows{}}};

    EXPECT_EQ(
        to_json(row),
        "{\n"
        "  \"copies\": [],\n"
        "  \"due\": \"2027-01-04T18:15:00Z\",\n"
        "  \"finished\": null,\n"
        "  \"percent\": null,\n"
        "  \"progress\": 0.125,\n"
        "  \"reasons\": [\n"
        "    \"x\"\n"
        "  ]\n"
        "}\n"
    );
}

TEST(Json, AnEmptyListIsADocumentToo) {
    EXPECT_EQ(to_json(Rows{}), "[]\n");
}

TEST(Tables, FitANarrowTerminalByCuttingTheWidestColumn) {
    Style style;
    style.columns = 30;
    Output output(style);
    Table table({">ID", "TEXT", "END"});
    table.add({"1", std::string(60, 'x'), "end"});
    table.add({"22", "short", ""});

    table.print(output);

    EXPECT_EQ(
        output.take(),
        "ID  TEXT                   END\n"
        " 1  xxxxxxxxxxxxxxxxxxxx…  end\n"
        "22  short                  -\n"
    );
}

TEST(Tables, HaveNoHeadingsWithoutLegend) {
    Style style;
    style.legend = false;
    Output output(style);
    Table table({"A LONG HEADING", "B"});
    table.add({"1", "2"});

    table.print(output);

    EXPECT_EQ(output.take(), "1  2\n");
}

TEST(Tables, ColourOnlyWhereItIsLiked) {
    Style style;
    Output plain(style);
    style.colour = true;
    Output colourful(style);

    EXPECT_EQ(plain.coloured("failed", Colour::bad), "failed");
    EXPECT_EQ(colourful.coloured("failed", Colour::bad), "\033[31mfailed\033[0m");
}

TEST(ExitCodes, FollowTheErrorsName) {
    EXPECT_EQ(exit_code_of("org.cvmbackup1.Error.NotFound"), ExitCode::not_found);
    EXPECT_EQ(exit_code_of("org.cvmbackup1.Error.Busy"), ExitCode::busy);
    EXPECT_EQ(exit_code_of("org.cvmbackup1.Error.Internal"), ExitCode::failed);
    EXPECT_EQ(exit_code_of("org.freedesktop.DBus.Error.AccessDenied"), ExitCode::denied);
    EXPECT_EQ(exit_code_of("org.freedesktop.DBus.Error.ServiceUnknown"), ExitCode::unreachable);
    EXPECT_EQ(exit_code_of("org.freedesktop.DBus.Error.Spawn.ChildExited"), ExitCode::unreachable);
}

TEST(ExitCodes, FollowTheRunsResult) {
    EXPECT_EQ(exit_code_of_result("ok"), ExitCode::ok);
    EXPECT_EQ(exit_code_of_result("partial"), ExitCode::partial);
    EXPECT_EQ(exit_code_of_result("failed"), ExitCode::failed);
    EXPECT_EQ(exit_code_of_result("cancelled"), ExitCode::failed);
}

CommandLine parse(std::vector<std::string> words) {
    words.insert(words.begin(), "cvmbackupctl");
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

TEST(CommandLines, GlobalOptionsMayStandAnywhere) {
    const CommandLine line = parse({"policies", "--json", "--bus", "session"});

    EXPECT_FALSE(line.done) << line.text;
    EXPECT_TRUE(line.json);
    EXPECT_EQ(line.bus, "session");
}

TEST(CommandLines, AVerbThatIsNotThereIsNamed) {
    const CommandLine line = parse({"statsu"});

    EXPECT_EQ(line.done, ExitCode::usage);
    EXPECT_THAT(line.text, HasSubstr("no verb 'statsu'"));
}

TEST(CommandLines, WhatIsMissingOrWrongIsUsage) {
    EXPECT_EQ(parse({}).done, ExitCode::usage);
    EXPECT_EQ(parse({"policy"}).done, ExitCode::usage);
    EXPECT_EQ(parse({"pause", "web"}).done, ExitCode::usage) << "a reason is required";
    EXPECT_EQ(parse({"cancel", "web"}).done, ExitCode::usage);
    EXPECT_EQ(parse({"cancel", "-1"}).done, ExitCode::usage);
    EXPECT_EQ(parse({"show", "1", "2"}).done, ExitCode::usage);
    EXPECT_THAT(
        parse({"pause", "web", "--reason", "x", "--until", "tomorrow"}).text,
        HasSubstr("neither a time")
    );
}

TEST(CommandLines, RepeatedInstancesDoNotSwallowThePolicy) {
    EXPECT_FALSE(parse({"run", "--instance", "ins-1", "--instance", "ins-2", "web"}).done);
}

TEST(CommandLines, HelpListsTheExitCodes) {
    const CommandLine line = parse({"--help"});

    EXPECT_EQ(line.done, ExitCode::ok);
    EXPECT_THAT(line.text, HasSubstr("69  the daemon cannot be reached"));
}

}  // namespace
}  // namespace cvmbackup::ctl
