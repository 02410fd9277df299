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

std::string told_of_instance(const std::string& keys) {
    return told_of(account + "[[account.instance]]\nid = \"ins-00000001\"\n" + keys);
}

TEST(BadWorld, HasInstancesWhoseKeysAreOfNoKnownForm) {
    const std::string here = "region = \"ap-seoul\"\n";
    const std::vector<BadWorld> cases{
        {"zone = \"ap-seoul-\"\n", "w.toml:9:8: error: 'ap-seoul-' is no zone such as ap-seoul-3"},
        {"private_ip = \"999.1.1.1\"\n",
         "w.toml:9:14: error: '999.1.1.1' is no IPv4 address such as 10.0.0.7"},
        {"public_ip = \"::1\"\n", "w.toml:9:13: error: '::1' is no IPv4 address such as 10.0.0.7"},
        {"type = \"S5\"\n", "w.toml:9:8: error: 'S5' is no instance type such as S5.MEDIUM2"},
        {"cam_role = \"backup\"\n", "w.toml:9:12: error: the account has no role 'backup'"},
        {"image = \"img-nowhere1\"\n",
         "w.toml:9:9: error: there is no image 'img-nowhere1' in the world"},
        {"system_disk = { id = \"disk-00000001\" }\ndata_disks = [ { id = \"disk-00000001\" } ]\n",
         "w.toml:10:14: error: two of the world have the same disk id disk-00000001"},
        {"system_disk = { type = \"CLOUD_FAST\" }\n",
         "w.toml:9:24: error: 'type' must be one of CLOUD_BASIC, CLOUD_PREMIUM, CLOUD_SSD, "
         "CLOUD_BSSD, CLOUD_HSSD, CLOUD_TSSD, LOCAL_BASIC, LOCAL_SSD, LOCAL_NVME, LOCAL_PRO"},
    };
    for (const BadWorld& bad : cases) {
        EXPECT_EQ(told_of_instance(here + bad.text), bad.message);
    }
}

TEST(BadWorld, HasImagesWhoseKeysAreOfNoKnownForm) {
    const std::string here = "[[account.image]]\nregion = \"ap-seoul\"\n";
    const std::vector<BadWorld> cases{
        {"name = \"\"\n", "w.toml:8:8: error: an image's name has 1 to 60 characters"},
        {"name = \"0123456789012345678901234567890123456789012345678901234567890\"\n",
         "w.toml:8:8: error: an image's name has 1 to 60 characters"},
        {"name = \"n\"\nid = \"img-debian12\"\n",
         "w.toml:9:6: error: two of the world have the same image id img-debian12"},
        {"name = \"n\"\nshared_with = [\"1\"]\n",
         "w.toml:9:15: error: the image is '1's own; name other accounts"},
        {"name = \"n\"\nshared_with = [\"not-a-uin\"]\n",
         "w.toml:9:15: error: 'not-a-uin' is no uin, which is a number such as 100000000001"},
    };
    for (const BadWorld& bad : cases) {
        EXPECT_EQ(told_of(account + here + bad.text), bad.message);
    }
}

TEST(BadWorld, NamesPlacesAndAccountsThatCannotBe) {
    const std::vector<BadWorld> cases{
        {"[[account.role]]\nname = \"r\"\ntrusts = [\"root\"]\n",
         "w.toml:8:10: error: 'root' is no uin, which is a number such as 100000000001"},
        {"[limits]\nsold_out_zones = [\"moon-1\"]\n",
         "w.toml:7:18: error: 'moon-1' is no zone such as ap-guangzhou-3"},
        {"[limits]\nsold_out_types = [\"S5\"]\n",
         "w.toml:7:18: error: 'S5' is no instance type such as S5.MEDIUM2"},
        {"[limits]\nimport_closed = [\"moon\"]\n", "w.toml:7:17: error: there is no region 'moon'"},
    };
    for (const BadWorld& bad : cases) {
        EXPECT_EQ(told_of(account + bad.text), bad.message);
    }
}

TEST(BadWorld, IsNoneWithAnImageThatComesLaterOrOfEveryWorld) {
    const std::string image = "image = \"img-00000001\"\nregion = \"ap-seoul\"\n";
    EXPECT_EQ(
        told_of_instance(
            image + "[[account.image]]\nid = \"img-00000001\"\nname = \"n\"\nregion = "
                    "\"ap-seoul\"\n"
        ),
        ""
    );
    EXPECT_EQ(told_of_instance("image = \"img-winsv022\"\nregion = \"ap-seoul\"\n"), "");
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
