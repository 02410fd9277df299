#include "rules/exportable.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Optional;

Disk disk(const std::string& id, std::int64_t size_gib = 100, bool encrypted = false) {
    return {DiskId(id), size_gib, "CLOUD_PREMIUM", encrypted};
}

Backup backup(const std::string& os_name = "Debian 12.0 64bit") {
    Backup made;
    made.instance = InstanceId("ins-1");
    made.os_name = os_name;
    made.system_disk = disk("disk-0", 50);
    return made;
}

Backup with_data_disks(std::size_t count) {
    Backup made = backup();
    for (std::size_t i = 1; i <= count; ++i) {
        made.data_disks.push_back(disk("disk-" + std::to_string(i)));
    }
    return made;
}

TEST(Exportable, AreLinuxImagesWithSmallDisks) {
    EXPECT_EQ(why_not_exportable(backup()), std::nullopt);
    EXPECT_EQ(why_not_exportable(with_data_disks(5)), std::nullopt);
    EXPECT_EQ(why_not_exportable(backup("")), std::nullopt);
}

TEST(Exportable, AreNoWindowsImages) {
    EXPECT_THAT(
        why_not_exportable(backup("Windows Server 2022 DataCenter 64bit")),
        Optional(HasSubstr("Windows"))
    );
    EXPECT_THAT(why_not_exportable(backup("windows server")), Optional(HasSubstr("Windows")));
}

TEST(Exportable, AreNoRedHatImages) {
    EXPECT_THAT(
        why_not_exportable(backup("Red Hat Enterprise Linux 8.5")), Optional(HasSubstr("Red Hat"))
    );
    EXPECT_THAT(why_not_exportable(backup("RHEL 9")), Optional(HasSubstr("Red Hat")));
    EXPECT_EQ(why_not_exportable(backup("CentOS 7.6")), std::nullopt);
}

TEST(Exportable, AreDisksOfExactlyTheLimitButNotMore) {
    Backup at_limit = with_data_disks(1);
    at_limit.system_disk.size_gib = 500;
    at_limit.data_disks[0].size_gib = 500;
    Backup beyond = at_limit;
    beyond.data_disks[0].size_gib = 501;
    Backup system_beyond = at_limit;
    system_beyond.system_disk.size_gib = 501;

    EXPECT_EQ(why_not_exportable(at_limit), std::nullopt);
    EXPECT_THAT(
        why_not_exportable(beyond),
        Optional(AllOf(HasSubstr("disk-1 has 501 GiB"), HasSubstr("disks = \"system\"")))
    );
    EXPECT_THAT(why_not_exportable(system_beyond), Optional(HasSubstr("the system disk has 501")));
}

TEST(Exportable, AreNoImagesOfMoreThanFiveDataDisks) {
    EXPECT_THAT(why_not_exportable(with_data_disks(6)), Optional(HasSubstr("6 data disks")));
}

TEST(Exportable, AreNoEncryptedDisks) {
    Backup data = with_data_disks(2);
    data.data_disks[1].encrypted = true;
    Backup system = backup();
    system.system_disk.encrypted = true;

    EXPECT_THAT(why_not_exportable(data), Optional(HasSubstr("disk-2 is encrypted")));
    EXPECT_THAT(why_not_exportable(system), Optional(HasSubstr("the system disk is encrypted")));
}

TEST(Replicable, AreImagesOfTheSystemDiskWhateverTheSystem) {
    Backup windows = backup("Windows Server 2022");
    windows.system_disk.size_gib = 2000;

    EXPECT_EQ(why_not_replicable(windows), std::nullopt);
}

TEST(Replicable, AreNoWholeMachineImages) {
    EXPECT_THAT(
        why_not_replicable(with_data_disks(1)),
        Optional(AllOf(HasSubstr("whole-machine"), HasSubstr("disks = \"system\"")))
    );
}

TEST(Replicable, AreNoEncryptedImages) {
    Backup encrypted = backup();
    encrypted.system_disk.encrypted = true;

    EXPECT_THAT(why_not_replicable(encrypted), Optional(HasSubstr("encrypted")));
}

std::string expand(const std::string& prefix_template, const std::string& instance_name = "web-1") {
    return expand_prefix(
        prefix_template,
        PolicyName("web"),
        InstanceId("ins-00000001"),
        instance_name,
        *parse_rfc3339("2027-01-04T02:15:00Z")
    );
}

TEST(ObjectPrefixes, ReplaceEveryPlaceholder) {
    EXPECT_EQ(
        expand("{policy}/{instance}/{name}/{time}/{date}"),
        "web/ins-00000001/web-1/20270104T021500Z/20270104"
    );
    EXPECT_EQ(expand("a{policy}{policy}b"), "awebwebb");
}

TEST(ObjectPrefixes, ReduceHostileNamesToWhatAKeyMayHold) {
    EXPECT_EQ(expand("{name}", "../../etc/passwd"), ".._.._etc_passwd");
    EXPECT_EQ(expand("{name}", "a b\nc?d"), "a_b_c_d");
    EXPECT_EQ(expand("{name}", "网站-1"), "_-1");
    EXPECT_EQ(expand("{name}", "{time}"), "_time_");
    EXPECT_EQ(expand("{name}", ".."), "_..");
    EXPECT_EQ(expand("{name}", ""), "_");
    EXPECT_EQ(expand("{name}", std::string(500, 'x')).size(), 60U);
}

std::optional<std::string> wrong(const std::string& prefix_template) {
    return why_not_prefix(prefix_template, PolicyName("web"));
}

TEST(ObjectPrefixes, AreRefusedIfTwoExportsWouldShareThem) {
    EXPECT_THAT(wrong("{instance}/{date}"), Optional(HasSubstr("all exports of a day")));
    EXPECT_EQ(wrong("{date}/{instance}/{time}"), std::nullopt);
    EXPECT_EQ(wrong("web/{instance}/{time}"), std::nullopt);
    EXPECT_THAT(wrong("web/{instance}"), Optional(HasSubstr("{time}")));
    EXPECT_THAT(wrong("web/{name}/{time}"), Optional(HasSubstr("{instance}")));
    EXPECT_THAT(wrong(""), Optional(HasSubstr("{instance}")));
}

TEST(ObjectPrefixes, AreRefusedWithUnknownPlaceholders) {
    EXPECT_THAT(wrong("{instance}/{tiem}"), Optional(HasSubstr("'{tiem}'")));
    EXPECT_THAT(wrong("{instance}/{time"), Optional(HasSubstr("'{time'")));
    EXPECT_THAT(wrong("{instance}/{time}/{}"), Optional(HasSubstr("'{}'")));
    EXPECT_THAT(wrong("{instance}/{time}}"), Optional(HasSubstr("letters")));
}

TEST(ObjectPrefixes, AreRefusedWithPartsThatTakeAKeyElsewhere) {
    EXPECT_THAT(wrong("/{instance}/{time}"), Optional(HasSubstr("must not begin")));
    EXPECT_THAT(wrong("a//{instance}/{time}"), Optional(HasSubstr("//")));
    EXPECT_THAT(wrong("../{instance}/{time}"), Optional(HasSubstr("..")));
    EXPECT_THAT(wrong("a b/{instance}/{time}"), Optional(HasSubstr("letters")));
}

TEST(ObjectPrefixes, AreRefusedIfAKeyCouldGrowTooLong) {
    const std::string rest = "/{instance}/{time}";

    EXPECT_EQ(wrong(std::string(700, 'a') + rest), std::nullopt);
    EXPECT_THAT(wrong(std::string(800, 'a') + rest), Optional(HasSubstr("850")));
}

}  // namespace
}  // namespace cvmbackup
