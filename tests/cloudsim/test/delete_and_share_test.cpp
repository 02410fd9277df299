#include "client.hpp"

namespace cloudsim::test {
namespace {

class DeleteImages : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    Reply remove(const std::string& ids, const std::string& more = "") {
        return call("DeleteImages", R"({"ImageIds":[)" + ids + "]" + more + "}");
    }

    Reply share(const std::string& id, const std::string& uin, const std::string& permission) {
        return call(
            "ModifyImageSharePermission",
            R"({"ImageId":")" + id + R"(","AccountIds":[")" + uin + R"("],"Permission":")" +
                permission + "\"}"
        );
    }

    const Place place{"100000000001", "ap-guangzhou"};
};

TEST_F(DeleteImages, LeavesTheSnapshotsBehindUnlessTold) {
    remove("\"" + ready_image() + "\"");
    EXPECT_EQ(cloud->state().count_images(place), 0);
    EXPECT_EQ(cloud->state().count_leaked_snapshots(place), 1);

    remove("\"" + ready_image() + "\"", R"(,"DeleteBindedSnap":true)");
    EXPECT_EQ(cloud->state().count_leaked_snapshots(place), 1);
}

TEST_F(DeleteImages, DeletesAllOrNothing) {
    const std::string id = ready_image();
    EXPECT_EQ(remove("\"" + id + "\",\"img-99999999\"").code, "InvalidImageId.NotFound");
    EXPECT_EQ(state_of(id), "NORMAL");
}

TEST_F(DeleteImages, RefusesAnImageInCreation) {
    const Reply created = call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001"})");
    EXPECT_EQ(remove("\"" + created.text("ImageId") + "\"").code, "InvalidImageId.IncorrectState");
}

TEST_F(DeleteImages, RefusesSharedForeignPublicAndMalformedIds) {
    const std::string id = ready_image();
    share(id, "100000000002", "SHARE");

    EXPECT_EQ(remove("\"" + id + "\"").code, "InvalidImageId.InShared");
    EXPECT_EQ(
        call_as_other("DeleteImages", R"({"ImageIds":[")" + id + "\"]}").code,
        "InvalidParameterValue.InvalidImageIdIsShared"
    );
    EXPECT_EQ(remove("\"img-debian12\"").code, "InvalidParameterValue.InvalidImageId");
    EXPECT_EQ(remove("\"img-\"").code, "InvalidImageId.Malformed");
    share(id, "100000000002", "CANCEL");
    EXPECT_EQ(remove("\"" + id + "\"").code, "");
}

TEST_F(DeleteImages, LimitsTheBatch) {
    use(small_world("[limits]\nimages_per_deletion = 1\n"));
    EXPECT_EQ(
        remove(R"("img-00000001","img-00000002")").code, "InvalidParameterValue.LimitExceeded"
    );
}

TEST_F(DeleteImages, DoesNothingInADryRun) {
    const std::string id = ready_image();
    EXPECT_EQ(remove("\"" + id + "\"", R"(,"DryRun":true)").code, "");
    EXPECT_EQ(state_of(id), "NORMAL");
}

TEST_F(DeleteImages, FreesTheQuota) {
    use(small_world("[limits]\nimages_per_region = 1\n"));
    remove("\"" + ready_image() + "\"");
    EXPECT_THAT(ready_image(), SizeIs(12));
}

class ModifyImage : public DeleteImages {
protected:
    Reply modify(const std::string& id, const std::string& more) {
        return call("ModifyImageAttribute", R"({"ImageId":")" + id + "\"" + more + "}");
    }
};

TEST_F(ModifyImage, ChangesNameDescriptionAndFamily) {
    const std::string id = ready_image();
    const std::string more = R"(,"ImageName":"new","ImageDescription":"text","ImageFamily":"web",)"
                             R"("ImageDeprecated":true)";

    EXPECT_EQ(modify(id, more).code, "");
    const Reply reply = call("DescribeImages", R"({"ImageIds":[")" + id + "\"]}");
    EXPECT_EQ(reply.first("ImageSet", "ImageName"), "new");
    EXPECT_EQ(reply.first("ImageSet", "ImageDescription"), "text");
    EXPECT_EQ(reply.first("ImageSet", "ImageFamily"), "web");
    EXPECT_EQ(reply.first("ImageSet", "ImageDeprecated"), "true");
}

TEST_F(ModifyImage, RefusesWhatIsNotOursOrShared) {
    const std::string id = ready_image();
    EXPECT_EQ(modify("img-99999999", "").code, "InvalidImageId.NotFound");
    EXPECT_EQ(
        modify("img-debian12", R"(,"ImageName":"n")").code,
        "UnsupportedOperation.SharedImageModifyUnsupported"
    );
    share(id, "100000000002", "SHARE");
    EXPECT_EQ(modify(id, R"(,"ImageName":"n")").code, "InvalidImageId.IncorrectState");
}

TEST_F(ModifyImage, RefusesATakenNameWhereNamesAreUnique) {
    use(small_world("[behaviour]\nimage_names_unique = true\n"));
    ready_image("taken");
    const std::string id = ready_image("free");
    EXPECT_EQ(modify(id, R"(,"ImageName":"taken")").code, "InvalidImageName.Duplicate");
    EXPECT_EQ(modify(id, R"(,"ImageName":"free")").code, "");
}

TEST_F(ModifyImage, TakesNoNameWithControlCharacters) {
    const std::string id = ready_image();
    EXPECT_EQ(modify(id, R"(,"ImageName":"a\nb")").code, "InvalidParameterValue");
    EXPECT_EQ(modify(id, R"(,"ImageName":"a\u0000b")").code, "InvalidParameterValue");
    EXPECT_EQ(modify(id, R"(,"ImageName":"für web")").code, "");
}

using ShareImage = DeleteImages;

TEST_F(ShareImage, ShowsWithWhom) {
    const std::string id = ready_image();
    EXPECT_EQ(share(id, "100000000002", "SHARE").code, "");
    const Reply reply = call("DescribeImageSharePermission", R"({"ImageId":")" + id + "\"}");
    EXPECT_EQ(reply.first("SharePermissionSet", "AccountId"), "100000000002");
}

TEST_F(ShareImage, RefusesAccountsThatCannotReceive) {
    const std::string id = ready_image();
    EXPECT_EQ(share(id, "100000000001", "SHARE").code, "FailedOperation.AccountIsYourSelf");
    EXPECT_EQ(share(id, "999", "SHARE").code, "InvalidAccountId.NotFound");
    EXPECT_EQ(share(id, "100000000002", "CANCEL").code, "InvalidAccountId.NotFound");
    share(id, "100000000002", "SHARE");
    EXPECT_EQ(share(id, "100000000002", "SHARE").code, "FailedOperation.AccountAlreadyExists");
    EXPECT_EQ(share(id, "100000000002", "LEND").code, "InvalidParameterValue");
}

TEST_F(ShareImage, IsRefusedForAReceiver) {
    const std::string id = ready_image();
    share(id, "100000000002", "SHARE");
    const Reply reply =
        call_as_other("DescribeImageSharePermission", R"({"ImageId":")" + id + "\"}");
    EXPECT_EQ(reply.code, "UnauthorizedOperation.ImageNotBelongToAccount");
}

TEST_F(ShareImage, IsRefusedForAWholeMachineImage) {
    call(
        "CreateImage",
        R"({"ImageName":"w","InstanceId":"ins-00000001","DataDiskIds":["disk-000data1"]})"
    );
    wait(15min);
    const std::string id = cloud->state().images.begin()->first;
    EXPECT_EQ(share(id, "100000000002", "SHARE").code, "InvalidParameter.InstanceImageNotSupport");
}

TEST_F(ShareImage, IsForMainAccountsAndNotForRedHat) {
    World world = parse_small_world(
        "",
        "[[account.image]]\nid = \"img-0000rhel\"\nname = \"r\"\nregion = \"ap-guangzhou\"\n"
        "os = \"Red Hat Enterprise Linux 9\"\n"
        "[[account.image]]\nid = \"img-0000byol\"\nname = \"b\"\nregion = \"ap-guangzhou\"\n"
        "license = \"BYOL\"\n"
    );
    world.accounts.back().sub_accounts = {"100000000022"};
    use(world);
    EXPECT_EQ(
        share(ready_image(), "100000000022", "SHARE").code, "FailedOperation.NotMasterAccount"
    );
    EXPECT_EQ(
        share("img-0000rhel", "100000000002", "SHARE").code, "FailedOperation.RImageShareFailed"
    );
    EXPECT_EQ(
        share("img-0000byol", "100000000002", "SHARE").code, "FailedOperation.BYOLImageShareFailed"
    );
}

TEST_F(ShareImage, CountsAccountsBeforeItLooksForThem) {
    const std::string id = ready_image();
    const auto code = [&](int count) {
        std::string uins;
        for (int i = 0; i < count; ++i) {
            uins += (i == 0 ? "\"" : ",\"") + std::to_string(200'000'000'000 + i) + "\"";
        }
        return call(
                   "ModifyImageSharePermission",
                   R"({"ImageId":")" + id + R"(","Permission":"SHARE","AccountIds":[)" + uins + "]}"
        )
            .code;
    };
    EXPECT_EQ(code(500), "InvalidAccountId.NotFound");
    EXPECT_EQ(code(501), "InvalidParameterValue.LimitExceeded");
}

}  // namespace
}  // namespace cloudsim::test
