// What a user is told of a file of faults that cannot be taken.
#include "client.hpp"

namespace cloudsim::test {
namespace {

std::string problems_of(const std::string& text) {
    const World world = small_world();
    try {
        parse_faults(text, "f.toml", &world);
        return "";
    } catch (const FileError& error) {
        return error.what();
    }
}

TEST(FaultFile, RefusesWhatCouldNeverStrike) {
    EXPECT_THAT(
        problems_of("[[fault]]\naction = \"CreateImagez\"\nkind = \"reset\"\n"),
        HasSubstr("f.toml:2:10: error: no action of the cloud fits 'CreateImagez'")
    );
    EXPECT_THAT(
        problems_of("[[fault]]\naction = \"*\"\nregion = \"moon\"\nkind = \"reset\"\n"),
        HasSubstr("f.toml:3:10: error: there is no region 'moon'")
    );
    EXPECT_THAT(
        problems_of("[[fault]]\naction = \"*\"\nkind = \"reset\"\nafter = \"2h\"\nbefore = \"1h\"\n"
        ),
        HasSubstr("f.toml:5:10: error: 'before' must be later than 'after'")
    );
}

TEST(FaultFile, RefusesKeysThatMeanNothingToTheKind) {
    EXPECT_THAT(
        problems_of("[[fault]]\naction = \"*\"\nkind = \"reset\"\ndelay = \"1s\"\n"),
        HasSubstr("f.toml:4:9: error: 'delay' means nothing to the kind 'reset'")
    );
}

TEST(FaultFile, WantsWhatAKindNeeds) {
    EXPECT_THAT(
        problems_of("[[fault]]\nkind = \"region-gone\"\n"),
        HasSubstr("f.toml:2:8: error: 'region-gone' needs 'region'")
    );
    EXPECT_THAT(
        problems_of("[[fault]]\nkind = \"clock-off\"\n"),
        HasSubstr("f.toml:2:8: error: 'clock-off' needs one of 'ahead' and 'behind'")
    );
    EXPECT_THAT(problems_of("[[fault]]\nkind = \"reset\"\n"), HasSubstr("key 'action' is missing"));
}

struct BadFault {
    const char* text;
    const char* message;
};

TEST(FaultFile, RefusesWhatItsKindOrActionCannotMean) {
    const std::vector<BadFault> cases{
        {"action = \"cos:HeadObjct\"\nkind = \"reset\"\n",
         "2:10: error: no operation on objects fits 'cos:HeadObjct'"},
        {"action = \"metadata:/foo\"\nkind = \"reset\"\n",
         "2:10: error: no path of the metadata service fits 'metadata:/foo'"},
        {"action = \"*\"\naccount = \"7\"\nkind = \"reset\"\n",
         "3:11: error: the world has no account '7'"},
        {"action = \"CreateImage\"\nkind = \"stale\"\ndelay = \"1s\"\n",
         "3:8: error: 'stale' means nothing to 'CreateImage'"},
        {"action = \"DescribeSnapshots\"\nkind = \"stale\"\ndelay = \"1s\"\n",
         "3:8: error: 'stale' means nothing to 'DescribeSnapshots'"},
        {"action = \"cos:GetBucket\"\nkind = \"stale\"\ndelay = \"1s\"\n",
         "3:8: error: 'stale' means nothing to 'cos:GetBucket'"},
        {"action = \"CreateImage\"\nkind = \"page-shifts\"\n",
         "3:8: error: 'page-shifts' means nothing to 'CreateImage'"},
        {"action = \"DescribeImages\"\nkind = \"task-fails\"\n",
         "3:8: error: 'task-fails' means nothing to 'DescribeImages'"},
        {"action = \"cos:*\"\nkind = \"task-done-vanishes\"\n",
         "3:8: error: 'task-done-vanishes' means nothing to 'cos:*'"},
        {"action = \"StopInstances\"\nkind = \"task-done-vanishes\"\n",
         "3:8: error: 'task-done-vanishes' means nothing to 'StopInstances'"},
        {"action = \"metadata:*\"\nkind = \"error-after\"\n",
         "3:8: error: 'error-after' means nothing to 'metadata:*'"},
        {"action = \"*\"\nkind = \"reset\"\nnth = []\n",
         "4:7: error: 'nth' is a number, or several in brackets"},
        {"action = \"metadata:*\"\nkind = \"lost-late\"\n",
         "3:8: error: 'lost-late' means nothing to 'metadata:*'"},
        {"action = \"*\"\nkind = \"lost-late\"\nreset = true\n",
         "4:9: error: 'reset' means nothing to the kind 'lost-late'"},
        {"action = \"*\"\nkind = \"slow\"\n", "3:8: error: 'slow' needs 'delay'"},
        {"action = \"*\"\nkind = \"reset\"\nnth = 1\ntimes = 2\n",
         "5:9: error: 'nth' and 'times' exclude each other"},
        {"action = \"CreateImage\"\nkind = \"error\"\nstatus = 503\n",
         "4:10: error: an error of 'CreateImage' is told with HTTP 200 always"},
        {"action = \"*\"\nkind = \"lost-after\"\nsilent = true\nreset = true\n",
         "5:9: error: 'silent' and 'reset' exclude each other"},
    };
    for (const BadFault& bad : cases) {
        EXPECT_EQ(
            problems_of(std::string{"[[fault]]\n"} + bad.text), std::string{"f.toml:"} + bad.message
        );
    }
}

TEST(FaultFile, TakesPatternsOfWhichOneRequestFits) {
    for (const char* action :
         {"action = \"*\"\nkind = \"task-fails\"\n",
          "action = \"Describe*\"\nkind = \"stale\"\ndelay = \"1s\"\n",
          "action = \"cos:Get*\"\nkind = \"error\"\nstatus = 503\n",
          "action = \"metadata:/latest/meta-data/placement/*\"\nkind = \"slow\"\ndelay = \"1s\"\n",
          "action = \"metadata:/latest/meta-data/cam/security-credentials/r\"\nkind = \"reset\"\n",
          "action = \"RebootInstances\"\nkind = \"reset\"\n"}) {
        EXPECT_EQ(problems_of(std::string{"[[fault]]\n"} + action), "") << action;
    }
}

}  // namespace
}  // namespace cloudsim::test
