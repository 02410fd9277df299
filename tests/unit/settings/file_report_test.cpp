#include "settings/file_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

std::string told(const std::string& text) {
    FileReport report("web.toml", "");
    report.error({1, 1}, text);
    return report.problems().at(0).text;
}

TEST(Messages, StayOneHarmlessLineWhateverTheyQuote) {
    EXPECT_EQ(told("bad 'a\nb\x1b[2J\x7f'"), "bad 'a?b?[2J?'");
}

TEST(Messages, StayValidUtf8) {
    EXPECT_EQ(told("für 網站 🙂"), "für 網站 🙂");
    EXPECT_EQ(told("cut \xc3"), "cut ?");
    EXPECT_EQ(told("cut \xe7\xbd, so"), std::string("cut ") + "?" + "?, so");
    EXPECT_EQ(told("\x80 alone"), "? alone");
}

TEST(Messages, AreCutInTheMiddleWhereTheyQuoteTooMuch) {
    const std::string cut = told("begin " + std::string(100'000, 'x') + " end");

    EXPECT_THAT(cut, testing::StartsWith("begin x"));
    EXPECT_THAT(cut, testing::HasSubstr(" … "));
    EXPECT_THAT(cut, testing::EndsWith("x end"));
    EXPECT_LE(cut.size(), 610U);
}

Position inside(const std::string& line, std::size_t byte) {
    const FileReport report("web.toml", "# first line\n" + line + "\nlast");
    return report.inside({"ab cd", {2, 9}}, byte);
}

TEST(Positions, PointIntoTheStringWhereItStandsAsItIs) {
    EXPECT_EQ(inside("key   = \"ab cd\"", 1).column, 10U);
    EXPECT_EQ(inside("key   = \"ab cd\"", 4).column, 13U);
    EXPECT_EQ(inside("kéÿ   = 'ab cd'", 4).column, 13U);
}

TEST(Positions, FallBackToTheStringsBegin) {
    EXPECT_EQ(inside("key   = \"a\\u0062 cd\"", 4).column, 9U);
    EXPECT_EQ(inside("key", 4).column, 9U);
    EXPECT_EQ(inside("key   = \"ab cd\"", 0).column, 9U);
}

}  // namespace
}  // namespace cvmbackup
