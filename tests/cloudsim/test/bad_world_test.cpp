// What a user is told of a world file that cannot be served.
#include "client.hpp"

namespace cloudsim::test {
namespace {

// Five lines; a case's text begins in the sixth.
const std::string account = R"([[account]]
uin = "1"
app_id = 7
secret_id = "a"
secret_key = "b"
)";

struct BadWorld {
    const char* text;
    const char* message;
};

std::string told_of(const std::string& text) {
    try {
        parse_world(text, "w.toml");
        return "";
    } catch (const FileError& error) {
        return error.what();
    }
}

TEST(BadWorld, IsToldWithItsPlaceAndWhatToDo) {
    const std::vector<BadWorld> cases{
        {"in_arears = true\n",
         "w.toml:6:1: error: unknown key 'in_arears', did you mean 'in_arrears'?"},
        {"in_arrears = 1\n", "w.toml:6:14: error: 'in_arrears' must be true or false"},
        {"[[account.instance]]\nid = \"web\"\nregion = \"ap-seoul\"\n",
         "w.toml:7:6: error: 'web' is not ins- and eight of 0-9 a-z"},
        {"[[account.instance]]\nid = \"ins-00000001\"\nregion = \"ap-seoul\"\n"
         "[[account.instance]]\nid = \"ins-00000001\"\nregion = \"ap-tokyo\"\n",
         "w.toml:10:6: error: two of the world have the same instance id ins-00000001"},
        {"[[account.instances]]\ncount = 9\nid_prefix = \"ins-w\"\nregion = \"ap-seoul\"\n"
         "[[account.instances]]\ncount = 9\nid_prefix = \"ins-w0\"\nregion = \"ap-seoul\"\n",
         "w.toml:10:1: error: two of the world have the same instance id ins-w0000001"},
        {"[[account.instances]]\nid_prefix = \"ins-w\"\nregion = \"ap-seoul\"\n",
         "w.toml:6:1: error: key 'count' is missing"},
        {"[[account.image]]\nid = \"img-1\"\nname = \"n\"\nregion = \"ap-seoul\"\n",
         "w.toml:7:6: error: 'img-1' is not img- and eight of 0-9 a-z"},
        {"[[account.image]]\nname = \"n\"\nregion = \"ap-seoul\"\nsize = 10\nused = 11\n",
         "w.toml:10:8: error: 'used' must be an integer from 1 to 10"},
        {"[[account.bucket]]\nname = \"b-7\"\nregion = \"moon\"\n",
         "w.toml:8:10: error: there is no region 'moon'"},
        {"[[account.bucket]]\nname = \"b-7\"\nregion = \"ap-seoul\"\n"
         "[[account.bucket]]\nname = \"b-7\"\nregion = \"ap-seoul\"\n",
         "w.toml:10:8: error: two of the world have the same bucket name b-7"},
        {"[[account]]\nuin = \"1\"\napp_id = 8\nsecret_id = \"c\"\nsecret_key = \"d\"\n",
         "w.toml:7:7: error: two of the world have the same uin 1"},
        {"[timing]\ncreate = \"10-5min\"\n",
         "w.toml:7:10: error: 'create' must be a duration such as \"10min\" or a range such as "
         "\"10-15min\""},
        {"[limits]\nforeign_share = 2\n",
         "w.toml:7:17: error: 'foreign_share' must be a number from 0 to 1"},
        {"[behaviour]\ndry_run = \"perhaps\"\n",
         "w.toml:7:11: error: 'dry_run' must be one of request-id, error"},
    };
    for (const BadWorld& bad : cases) {
        EXPECT_EQ(told_of(account + bad.text), bad.message);
    }
    EXPECT_THAT(told_of(""), HasSubstr("error: a world needs at least one [[account]]"));
}

std::string told_of_file(const std::string& path) {
    try {
        load_world(path);
        return "";
    } catch (const FileError& error) {
        return error.what();
    }
}

TEST(BadWorld, IsNamedWhenItCannotBeRead) {
    const std::string unreadable = ": error: cannot be read; is it a file, and yours to read?";
    EXPECT_EQ(told_of_file("/nowhere/w.toml"), "/nowhere/w.toml" + unreadable);
    EXPECT_EQ(told_of_file("/tmp"), "/tmp" + unreadable);
}

TEST(BadWorld, IsNotReadWhenItIsHuge) {
    EXPECT_THAT(told_of_file("/dev/zero"), HasSubstr("/dev/zero: error: larger than 64 MiB"));
}

}  // namespace
}  // namespace cloudsim::test
