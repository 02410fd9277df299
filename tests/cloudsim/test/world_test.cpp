#include "client.hpp"

namespace cloudsim::test {
namespace {

std::string problems_of(const std::string& text) {
    try {
        parse_world(text, "w.toml");
        return "";
    } catch (const FileError& error) {
        return error.what();
    }
}

constexpr const char* account = R"([[account]]
uin = "1"
app_id = 7
secret_id = "a"
secret_key = "b"
)";

TEST(World, ReadsTheDocumentedExample) {
    const World world = parse_world(R"(
[timing]
create = "10min"
[limits]
images_per_region = 500
[[account]]
uin = "100000000001"
app_id = 1250000000
secret_id  = "AKIDsimulated000000000000000000000001"
secret_key = "simulatedkey00000000000000000001"
[[account.bucket]]
name = "ops-backup-1250000000"
region = "ap-guangzhou"
[[account.instance]]
id = "ins-00000001"
name = "web-1"
region = "ap-guangzhou"
zone = "ap-guangzhou-3"
os = "Debian 12.0 64bit"
state = "RUNNING"
tags = { tier = "web" }
system_disk = { size = 50, type = "CLOUD_PREMIUM" }
data_disks  = [ { size = 100, type = "CLOUD_PREMIUM" } ]
[[account.instances]]
count = 1000
id_prefix = "ins-w"
region = "ap-guangzhou"
tags = { tier = "load" }
)");
    const Account& read = world.accounts.at(0);
    EXPECT_EQ(read.instances.size(), 1001U);
    EXPECT_EQ(read.instances.at(0).platform, "Debian");
    EXPECT_EQ(read.instances.at(1).id, "ins-w0000001");
    EXPECT_EQ(read.instances.back().id, "ins-w0001000");
}

TEST(World, DrawsDurationsFromARange) {
    const World world =
        parse_world(std::string{"[timing]\ncreate = \"10–15min\"\ncopy = \"90s-2h\"\n"} + account);
    EXPECT_EQ(world.timing.create.shortest, 10min);
    EXPECT_EQ(world.timing.create.longest, 15min);
    EXPECT_EQ(world.timing.copy.shortest, 90s);
    EXPECT_EQ(world.timing.copy.longest, 2h);
}

TEST(World, IsUnkindByDefaultWhereNobodyKnows) {
    const World world = parse_world(account);
    EXPECT_FALSE(world.behaviour.image_names_unique);
    EXPECT_TRUE(world.behaviour.source_busy_during_copy);
    EXPECT_GT(world.behaviour.list_delay.longest, 0s);
    EXPECT_GT(world.behaviour.tags_late.longest, 0s);
}

TEST(World, ReadsTheExampleFilesThatNameEveryKey) {
    const World world = load_world(CLOUDSIM_EXAMPLES "/world.toml");
    EXPECT_EQ(world.accounts.size(), 2U);
    EXPECT_NO_THROW(load_faults(CLOUDSIM_EXAMPLES "/faults.toml", &world));
}

TEST(World, NamesEveryProblemWithItsPlace) {
    const std::string text = "[timing]\ncraete = \"1min\"\ncopy = 5\n" + std::string{account};
    EXPECT_EQ(
        problems_of(text),
        "w.toml:2:1: error: unknown key 'craete', did you mean 'create'?\n"
        "w.toml:3:8: error: 'copy' must be a duration such as \"10min\" or a range such as "
        "\"10-15min\""
    );
}

TEST(World, TellsWhereTheSyntaxBreaks) {
    EXPECT_THAT(problems_of("[timing\n"), testing::StartsWith("w.toml:1:"));
}

TEST(World, WantsAnAccountWithItsKeys) {
    EXPECT_THAT(problems_of(""), HasSubstr("needs at least one [[account]]"));
    EXPECT_THAT(problems_of("[[account]]\nuin = \"1\"\n"), HasSubstr("key 'app_id' is missing"));
    EXPECT_THAT(problems_of("[[account]]\nuin = 1\n"), HasSubstr("'uin' must be a string"));
}

TEST(World, RefusesImpossibleThings) {
    const auto with = [](const std::string& keys) { return problems_of(account + keys); };
    EXPECT_THAT(
        with("[[account.bucket]]\nname = \"b\"\nregion = \"ap-seoul\"\n"),
        HasSubstr("w.toml:7:8: error: a bucket of this account is named BUCKET-7")
    );
    EXPECT_THAT(
        with("[[account.instance]]\nid = \"i-1\"\nregion = \"ap-seoul\"\n"),
        HasSubstr("'i-1' is not ins- and eight of 0-9 a-z")
    );
    EXPECT_THAT(
        with("[[account.instance]]\nid = \"ins-00000001\"\nregion = \"moon\"\n"),
        HasSubstr("there is no region 'moon'")
    );
    EXPECT_THAT(
        with("[[account.instances]]\ncount = 1000\nid_prefix = \"ins-wwwww6\"\nregion = "
             "\"ap-seoul\"\n"),
        HasSubstr("leave room for 1000")
    );
    EXPECT_THAT(with(account), HasSubstr("two of the world have the same uin 1"));
}

}  // namespace
}  // namespace cloudsim::test
