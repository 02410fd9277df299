#include "rules/export_key.hpp"

#include "rules/exportable.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

const PolicyName web("web");
const InstanceId web_1("ins-00000001");
const Instant due = *parse_rfc3339("2027-01-04T02:15:00Z");

TEST(ExportKey, IsReadBackFromThePrefixItWasMadeOf) {
    for (const char* text :
         {"{instance}/{time}",
          "web/{instance}/{time}",
          "{policy}/{name}/{date}/{instance}-{time}",
          "{name}-{instance}/{name}.{time}",
          "{time}{date}{time}-{instance}{policy}",
          "a.b/{instance}/{time}/{instance}"}) {
        const std::string prefix = expand_prefix(text, web, web_1, "web 1", due);
        const ExportKeyReader reader(web, text);

        const auto key = reader.read(prefix + "_img-pq5pau1w_system_snap-fiux4bof.qcow2");

        ASSERT_TRUE(key) << text;
        EXPECT_EQ(*key, (ExportKey{web_1, due, prefix, ImageId("img-pq5pau1w"), true})) << text;
    }
}

TEST(ExportKey, IsNotReadFromWhatTheCloudWouldNotHaveWritten) {
    const ExportKeyReader reader(web, "web/{instance}/{time}");
    for (const char* key :
         {"web/ins-00000001/20270104T021500Z_xvda.raw",
          "web/ins-00000001/20270104T021500Z_img-1_system_snap-1.txt",
          "web/ins-00000001/20271304T021500Z_img-1_system_snap-1.raw",
          "web/ins-/20270104T021500Z_img-1_system_snap-1.raw",
          "web/ins-00000001/20270104T021500Z_img-_system_snap-1.raw",
          "web/ins-00000001/20270104T021500Z_img-1_system_snap-.raw",
          "web/ins-00000001/20270104T021500Z_img-1_other_snap-1.raw",
          "web/ins-00000001/20270104T021500Z/more_img-1_system_snap-1.raw",
          "web/ins-00000001/2027010_img-1_system_snap-1.raw",
          "other/web/ins-00000001/20270104T021500Z_img-1_system_snap-1.raw",
          "web/notes.txt"}) {
        EXPECT_FALSE(reader.read(key)) << key;
    }
}

TEST(ExportKey, TellsNothingWhereTheTemplateDoesNotTellInstanceAndTime) {
    const char* key = "web/ins-00000001_img-1_system_snap-1.raw";

    EXPECT_FALSE(ExportKeyReader(web, "web/{instance}").read(key));
    EXPECT_FALSE(ExportKeyReader(web, "").read("_img-1_system_snap-1.raw"));
}

TEST(ExportKey, HasOneInstanceAndOneTime) {
    const ExportKeyReader reader(web, "{instance}/{time}/{instance}/{time}");
    const std::string end = "_img-1_system_snap-1.raw";

    EXPECT_TRUE(reader.read("ins-1/20270104T021500Z/ins-1/20270104T021500Z" + end));
    EXPECT_FALSE(reader.read("ins-1/20270104T021500Z/ins-2/20270104T021500Z" + end));
    EXPECT_FALSE(reader.read("ins-1/20270104T021500Z/ins-1/20270105T021500Z" + end));
}

TEST(ExportKey, LiesInTheTopFolderOfItsTemplate) {
    EXPECT_EQ(top_folder("web/{instance}/{time}", web), "web/");
    EXPECT_EQ(top_folder("{policy}/{instance}/{time}", web), "web/");
    EXPECT_EQ(top_folder("{instance}/{time}", web), "");
    EXPECT_EQ(top_folder("web-{instance}/{time}", web), "");
}

}  // namespace
}  // namespace cvmbackup
