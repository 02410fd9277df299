#include "rules/export_objects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t gib = 1LL << 30;

ExpectedExport expected(const std::string& prefix, ExportFormat format = ExportFormat::raw) {
    return {prefix, ImageId("img-12345678"), format, {50, 20}};
}

std::vector<std::string> found(
    const ExpectedExport& exported, const std::vector<std::string>& endings
) {
    std::vector<StoredObject> listed;
    for (const std::string& ending : endings) {
        listed.push_back({exported.prefix + ending, 1, "", ""});
    }
    std::vector<std::string> keys;
    for (const StoredObject& object : objects_of(exported, listed)) {
        keys.push_back(object.key.substr(exported.prefix.size()));
    }
    return keys;
}

std::string judged(const ExpectedExport& exported, const std::vector<std::int64_t>& sizes) {
    std::vector<StoredObject> objects;
    for (const std::int64_t size : sizes) {
        objects.push_back({"web/" + std::to_string(objects.size()), size, "", ""});
    }
    return why_too_small(exported, objects);
}

TEST(ExportObjects, AreThoseNamedAfterTheImage) {
    const std::string system = "_img-12345678_system_snap-1.raw";
    const std::string data = "_img-12345678_data_snap-2.raw";

    EXPECT_THAT(
        found(expected("web/ins-1/t"), {data, system, "_img-87654321_system_snap-3.raw"}),
        ElementsAre(data, system)
    );
    EXPECT_THAT(found(expected("web/ins-1/t"), {"_img-123456789_system_snap-3.raw"}), IsEmpty());
}

TEST(ExportObjects, OfTheConsolesFormAreFoundWhateverThePrefixHolds) {
    for (const char* prefix : {"web/ins-1/t", "img-archive/ins-1/t", "web/img-12345678/t"}) {
        EXPECT_THAT(
            found(expected(prefix), {"_xvda.raw", "_xvdb.raw"}),
            ElementsAre("_xvda.raw", "_xvdb.raw")
        );
    }
}

std::vector<std::string> listed(const std::vector<std::string>& names) {
    std::vector<Copy> exports;
    for (const std::string& name : names) {
        exports.emplace_back().name = name;
    }
    return prefixes_to_list(exports, InstanceId("ins-1"));
}

TEST(ExportObjects, AreListedTogetherWhereThatListsFewOthers) {
    EXPECT_THAT(listed({}), IsEmpty());
    EXPECT_THAT(listed({"web/20270104"}), ElementsAre("web/20270104"));
    EXPECT_THAT(
        listed({"web/ins-1/20270104", "web/ins-1/20270111", "web/ins-1/20280103"}),
        ElementsAre("web/ins-1/202")
    );
    EXPECT_THAT(
        listed({"web/20270104/ins-1", "web/20270105/ins-1"}),
        ElementsAre("web/20270104/ins-1", "web/20270105/ins-1")
    );
    EXPECT_THAT(listed({"web/ins-1/t", "ins-1"}), ElementsAre("web/ins-1/t", "ins-1"));
}

TEST(ExportObjects, OfOtherNamesAreSomebodyElses) {
    EXPECT_THAT(
        found(
            expected("web/ins-1/t"),
            {"_img-12345678_system_snap-1.raw.sha256",
             "_img-12345678_system_snap-1.qcow2",
             "_xvda.qcow2",
             "_xvda.raw.md5",
             "_xvd.raw",
             "_xvda1.raw",
             "_notes.raw",
             ".raw",
             "/readme.txt"}
        ),
        IsEmpty()
    );
    const StoredObject elsewhere{"elsewhere_img-12345678_system_snap-1.raw", 1, "", ""};
    EXPECT_THAT(objects_of(expected("web/ins-1/t"), {elsewhere}), IsEmpty());
}

TEST(ExportObjects, AreTooSmallWhenOneIsEmpty) {
    for (const ExportFormat format :
         {ExportFormat::raw, ExportFormat::qcow2, ExportFormat::vhd, ExportFormat::vmdk}) {
        EXPECT_THAT(judged(expected("web/", format), {50 * gib, 0}), HasSubstr("web/1 is empty"));
    }
    EXPECT_EQ(judged(expected("web/", ExportFormat::qcow2), {1, 1}), "");
}

TEST(ExportObjects, OfRawAreTooSmallForLargerDisks) {
    const ExpectedExport raw = expected("web/");

    EXPECT_EQ(judged(raw, {50 * gib, 20 * gib}), "");
    EXPECT_EQ(judged(raw, {20 * gib, 50 * gib}), "") << "no name tells which is which";
    EXPECT_THAT(judged(raw, {50 * gib, 20 * gib - 1}), HasSubstr("web/1 has 21474836479 bytes"));
    EXPECT_THAT(judged(raw, {50 * gib - 1, 20 * gib}), HasSubstr("web/0"));
    EXPECT_EQ(judged(raw, {50 * gib, 20 * gib, 1}), "") << "more than the disks";
    EXPECT_EQ(judged(raw, {20 * gib}), "") << "the other is missing, which is told elsewhere";
    EXPECT_NE(judged(raw, {20 * gib - 1}), "");
}

TEST(ExportObjects, OfUnknownDisksNeedOnlyHoldSomething) {
    ExpectedExport raw = expected("web/");
    raw.disks_gib = {0, 0};

    EXPECT_EQ(judged(raw, {1, 1}), "");
    EXPECT_NE(judged(raw, {1, 0}), "");
}

TEST(ExportObjects, AreExpectedOfTheBackupsDisks) {
    Backup backup;
    backup.format = ExportFormat::vmdk;
    backup.system_disk.size_gib = 50;
    backup.data_disks = {Disk{DiskId("disk-1"), 20, "CLOUD_SSD", false}};
    backup.copies.resize(2);
    backup.copies[0].image = ImageId("img-1");
    backup.copies[1].name = "web/t";

    const ExpectedExport exported = expected_export(backup, backup.copies[1]);

    EXPECT_EQ(exported.prefix, "web/t");
    EXPECT_EQ(exported.image, ImageId("img-1"));
    EXPECT_EQ(exported.format, ExportFormat::vmdk);
    EXPECT_THAT(exported.disks_gib, ElementsAre(50, 20));
}

}  // namespace
}  // namespace cvmbackup
