// The kinds of faults that need more than a changed answer.
#include "../text.hpp"
#include "client.hpp"

namespace cloudsim::test {
namespace {

class FaultKinds : public CloudTest {
protected:
    void use_fault(const std::string& keys) { use(small_world(), "[[fault]]\n" + keys); }

    Reply create() {
        return call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001"})");
    }

    Reply sync(const std::string& id, const std::string& region) {
        return call(
            "SyncImages",
            R"({"ImageIds":[")" + id + R"("],"DestinationRegions":[")" + region +
                R"("],"ImageSetRequired":true})"
        );
    }

    // The answer to a list of objects that the client signs at its own time.
    HttpAnswer list_objects_at(Instant signed_at) {
        now += pace;
        return cloud->handle(cos_request("GET", "/", "", signed_at), now);
    }
};

TEST_F(FaultKinds, AnswerAnErrorAfterTheWorkWasDone) {
    use_fault("action = \"CreateImage\"\nkind = \"error-after\"\n");
    const Reply reply = create();
    EXPECT_EQ(reply.code, "InternalError");
    EXPECT_EQ(cloud->state().images.size(), 1U);
    EXPECT_THAT(reply.answer.record.tasks, SizeIs(1));
}

TEST_F(FaultKinds, AnswerAnErrorAfterTheWorkOnObjectsToo) {
    use_fault("action = \"cos:PutObject\"\nkind = \"error-after\"\nstatus = 503\n");
    EXPECT_EQ(cos("PUT", "/a", "x").status, 503);
    EXPECT_EQ(cos("GET", "/a").body, "x");
}

TEST_F(FaultKinds, MakeTheAnswerHugeButStillGood) {
    use_fault("action = \"DescribeImages\"\nkind = \"huge\"\nmegabytes = 3\n");
    const Reply reply = call("DescribeImages", "{}");
    EXPECT_EQ(reply.code, "");
    EXPECT_GT(reply.answer.body.size(), 3U << 20U);
}

TEST_F(FaultKinds, TellAnotherRequestId) {
    use_fault("action = \"*\"\nkind = \"wrong-request-id\"\n");
    const Reply reply = call("DescribeImages", "{}");
    EXPECT_THAT(reply.text("RequestId"), SizeIs(36));
    EXPECT_NE(reply.text("RequestId"), reply.answer.record.request_id);
    const HttpAnswer listed = cos("GET", "/");
    EXPECT_NE(header_of(listed, "x-cos-request-id"), listed.record.request_id);
}

TEST_F(FaultKinds, RevokeAKeyForAWhile) {
    use_fault("kind = \"key-revoked\"\naccount = \"100000000001\"\nbefore = \"1h\"\n");
    EXPECT_EQ(call("DescribeImages", "{}").code, "AuthFailure.SecretIdNotFound");
    EXPECT_EQ(call_as_other("DescribeImages", "{}").code, "");
    const HttpAnswer listed = cos("GET", "/");
    EXPECT_EQ(listed.status, 403);
    EXPECT_THAT(listed.body, HasSubstr("<Code>InvalidAccessKeyId</Code>"));
    wait(1h);
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
}

TEST_F(FaultKinds, PutTheAccountInArrearsForAWhile) {
    use_fault("kind = \"in-arrears\"\nbefore = \"1h\"\n");
    EXPECT_EQ(create().code, "InvalidAccount.InsufficientBalance");
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
    EXPECT_EQ(cos("GET", "/").status, 403);
    wait(1h);
    EXPECT_EQ(create().code, "");
    EXPECT_EQ(cos("GET", "/").status, 200);
}

TEST_F(FaultKinds, ThatStrikeOnArrivalKnowTheOperationOnObjects) {
    use_fault("kind = \"region-gone\"\nregion = \"ap-guangzhou\"\naction = \"cos:HeadObject\"\n");
    EXPECT_EQ(cos("HEAD", "/a").fate, Fate::closed);
    EXPECT_EQ(cos("GET", "/a").status, 404);
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
}

TEST_F(FaultKinds, ThatStrikeOnArrivalKnowTheAccountOfAPresignedUrl) {
    const std::string gone = "kind = \"region-gone\"\nregion = \"ap-guangzhou\"\n";
    HttpRequest request = cos_request("GET", "/a?q-sign-algorithm=sha1&q-ak=AKIDowner", "", now);
    std::erase_if(request.headers, [](const auto& header) {
        return header.first == "Authorization";
    });
    use_fault(gone + "account = \"100000000001\"\n");
    EXPECT_EQ(cloud->handle(request, now).fate, Fate::closed);
    use_fault(gone + "account = \"100000000002\"\n");
    EXPECT_EQ(cloud->handle(request, now).fate, Fate::delivered);
}

TEST_F(FaultKinds, TakeARegionAwayFromApiAndObjectsAlike) {
    use_fault("kind = \"region-gone\"\nregion = \"ap-guangzhou\"\nafter = \"1h\"\n");
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
    wait(1h);
    EXPECT_EQ(call("DescribeImages", "{}").answer.fate, Fate::closed);
    EXPECT_EQ(cos("GET", "/").fate, Fate::closed);
    EXPECT_EQ(call_in("ap-shanghai", "DescribeImages", "{}").code, "");
    const HttpRequest at_its_gate = api_request(
        "DescribeImages",
        "{}",
        "ap-shanghai",
        now,
        owner_keys,
        "cvm.ap-guangzhou.tencentcloudapi.com"
    );
    EXPECT_EQ(send(at_its_gate).answer.fate, Fate::closed);
}

TEST_F(FaultKinds, LetAGoneRegionReceiveNoCopies) {
    use_fault("kind = \"region-gone\"\nregion = \"ap-shanghai\"\nbefore = \"1h\"\n");
    const std::string id = ready_image();
    EXPECT_EQ(sync(id, "ap-shanghai").code, "InvalidRegion.Unavailable");
    wait(1h);
    EXPECT_EQ(sync(id, "ap-shanghai").code, "");
}

TEST_F(FaultKinds, OfARegionLeaveCopiesToItAloneUnlessTheyStrikeThemAll) {
    const std::string gone = "kind = \"region-gone\"\nregion = \"ap-shanghai\"\n";
    for (const char* narrower :
         {"action = \"cos:HeadObject\"\n", "account = \"100000000002\"\n", "nth = 99\n"}) {
        use_fault(gone + narrower);
        EXPECT_EQ(sync(ready_image(), "ap-shanghai").code, "") << narrower;
    }
    use_fault(gone + "action = \"SyncImages\"\n");
    EXPECT_EQ(sync(ready_image(), "ap-shanghai").code, "InvalidRegion.Unavailable");
}

TEST_F(FaultKinds, SetTheServersClockForSignaturesAndDates) {
    use_fault("kind = \"clock-off\"\nahead = \"20min\"\n");
    const Reply late = call("DescribeImages", "{}");
    EXPECT_EQ(late.code, "AuthFailure.SignatureExpire");
    EXPECT_EQ(header_of(late.answer, "Date"), to_http_date(now + 20min));
    EXPECT_EQ(late.answer.record.fault, "clock-off");

    const HttpRequest adjusted = api_request("DescribeImages", "{}", "ap-guangzhou", now + 20min);
    EXPECT_EQ(send(adjusted).code, "");
    const HttpAnswer listed = list_objects_at(now + 20min);
    EXPECT_EQ(listed.status, 200);
    EXPECT_EQ(header_of(listed, "Date"), to_http_date(now + 20min));
}

TEST_F(FaultKinds, LetTheServersClockBeBehind) {
    use_fault("kind = \"clock-off\"\nbehind = \"6min\"\ntimes = 1\n");
    EXPECT_EQ(call("DescribeImages", "{}").code, "AuthFailure.SignatureExpire");
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
}

TEST_F(FaultKinds, ShiftAPageWhileTheListIsRead) {
    use_fault("action = \"DescribeInstances\"\nkind = \"page-shifts\"\n");
    const Reply first = call("DescribeInstances", R"({"Offset":0,"Limit":10})");
    const Reply second = call("DescribeInstances", R"({"Offset":10,"Limit":10})");
    EXPECT_EQ(first.set("InstanceSet").size(), 10U);
    EXPECT_EQ(second.total(), 30);
    EXPECT_EQ(second.first("InstanceSet", "InstanceId"), "ins-w0000011");
}

TEST_F(FaultKinds, LetAFinishedImageVanishLater) {
    use_fault("action = \"CreateImage\"\nkind = \"task-done-vanishes\"\ndelay = \"1h\"\n");
    const std::string id = create().text("ImageId");
    wait(15min);
    EXPECT_EQ(state_of(id), "NORMAL");
    wait(1h);
    EXPECT_EQ(state_of(id), "");
}

TEST_F(FaultKinds, LetAnInstanceVanishUnderItsImage) {
    use_fault("action = \"CreateImage\"\nkind = \"instance-vanishes\"\ndelay = \"5min\"\n");
    const std::string id = create().text("ImageId");
    wait(5min);
    EXPECT_EQ(call("DescribeInstances", R"({"InstanceIds":["ins-00000001"]})").total(), 0);
    wait(15min);
    EXPECT_EQ(state_of(id), "NORMAL");
}

TEST_F(FaultKinds, ReachTheMetadataService) {
    use_fault("action = \"metadata:*\"\nkind = \"error\"\nstatus = 500\ntimes = 1\n");
    HttpRequest request;
    request.method = "GET";
    request.target = "/latest/meta-data/cam/security-credentials/";
    request.headers = {{"Host", "metadata.tencentyun.com"}};
    EXPECT_EQ(cloud->handle(request, now).status, 500);
    EXPECT_EQ(cloud->handle(request, now).status, 200);
}

TEST_F(FaultKinds, ResetTheConnectionAfterTheWork) {
    use_fault("action = \"CreateImage\"\nkind = \"lost-after\"\nreset = true\n");
    EXPECT_EQ(create().answer.fate, Fate::reset);
    EXPECT_EQ(cloud->state().images.size(), 1U);
}

TEST_F(FaultKinds, ResetTheConnectionInTheMiddleOfTheBody) {
    use_fault("action = \"CreateImage\"\nkind = \"truncated\"\nreset = true\n");
    EXPECT_EQ(create().answer.fate, Fate::torn);
    EXPECT_EQ(cloud->state().images.size(), 1U);
}

}  // namespace
}  // namespace cloudsim::test
