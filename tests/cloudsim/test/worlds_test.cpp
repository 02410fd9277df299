// Both worlds for what nobody could verify: each test is about one switch of [behaviour] or
// [limits].
#include "client.hpp"

namespace cloudsim::test {
namespace {

class Worlds : public CloudTest {
protected:
    void behave(const std::string& keys) { use(small_world("[behaviour]\n" + keys + "\n")); }

    Reply sync(const std::string& id, const std::string& regions, const std::string& more = "") {
        return call(
            "SyncImages",
            R"({"ImageIds":[")" + id + R"("],"DestinationRegions":[)" + regions +
                R"(],"ImageSetRequired":true)" + more + "}"
        );
    }

    Reply export_image(const std::string& id, const std::string& more = "") {
        return call(
            "ExportImages",
            R"({"BucketName":"backup-1250000000","ImageIds":[")" + id + "\"]" + more + "}"
        );
    }

    Reply create(const std::string& more) {
        return call("CreateImage", R"({"InstanceId":"ins-00000001","ImageName":"n")" + more + "}");
    }

    std::int64_t images_in(const std::string& region) {
        return cloud->state().count_images({"100000000001", region});
    }

    std::string instance_state() { return cloud->state().instances.at("ins-00000001").state; }

    // Two ready images; the second is shared and so cannot be deleted.
    std::string two_images_one_shared() {
        const std::string first = ready_image("first");
        const std::string second = ready_image("second");
        call(
            "ModifyImageSharePermission",
            R"({"ImageId":")" + second + R"(","AccountIds":["100000000002"],"Permission":"SHARE"})"
        );
        return "[\"" + first + "\",\"" + second + "\"]";
    }
};

TEST_F(Worlds, ListsTellOldStatesWhereTheyAreStale) {
    behave("list_delay = \"60s\"");
    const std::string id = create("").text("ImageId");
    EXPECT_EQ(state_of(id), "");
    wait(61s);
    EXPECT_EQ(state_of(id), "CREATING");
    wait(9min);
    EXPECT_EQ(cloud->state().images.at(id).state, "CREATING");
    wait(2s);
    EXPECT_EQ(state_of(id), "CREATING");
    EXPECT_EQ(cloud->state().images.at(id).state, "NORMAL");
    wait(60s);
    EXPECT_EQ(state_of(id), "NORMAL");
}

TEST_F(Worlds, ListsTellOfDeletedImagesWhereTheyAreStale) {
    behave("list_delay = \"60s\"");
    const std::string id = ready_image();
    wait(60s);
    EXPECT_EQ(call("DeleteImages", R"({"ImageIds":[")" + id + "\"]}").code, "");
    EXPECT_EQ(state_of(id), "NORMAL");
    EXPECT_EQ(
        call("DescribeImages", R"({"Filters":[{"Name":"image-type","Values":["PRIVATE_IMAGE"]}]})")
            .total(),
        1
    );
    EXPECT_EQ(
        call("DeleteImages", R"({"ImageIds":[")" + id + "\"]}").code, "InvalidImageId.NotFound"
    );
    wait(60s);
    EXPECT_EQ(state_of(id), "");
}

TEST_F(Worlds, ListsTellOldStatesOfInstancesWhereTheyAreStale) {
    behave("list_delay = \"60s\"");
    const std::string ids = R"({"InstanceIds":["ins-00000001"]})";
    const std::string running = R"({"Filters":[{"Name":"instance-name","Values":["web-1"]},)"
                                R"({"Name":"instance-state","Values":["RUNNING"]}]})";
    const auto told = [&] {
        return call("DescribeInstancesStatus", ids).first("InstanceStatusSet", "InstanceState");
    };
    wait(5min);
    EXPECT_EQ(call("StopInstances", ids).code, "");
    EXPECT_EQ(told(), "RUNNING");
    EXPECT_EQ(call("DescribeInstances", running).total(), 1);
    wait(60s);
    EXPECT_EQ(told(), "STOPPING");
    EXPECT_EQ(instance_state(), "STOPPED");
    EXPECT_EQ(call("DescribeInstances", running).total(), 0);
    wait(60s);
    EXPECT_EQ(told(), "STOPPED");
}

TEST_F(Worlds, AFaultMakesOneListStale) {
    use(small_world(),
        "[[fault]]\naction = \"DescribeImages\"\nkind = \"stale\"\ndelay = \"5min\"\nnth = 1\n");
    const std::string id = ready_image();
    call("DeleteImages", R"({"ImageIds":[")" + id + "\"]}");
    EXPECT_EQ(state_of(id), "NORMAL");
    EXPECT_EQ(state_of(id), "");
}

TEST_F(Worlds, AnExportKeepsItsSourceBusy) {
    behave("source_busy_during_export = true");
    const std::string id = ready_image();
    EXPECT_EQ(export_image(id).code, "");
    EXPECT_EQ(state_of(id), "SYNCING");
    EXPECT_EQ(sync(id, R"("ap-shanghai")").code, "FailedOperation.InvalidImageState");
    wait(15min);
    EXPECT_EQ(state_of(id), "NORMAL");
    EXPECT_EQ(sync(id, R"("ap-shanghai")").code, "");
}

TEST_F(Worlds, AnExportLeavesItsSourceUsable) {
    behave("source_busy_during_export = false");
    const std::string id = ready_image();
    EXPECT_EQ(export_image(id).code, "");
    EXPECT_EQ(state_of(id), "NORMAL");
    EXPECT_EQ(sync(id, R"("ap-shanghai")").code, "");
}

TEST_F(Worlds, ASecondExportIsRefusedWhileTheFirstRuns) {
    behave("second_export = \"refused\"");
    const std::string id = ready_image();
    export_image(id);
    EXPECT_EQ(export_image(id).code, "InvalidParameterValue.InvalidImageState");
    wait(15min);
    EXPECT_EQ(export_image(id).code, "");
}

TEST_F(Worlds, ASecondExportOverwrites) {
    behave("second_export = \"overwrites\"");
    const std::string id = ready_image();
    export_image(id);
    EXPECT_EQ(export_image(id).code, "");
}

TEST_F(Worlds, AFailedExportLeavesAShorterObject) {
    use(small_world("[behaviour]\nfailed_export = \"partial-object\"\n"),
        "[[fault]]\naction = \"ExportImages\"\nkind = \"task-fails\"\n");
    const Reply reply = export_image(ready_image());
    const std::string path = reply.set("CosPaths").at(0).as_string().c_str();
    wait(15min);
    const HttpAnswer head = cos("HEAD", path);
    EXPECT_EQ(head.status, 200);
    EXPECT_LT(head.content_length, 50ULL << 30U);
}

TEST_F(Worlds, AFailedExportLeavesAnEmptyObject) {
    use(small_world("[behaviour]\nfailed_export = \"empty-object\"\n"),
        "[[fault]]\naction = \"ExportImages\"\nkind = \"task-fails\"\n");
    const Reply reply = export_image(ready_image());
    const std::string path = reply.set("CosPaths").at(0).as_string().c_str();
    wait(15min);
    EXPECT_EQ(cos("HEAD", path).status, 200);
    EXPECT_EQ(cos("HEAD", path).content_length, 0U);
}

TEST_F(Worlds, AFailedExportLeavesAnUploadThatNobodyCompletes) {
    use(small_world("[behaviour]\nfailed_export = \"upload\"\n"),
        "[[fault]]\naction = \"ExportImages\"\nkind = \"task-fails\"\n");
    const Reply reply = export_image(ready_image());
    const std::string path = reply.set("CosPaths").at(0).as_string().c_str();
    const auto left = [this] { return cloud->state().buckets.at("backup-1250000000").uploads; };
    EXPECT_THAT(left(), IsEmpty());
    wait(15min);
    EXPECT_EQ(cos("HEAD", path).status, 404);
    ASSERT_THAT(left(), SizeIs(1));
    const auto [key, id] = left().begin()->first;
    EXPECT_THAT(cos("GET", "/?uploads").body, HasSubstr("<UploadId>" + id + "</UploadId>"));
    const std::string upload = "/" + key + "?uploadId=" + id;
    EXPECT_THAT(cos("GET", upload).body, HasSubstr("<Size>1048576</Size>"));
    EXPECT_EQ(cos("DELETE", upload).status, 204);
    EXPECT_THAT(left(), IsEmpty());
}

TEST_F(Worlds, AnExportedFileOfAnotherFormatThanRawIsSmallerThanTheDisk) {
    use(small_world());
    const Reply reply = export_image(ready_image(), R"(,"ExportFormat":"QCOW2")");
    const std::string path = reply.set("CosPaths").at(0).as_string().c_str();
    wait(15min);
    EXPECT_LT(cos("HEAD", path).content_length, 50ULL << 30U);
    EXPECT_GT(cos("HEAD", path).content_length, 0U);
}

TEST_F(Worlds, ABucketMayBeNamedWithoutItsAppId) {
    const std::string body = R"({"BucketName":"backup","ImageIds":[")";
    behave("bare_bucket_names = true");
    EXPECT_EQ(call("ExportImages", body + ready_image() + "\"]}").code, "");
    behave("bare_bucket_names = false");
    EXPECT_EQ(
        call("ExportImages", body + ready_image() + "\"]}").code,
        "InvalidParameterValue.BucketNotFound"
    );
}

TEST_F(Worlds, TheOtherRegionsBeginThoughOneRefusesAndAnErrorIsAnswered) {
    use(small_world(
        "[limits]\nimages_per_region = 1\n[behaviour]\npartial_sync = \"others-begin\"\n"
    ));
    const std::string id = ready_image();
    sync(id, R"("ap-beijing")");
    const Reply reply = sync(id, R"("ap-beijing","ap-shanghai")");
    EXPECT_EQ(reply.code, "ImageQuotaLimitExceeded");
    EXPECT_EQ(images_in("ap-shanghai"), 1);
    EXPECT_THAT(reply.answer.record.tasks, SizeIs(1));
}

TEST_F(Worlds, TheOtherRegionsBeginSilently) {
    use(
        small_world("[limits]\nimages_per_region = 1\n"
                    "[behaviour]\npartial_sync = \"others-begin-silently\"\n")
    );
    const std::string id = ready_image();
    sync(id, R"("ap-beijing")");
    const Reply reply = sync(id, R"("ap-beijing","ap-shanghai")");
    EXPECT_EQ(reply.code, "");
    EXPECT_THAT(reply.all("ImageSet", "Region"), ElementsAre("ap-shanghai"));
}

TEST_F(Worlds, NoRegionBeginsWhenOneRefuses) {
    use(small_world("[limits]\nimages_per_region = 1\n[behaviour]\npartial_sync = \"none-begins\"\n"
    ));
    const std::string id = ready_image();
    sync(id, R"("ap-beijing")");
    EXPECT_EQ(sync(id, R"("ap-beijing","ap-shanghai")").code, "ImageQuotaLimitExceeded");
    EXPECT_EQ(images_in("ap-shanghai"), 0);
}

TEST_F(Worlds, ADeletionStopsAtTheFirstImageThatCannotGo) {
    behave("deletion = \"until-refused\"");
    const std::string ids = two_images_one_shared();
    EXPECT_EQ(
        call("DeleteImages", R"({"DryRun":true,"ImageIds":)" + ids + "}").code,
        "InvalidImageId.InShared"
    );
    EXPECT_EQ(images_in("ap-guangzhou"), 2);
    EXPECT_EQ(call("DeleteImages", R"({"ImageIds":)" + ids + "}").code, "InvalidImageId.InShared");
    EXPECT_EQ(images_in("ap-guangzhou"), 1);
}

TEST_F(Worlds, DuplicateIdsAreRefusedOrTakenOnce) {
    behave("duplicate_ids = \"refused\"");
    std::string twice = ready_image();
    twice = R"({"ImageIds":[")" + twice + R"(",")" + twice + "\"]}";
    EXPECT_EQ(call("DeleteImages", twice).code, "InvalidParameterValue");
    const std::string body = R"({"InstanceIds":["ins-00000001","ins-00000001"]})";
    EXPECT_EQ(call("StopInstances", body).code, "InvalidParameterValue");
    EXPECT_EQ(call("TerminateInstances", body).code, "InvalidParameterValue");
    const std::string snapshots = R"({"SnapshotIds":["snap-00000001","snap-00000001"]})";
    EXPECT_EQ(call("DeleteSnapshots", snapshots).code, "InvalidParameterValue");
    behave("duplicate_ids = \"once\"");
    EXPECT_EQ(call("StopInstances", body).code, "");
    EXPECT_THAT(cloud->state().tasks, SizeIs(1));
}

TEST_F(Worlds, ForcePoweroffLeftOutShutsDownWhereThatIsSo) {
    behave("poweroff_false = \"soft-if-omitted\"\npoweroff_stays_off = true");
    create(R"(,"ForcePoweroff":"false")");
    EXPECT_EQ(instance_state(), "RUNNING");
    wait(15min);
    create("");
    EXPECT_EQ(instance_state(), "STOPPED");
}

TEST_F(Worlds, ForcePoweroffFalseShutsDownSoftlyOrNotAtAll) {
    behave("poweroff_false = \"soft\"\npoweroff_stays_off = true");
    create(R"(,"ForcePoweroff":"false")");
    EXPECT_EQ(instance_state(), "STOPPED");
    behave("poweroff_false = \"live\"");
    create("");
    EXPECT_EQ(instance_state(), "RUNNING");
}

TEST_F(Worlds, DoubtfulRegionsExistWhereTheyAreSaidToOrLivedIn) {
    behave("doubtful_regions = false");
    EXPECT_EQ(call_in("ap-taipei", "DescribeImages", "{}").code, "UnsupportedRegion");
    const auto listed = [this] {
        return call("DescribeRegions", R"({"Product":"cvm"})").all("RegionSet", "Region");
    };
    EXPECT_THAT(listed(), testing::Not(testing::Contains("ap-taipei")));
    // Known to lists of cbs and COS only, and to none of the regions that receive copies.
    EXPECT_THAT(listed(), testing::Not(testing::Contains("ap-beijing-fsi")));
    EXPECT_EQ(sync(ready_image(), R"("ap-taipei")").code, "InvalidRegion.Unavailable");

    behave("doubtful_regions = true");
    EXPECT_EQ(call_in("ap-taipei", "DescribeImages", "{}").code, "");
    EXPECT_THAT(listed(), testing::Contains("ap-taipei"));

    use(parse_small_world(
        "[behaviour]\ndoubtful_regions = false\n",
        "[[account.image]]\nname = \"a\"\nregion = \"ap-mumbai\"\n"
    ));
    EXPECT_EQ(call_in("ap-mumbai", "DescribeImages", "{}").code, "");
}

TEST_F(Worlds, ACopyIsLimitedInSize) {
    use(small_world("[limits]\ncopy_size = 40\n"));
    EXPECT_EQ(sync(ready_image(), R"("ap-shanghai")").code, "InvalidImageId.TooLarge");
    use(small_world("[limits]\ncopy_size = 0\n"));
    EXPECT_EQ(sync(ready_image(), R"("ap-shanghai")").code, "");
}

TEST_F(Worlds, AnAccountsActionIsLimitedOverAllRegions) {
    use(small_world("[limits]\nglobal_rate = 2\n"));
    pace = Duration{0};
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
    EXPECT_EQ(
        call("DescribeImages", "{}").code, "RequestLimitExceeded.GlobalRegionUinLimitExceeded"
    );
    EXPECT_EQ(call("DescribeInstances", "{}").code, "");
}

TEST_F(Worlds, AForeignClientEatsOfTheLimitsOfTheAccountToo) {
    for (const char* limit : {"account_rate", "global_rate"}) {
        use(small_world(std::string{"[limits]\nforeign_share = 0.75\n"} + limit + " = 4\n"));
        pace = Duration{0};
        EXPECT_EQ(call("DescribeImages", "{}").code, "");
        EXPECT_THAT(call("DescribeImages", "{}").code, HasSubstr("UinLimitExceeded")) << limit;
    }
}

TEST_F(Worlds, AnAddressIsLimitedOverAllAccounts) {
    use(small_world("[limits]\naddress_rate = 1\n"));
    pace = Duration{0};
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
    EXPECT_EQ(call_as_other("DescribeImages", "{}").code, "RequestLimitExceeded.IPLimitExceeded");
    HttpRequest elsewhere = api_request("DescribeImages", "{}", "ap-guangzhou", now);
    elsewhere.address = "192.0.2.1";
    EXPECT_EQ(send(elsewhere).code, "");
}

TEST_F(Worlds, AnImageTakesSoManyTags) {
    use(small_world("[limits]\ntags_per_image = 1\n"));
    const std::string tag = R"({"Key":"a","Value":"1"})";
    const std::string other = R"({"Key":"b","Value":"1"})";
    const auto with = [](const std::string& tags) {
        return R"(,"TagSpecification":[{"ResourceType":"image","Tags":[)" + tags + "]}]";
    };
    EXPECT_EQ(create(with(tag + "," + other)).code, "InvalidParameterValue.TagQuotaLimitExceeded");
    EXPECT_EQ(create(with(tag)).code, "");
}

TEST_F(Worlds, AreUnkindByDefault) {
    const Behaviour behaviour;
    EXPECT_TRUE(behaviour.source_busy_during_export);
    EXPECT_EQ(behaviour.partial_sync, PartialSync::others_begin);
    EXPECT_EQ(behaviour.second_export, SecondExport::refused);
    EXPECT_EQ(behaviour.duplicate_ids, DuplicateIds::refused);
    EXPECT_NE(behaviour.poweroff_false, PoweroffFalse::live);
    EXPECT_FALSE(behaviour.bare_bucket_names);
    EXPECT_FALSE(behaviour.doubtful_regions);
}

}  // namespace
}  // namespace cloudsim::test
