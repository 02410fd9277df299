// systemd-analyze as the reference for syntax and for days on which no clock changes (its answers
// around clock changes are not ours: it skips days and hours there).
#include "calendar_support.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>

namespace cvmbackup {

namespace {

constexpr const char* base = "2027-01-01T00:00:00Z";

std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string output;
    std::array<char, 4096> part{};
    while (pipe && std::fgets(part.data(), static_cast<int>(part.size()), pipe.get())) {
        output += part.data();
    }
    return output;
}

// "2027-01-04T02:15:00Z" for every "… Mon 2027-01-04 02:15:00 UTC" of the output.
std::vector<std::string> instants_in(const std::string& output) {
    std::vector<std::string> instants;
    for (std::size_t begin = 0; begin < output.size();) {
        const std::size_t end = std::min(output.find('\n', begin), output.size());
        const std::string line = output.substr(begin, end - begin);
        const bool answer =
            line.find("elapse:") != std::string::npos || line.find("Iter. #") != std::string::npos;
        if (answer && line.ends_with(" UTC")) {
            const std::string when = line.substr(line.size() - 23, 19);
            instants.push_back(when.substr(0, 10) + "T" + when.substr(11) + "Z");
        }
        begin = end + 1;
    }
    return instants;
}

bool has_systemd_analyze() {
    static const bool found =
        output_of("systemd-analyze calendar --base-time='2027-01-01 00:00:00 UTC' daily 2>&1")
            .find("Next elapse") != std::string::npos;
    return found;
}

std::vector<std::string> by_systemd(const std::string& expression) {
    return instants_in(output_of(
        "TZ=UTC systemd-analyze calendar --iterations=6 --base-time='2027-01-01 00:00:00 UTC' '" +
        expression + "' 2>/dev/null"
    ));
}

class AgainstSystemd : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (!has_systemd_analyze()) {
            GTEST_SKIP() << "systemd-analyze with --base-time is missing: nothing was compared";
        }
    }
};

class ReadAlike : public AgainstSystemd {};

TEST_P(ReadAlike, FiresWhereSystemdDoes) {
    const std::vector<std::string> theirs = by_systemd(GetParam());
    ASSERT_FALSE(theirs.empty());

    EXPECT_EQ(firings(GetParam(), "UTC", base, theirs.size()), theirs);
}

INSTANTIATE_TEST_SUITE_P(
    Calendar,
    ReadAlike,
    testing::Values(
        "minutely",
        "hourly",
        "daily",
        "weekly",
        "monthly",
        "quarterly",
        "semiannually",
        "semi-annually",
        "biannually",
        "bi-annually",
        "yearly",
        "annually",
        "Mon",
        "Sat,Sun",
        "Mon..Fri 02:15",
        "Mon,Wed..Fri,Sun 3:4:5",
        "mon-fri 1:00",
        "Mon, 10:00",
        "Monday 5:00",
        "Thu,Fri 2027-*-1,5 11:12:13",
        "*-*-* *:*:*",
        "*:0/15",
        "*:*:0/17",
        "*:*:5..9/2",
        "0/6:00",
        "2/5:30",
        "8..18:00",
        "8..18/4:0/30",
        "1,13:7,9",
        "*-2,3-29..31 12:00",
        "12-25",
        "*-12-25",
        "2028-02-29",
        "28-2-29 1:2:3",
        "2027/2-06-01",
        "2027..2030-01-02",
        "*-*-1/7",
        "*-*-10..20/3 04:00",
        "*-1/3-01",
        "*-*~1",
        "*-*~3 06:00",
        "*-02~01..03",
        "*-*~7/2",
        "*-*~1..6/2",
        "Mon *-05~07/1",
        "Fri *-*-13",
        "Sun *-*-1..7 03:00",
        "Mon *-02-29",
        "*-*-31",
        "02:00 UTC",
        "02:00 Asia/Shanghai",
        "daily Asia/Tokyo",
        "*:30 Asia/Kolkata",
        "5..5:00",
        "*-*-* 00:00:00 UTC",
        "2027-01-04 02:00 utc",
        "*-*-*",
        "@1900000000"
    )
);

class RefusedAlike : public AgainstSystemd {};

TEST_P(RefusedAlike, IsReadByNeither) {
    EXPECT_TRUE(by_systemd(GetParam()).empty());
    EXPECT_FALSE(parse_calendar(GetParam()).expression);
}

INSTANTIATE_TEST_SUITE_P(
    Calendar,
    RefusedAlike,
    testing::Values(
        "12",
        "24:00",
        "*/15:00",
        "*:*:60",
        "0/24:00",
        "22..6:00",
        "Fri..Mon",
        "Mo 1:00",
        "~1",
        "*-~1",
        "*-13-01",
        "2200-01-01",
        "02:00 UTC Europe/Berlin",
        "*-*-32",
        "Mon..Tue..Wed",
        "fortnightly",
        "*-02-30",
        "0 2 * * *",
        "1:2:3:4",
        "*-*-*-*",
        "*-*-* 1",
        "1..:00",
        "1,:00",
        "@",
        "Mon,,Tue",
        "2:00am",
        "*-*-1T02:00"
    )
);

}  // namespace

}  // namespace cvmbackup
