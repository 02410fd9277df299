#include "cloud/codec.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

boost::json::object json(std::string_view text) {
    return boost::json::parse(text).as_object();
}

TEST(Encoding, AsksForAWholeMachineImageWithEverythingSpelledOut) {
    CreateImageRequest request;
    request.instance = InstanceId("ins-00000001");
    request.name = "web-1";
    request.description = "daily";
    request.data_disks = {DiskId("disk-00000001")};
    request.tags = {{"tier", "web"}};

    EXPECT_EQ(
        encode(request),
        json(R"({"InstanceId":"ins-00000001","ImageName":"web-1","ImageDescription":"daily",
                "ForcePoweroff":"false","DataDiskIds":["disk-00000001"],
                "TagSpecification":[{"ResourceType":"image",
                                     "Tags":[{"Key":"tier","Value":"web"}]}]})")
    );
}

TEST(Encoding, LeavesOutWhatASystemDiskImageDoesNotNeed) {
    CreateImageRequest request;
    request.instance = InstanceId("ins-00000001");
    request.name = "web-1";
    request.power_off = true;

    EXPECT_EQ(
        encode(request),
        json(R"({"InstanceId":"ins-00000001","ImageName":"web-1","ForcePoweroff":"true"})")
    );
}

TEST(Encoding, AsksForTheIdsOfCopies) {
    SyncImageRequest request;
    request.image = ImageId("img-00000001");
    request.destinations = {Region("ap-shanghai"), Region("ap-beijing")};
    request.name = "web-1";

    EXPECT_EQ(
        encode(request),
        json(R"({"ImageIds":["img-00000001"],"DestinationRegions":["ap-shanghai","ap-beijing"],
                "ImageName":"web-1","ImageSetRequired":true})")
    );
}

TEST(Encoding, ExportsAllDisksUnderThePrefix) {
    ExportImageRequest request;
    request.image = ImageId("img-00000001");
    request.bucket = BucketName("ops-1250000000");
    request.prefix = "web/1";

    EXPECT_EQ(
        encode(request, "CVM_QcsRole"),
        json(R"({"BucketName":"ops-1250000000","ImageIds":["img-00000001"],"ExportFormat":"QCOW2",
                "FileNamePrefixList":["web/1"],"OnlyExportRootDisk":false,
                "RoleName":"CVM_QcsRole"})")
    );
}

TEST(Encoding, DeletesSnapshotsTogetherWithImages) {
    EXPECT_EQ(
        encode_delete_images({ImageId("img-00000001"), ImageId("img-00000002")}),
        json(R"({"ImageIds":["img-00000001","img-00000002"],"DeleteBindedSnap":true})")
    );
}

TEST(Encoding, PagesInstancesByTags) {
    InstanceQuery query;
    query.tags["tier"] = {"web", "db"};

    EXPECT_EQ(encode_describe_instances(query, 200), json(R"({"Limit":100,"Offset":200,
                "Filters":[{"Name":"tag:tier","Values":["web","db"]}]})"));
}

TEST(Decoding, ReadsAnInstanceAsTheCloudWritesIt) {
    const auto page = decode_instances(json(R"({
        "TotalCount": 7, "RequestId": "r", "NewField": {"a": [1]},
        "InstanceSet": [{
            "Placement": {"Zone": "ap-guangzhou-3", "HostId": null},
            "InstanceId": "ins-00000001", "InstanceName": "web-1", "InstanceState": "RUNNING",
            "OsName": "Debian 12.0 64bit", "StopChargingMode": "NOT_APPLICABLE", "CPU": 2,
            "SystemDisk": {"DiskId": "disk-00000001", "DiskSize": 50, "DiskType": "CLOUD_PREMIUM"},
            "DataDisks": [{"DiskId": "disk-00000002", "DiskSize": 100, "DiskType": "CLOUD_SSD",
                           "Encrypt": true, "KmsKeyId": null}],
            "Tags": [{"Key": "tier", "Value": "web"}]}]})"));

    ASSERT_TRUE(page);
    ASSERT_EQ(page->items.size(), 1U);
    EXPECT_EQ(page->total, 7U);
    const Instance& instance = page->items.front();
    EXPECT_EQ(instance.id.text(), "ins-00000001");
    EXPECT_EQ(instance.name, "web-1");
    EXPECT_EQ(instance.zone, "ap-guangzhou-3");
    EXPECT_EQ(instance.os_name, "Debian 12.0 64bit");
    EXPECT_EQ(instance.state, "RUNNING");
    EXPECT_EQ(instance.stop_charging_mode, "NOT_APPLICABLE");
    EXPECT_EQ(instance.system_disk, (Disk{DiskId("disk-00000001"), 50, "CLOUD_PREMIUM", false}));
    EXPECT_THAT(
        instance.data_disks, ElementsAre(Disk{DiskId("disk-00000002"), 100, "CLOUD_SSD", true})
    );
    EXPECT_EQ(instance.tags, (Tags{{"tier", "web"}}));
}

TEST(Decoding, TakesNullsAsAbsent) {
    const auto page = decode_instances(json(R"({"TotalCount": 1, "InstanceSet": [{
        "InstanceId": "ins-00000001", "InstanceName": null, "InstanceState": null,
        "SystemDisk": null, "DataDisks": null, "Tags": null, "Placement": null}]})"));

    ASSERT_TRUE(page);
    EXPECT_EQ(page->items.front().name, "");
    EXPECT_THAT(page->items.front().data_disks, IsEmpty());
}

TEST(Decoding, ReadsAnImage) {
    const auto page = decode_images(json(R"({"TotalCount": 1, "ImageSet": [{
        "ImageId": "img-00000001", "ImageName": "web-1", "ImageState": "SYNCING",
        "OsName": "Debian 12.0 64bit", "Platform": "Debian", "ImageType": "PRIVATE_IMAGE",
        "ImageSize": 150, "SyncPercent": 40, "CreatedTime": "2027-01-15T08:00:00+00:00",
        "SnapshotSet": [
            {"SnapshotId": "snap-1", "DiskUsage": "SYSTEM_DISK", "DiskSize": 50},
            {"SnapshotId": "snap-2", "DiskUsage": "DATA_DISK", "DiskSize": 100}]}]})"));

    ASSERT_TRUE(page);
    const Image& image = page->items.front();
    EXPECT_EQ(image.state, ImageState::syncing);
    EXPECT_EQ(image.sync_percent, 40);
    EXPECT_EQ(image.size_gib, 150);
    EXPECT_EQ(image.created, parse_rfc3339("2027-01-15T08:00:00Z"));
    EXPECT_THAT(
        image.disks, ElementsAre(ImageDisk{"snap-1", true, 50}, ImageDisk{"snap-2", false, 100})
    );
}

TEST(Decoding, KeepsAnUnknownImageStateWithItsWord) {
    const auto page = decode_images(
        json(R"({"TotalCount": 1, "ImageSet": [{"ImageId": "img-1", "ImageState": "DREAMING"}]})")
    );

    ASSERT_TRUE(page);
    EXPECT_EQ(page->items.front().state, ImageState::unknown);
    EXPECT_EQ(page->items.front().state_word, "DREAMING");
}

TEST(Decoding, DropsTheLeadingSlashOfExportedKeys) {
    const auto keys = decode_exported_keys(
        json(R"({"TaskId": 1, "CosPaths": ["/img-1_system_snap-1.raw", "web/img-1_data.raw"]})")
    );

    ASSERT_TRUE(keys);
    EXPECT_THAT(*keys, ElementsAre("img-1_system_snap-1.raw", "web/img-1_data.raw"));
}

TEST(Decoding, ReadsTheIdsOfCopies) {
    const auto images =
        decode_synced_images(json(R"({"ImageSet": [{"ImageId": "img-2", "Region": "ap-shanghai"}]})"
        ));

    ASSERT_TRUE(images);
    EXPECT_THAT(*images, ElementsAre(SyncedImage{ImageId("img-2"), Region("ap-shanghai")}));
}

TEST(Decoding, ReadsSharesQuotaAndIdentity) {
    const auto shares = decode_image_shares(
        json(R"({"SharePermissionSet": [{"AccountId": "100000000002", "CreatedTime": "x"}]})")
    );
    const auto quota = decode_image_quota(json(R"({"ImageNumQuota": 500})"));
    const auto identity =
        decode_identity(json(R"({"AccountId": "100000000001", "UserId": "100000000003"})"));

    EXPECT_THAT(shares.value(), ElementsAre("100000000002"));
    EXPECT_EQ(quota.value(), 500);
    EXPECT_EQ(identity->account_uin, "100000000001");
    EXPECT_EQ(identity->user_uin, "100000000003");
}

TEST(HostileAnswers, WithoutWhatWeNeedAreRefusedByName) {
    EXPECT_EQ(decode_created_image(json(R"({})")).error().why, "ImageId is missing");
    EXPECT_EQ(decode_created_image(json(R"({"ImageId": 5})")).error().why, "ImageId is missing");
    EXPECT_EQ(
        decode_images(json(R"({"TotalCount": 1, "ImageSet": [{"ImageName": "x"}]})")).error().why,
        "ImageSet[0].ImageId is missing"
    );
    EXPECT_EQ(
        decode_images(json(R"({"TotalCount": 1, "ImageSet": [7]})")).error().why,
        "ImageSet[0] is not an object"
    );
    EXPECT_EQ(
        decode_instances(json(R"({"TotalCount": 1, "InstanceSet": "x"})")).error().why,
        "InstanceSet is not a list"
    );
    EXPECT_THAT(
        decode_images(json(R"({"TotalCount": -1, "ImageSet": []})")).error().why,
        HasSubstr("TotalCount")
    );
    EXPECT_THAT(
        decode_image_quota(json(R"({"ImageNumQuota": 1e300})")).error().why,
        HasSubstr("ImageNumQuota")
    );
    EXPECT_THAT(
        decode_exported_keys(json(R"({"CosPaths": []})")).error().why, HasSubstr("CosPaths")
    );
}

TEST(HostileAnswers, WithoutTheirListAreNoEmptyLists) {
    EXPECT_EQ(decode_images(json(R"({"TotalCount": 0})")).error().why, "ImageSet is missing");
    EXPECT_EQ(
        decode_images(json(R"({"TotalCount": 0, "ImageSet": null})")).error().why,
        "ImageSet is missing"
    );
    EXPECT_EQ(decode_instances(json(R"({"TotalCount": 0})")).error().why, "InstanceSet is missing");
    EXPECT_EQ(decode_image_shares(json("{}")).error().why, "SharePermissionSet is missing");
    EXPECT_EQ(decode_synced_images(json("{}")).error().why, "ImageSet is missing");
    EXPECT_THAT(decode_image_quota(json("{}")).error().why, HasSubstr("ImageNumQuota is missing"));
}

TEST(Decoding, TakesEmptyListsAsEmpty) {
    EXPECT_THAT(decode_images(json(R"({"TotalCount": 0, "ImageSet": []})"))->items, IsEmpty());
    EXPECT_THAT(*decode_image_shares(json(R"({"SharePermissionSet": []})")), IsEmpty());
}

}  // namespace
}  // namespace cvmbackup
