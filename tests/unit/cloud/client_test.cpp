// The whole client, from the port down to whole HTTP requests, over a scripted transport.
#include "client_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

const BucketPlace bucket{AccountName("prod"), Region("ap-guangzhou"), BucketName("ops-1250000000")};

class Client : public ClientFixture {
protected:
    Outcome<ImageId> create_image() {
        CreateImageRequest request;
        request.instance = InstanceId("ins-00000001");
        request.name = "web-1";
        return run(cloud->create_image(place, request));
    }

    std::string_view header(std::size_t request, std::string_view name) {
        return find_header(transport.sent.at(request).headers, name);
    }
};

TEST_F(Client, SendsACompleteSignedRequestToTheRegionalEndpoint) {
    transport.then(json_answer(R"({"ImageId":"img-00000001","RequestId":"r"})"));

    const auto image = create_image();

    EXPECT_EQ(image.value().text(), "img-00000001");
    const HttpRequest& request = transport.sent.at(0);
    EXPECT_TRUE(request.tls);
    EXPECT_EQ(request.connect_host, "cvm.ap-guangzhou.tencentcloudapi.com");
    EXPECT_EQ(request.host, request.connect_host);
    EXPECT_FALSE(request.repeatable);
    EXPECT_EQ(header(0, "X-TC-Action"), "CreateImage");
    EXPECT_EQ(header(0, "X-TC-Version"), "2017-03-12");
    EXPECT_EQ(header(0, "X-TC-Region"), "ap-guangzhou");
    EXPECT_EQ(header(0, "X-TC-Timestamp"), "1800000001");
    EXPECT_EQ(header(0, "X-TC-Token"), "");
    EXPECT_THAT(
        std::string(header(0, "Authorization")),
        StartsWith("TC3-HMAC-SHA256 Credential=AKIDtest/2027-01-15/cvm/tc3_request, "
                   "SignedHeaders=content-type;host;x-tc-action, Signature=")
    );
}

TEST_F(Client, NeverRepeatsAChangeThatMayHaveHappened) {
    transport.then(transport_trouble(Remedy::look_first, "Connection"));

    const auto image = create_image();

    EXPECT_EQ(image.error().remedy, Remedy::look_first);
    EXPECT_THAT(transport.sent, SizeIs(1));
}

TEST_F(Client, NeverRepeatsAChangeThatWasRefusedForTheRate) {
    transport.then(error_answer("RequestLimitExceeded"));

    const auto image = create_image();

    EXPECT_EQ(image.error().remedy, Remedy::retry_now);
    EXPECT_THAT(transport.sent, SizeIs(1));
}

TEST_F(Client, TakesAnAnswerWithoutAnImageIdAsUnclear) {
    transport.then(json_answer(R"({"RequestId":"r-9"})"));

    const auto image = create_image();

    EXPECT_EQ(image.error().remedy, Remedy::look_first);
    EXPECT_EQ(image.error().code, "Answer");
    EXPECT_EQ(image.error().request_id, "r-9");
    EXPECT_THAT(image.error().text, HasSubstr("ImageId is missing"));
}

TEST_F(Client, TakesBrokenEnvelopesAndGatewaysAsUnclear) {
    const std::string bodies[] = {
        "", "{\"Respo", "[]", R"({"Response":[]})", "{}", R"({"Response":{"Error":{}}})", "<html>"};
    for (const std::string& body : bodies) {
        HttpAnswer answer;
        answer.status = 200;
        answer.body = body;
        transport.then(answer);
        EXPECT_EQ(create_image().error().remedy, Remedy::look_first) << body;
    }
    HttpAnswer gateway;
    gateway.status = 502;
    transport.then(gateway);
    EXPECT_EQ(create_image().error().code, "Http502");
}

TEST_F(Client, TakesAnAnswerWithoutItsListAsNoAnswer) {
    const HttpAnswer without = json_answer(R"({"TotalCount":0,"RequestId":"r-9"})");
    transport.otherwise = [without](const HttpRequest&) { return Outcome<HttpAnswer>(without); };
    const std::vector<ImageId> ids = {ImageId("img-00000001")};

    EXPECT_EQ(run(cloud->images(place, ids)).error().code, "Answer");
    EXPECT_EQ(run(cloud->images_named(place, {"web-1"})).error().code, "Answer");
    EXPECT_EQ(run(cloud->instances(place, InstanceQuery())).error().code, "Answer");
    EXPECT_EQ(run(cloud->image_shares(place, ids.front())).error().code, "Answer");
    EXPECT_EQ(run(cloud->image_quota(place)).error().code, "Answer");
}

TEST_F(Client, LooksForCopiesWhenTheAnswerDoesNotNameThem) {
    transport.then(json_answer(R"({"RequestId":"r-9"})"));
    SyncImageRequest request;
    request.image = ImageId("img-00000001");
    request.destinations = {Region("ap-shanghai")};

    const auto copies = run(cloud->sync_image(place, request));

    EXPECT_EQ(copies.error().remedy, Remedy::look_first);
    EXPECT_EQ(copies.error().code, "Answer");
}

TEST_F(Client, DoesNotSignAChangeThatWaitedTooLong) {
    transport.before_writing = 61s;

    const auto image = create_image();

    EXPECT_EQ(image.error().remedy, Remedy::retry_later);
    EXPECT_EQ(image.error().code, "SigningTooLate");
    EXPECT_THAT(transport.sent, IsEmpty());
}

TEST_F(Client, SignsWithTheTimeOfWriting) {
    transport.before_writing = 59s;
    transport.then(json_answer(R"({"ImageId":"img-00000001"})"));

    const auto image = create_image();

    EXPECT_TRUE(image);
    EXPECT_EQ(header(0, "X-TC-Timestamp"), "1800000060");
}

TEST_F(Client, RepeatsReadsWithGrowingPauses) {
    transport.then(transport_trouble(Remedy::look_first, "Timeout"));
    transport.then(error_answer("InternalError"));
    transport.then(transport_trouble(Remedy::retry_later, "Connect"));
    transport.then(json_answer(R"({"TotalCount":0,"ImageSet":[]})"));
    const std::vector<ImageId> ids = {ImageId("img-00000001")};

    const auto images = run(cloud->images(place, ids));

    ASSERT_TRUE(images);
    ASSERT_THAT(transport.arrivals, SizeIs(4));
    EXPECT_EQ(transport.arrivals[1] - transport.arrivals[0], 500ms);
    EXPECT_EQ(transport.arrivals[2] - transport.arrivals[1], 1s);
    EXPECT_EQ(transport.arrivals[3] - transport.arrivals[2], 2s);
}

TEST_F(Client, GivesUpAReadAfterFourAttempts) {
    const Failure lost = transport_trouble(Remedy::look_first, "Timeout");
    transport.otherwise = [lost](const HttpRequest&) { return Outcome<HttpAnswer>(lost); };

    const auto quota = run(cloud->image_quota(place));

    EXPECT_EQ(quota.error().remedy, Remedy::retry_now);
    EXPECT_THAT(transport.sent, SizeIs(4));
}

TEST_F(Client, DoesNotRepeatReadsThatAreRefused) {
    transport.then(error_answer("UnauthorizedOperation.PermissionDenied"));

    const auto quota = run(cloud->image_quota(place));

    EXPECT_EQ(quota.error().remedy, Remedy::give_up);
    EXPECT_THAT(transport.sent, SizeIs(1));
}

TEST_F(Client, ReadsNewCredentialsOnceWhenTheTokenIsRefused) {
    transport.then(error_answer("AuthFailure.TokenFailure"));
    transport.then(json_answer(R"({"ImageId":"img-00000001"})"));
    transport.replies.front() = [](const HttpRequest&) {
        ::setenv("TENCENTCLOUD_SECRET_ID", "AKIDnew", 1);
        return Outcome<HttpAnswer>(error_answer("AuthFailure.TokenFailure"));
    };

    const auto image = create_image();

    ASSERT_TRUE(image);
    EXPECT_THAT(std::string(header(1, "Authorization")), HasSubstr("AKIDnew"));
}

TEST_F(Client, ReadsCredentialsThatWereReplacedWhenTheOldOnesAreRefused) {
    transport.then(json_answer(R"({"ImageId":"img-00000001"})"));
    transport.then(json_answer(R"({"ImageId":"img-00000001"})"));
    transport.replies.front() = [](const HttpRequest&) {
        ::setenv("TENCENTCLOUD_SECRET_ID", "AKIDnew", 1);
        return Outcome<HttpAnswer>(error_answer("AuthFailure.SecretIdNotFound"));
    };

    EXPECT_TRUE(create_image());

    EXPECT_THAT(std::string(header(1, "Authorization")), HasSubstr("AKIDnew"));
}

TEST_F(Client, ReportsCredentialsThatStayRefused) {
    transport.then(error_answer("AuthFailure.TokenFailure"));
    transport.then(error_answer("AuthFailure.TokenFailure"));

    const auto image = create_image();

    EXPECT_EQ(image.error().remedy, Remedy::refresh_credentials);
    EXPECT_THAT(transport.sent, SizeIs(2));
}

TEST_F(Client, TellsTheObserverOfEveryAnswer) {
    transport.latency = 250ms;
    transport.then(error_answer("InternalError"));
    transport.then(json_answer(R"({"AccountId":"100000000001"})"));

    run(cloud->identity(place.account));

    ASSERT_THAT(observer.answers, SizeIs(2));
    EXPECT_EQ(observer.answers[0].action, "GetCallerIdentity");
    EXPECT_EQ(observer.answers[0].code, "InternalError");
    EXPECT_EQ(observer.answers[1].code, "ok");
    EXPECT_EQ(observer.answers[1].took, 250ms);
    EXPECT_EQ(header(1, "X-TC-Region"), "ap-guangzhou");
    EXPECT_EQ(transport.sent[1].host, "sts.tencentcloudapi.com");
}

Task<bool> create_many(Cloud& cloud, int count) {
    for (int i = 0; i < count; ++i) {
        co_await cloud.turn(place, Change::create_image);
        CreateImageRequest request;
        request.instance = InstanceId("ins-" + std::to_string(i));
        co_await cloud.create_image(place, std::move(request));
    }
    co_return true;
}

TEST_F(Client, WaitsForTheLimiterInTurnAndSaysForHowLong) {
    const HttpAnswer made = json_answer(R"({"ImageId":"img-00000001"})");
    transport.otherwise = [made](const HttpRequest&) { return Outcome<HttpAnswer>(made); };

    run(create_many(*cloud, 11));

    ASSERT_THAT(transport.arrivals, SizeIs(11));
    EXPECT_EQ(transport.arrivals[9], transport.arrivals[0]);
    EXPECT_GT(transport.arrivals[10] - transport.arrivals[0], 1s);
    EXPECT_EQ(observer.answers[9].throttled, 0s);
    EXPECT_EQ(observer.answers[10].throttled, transport.arrivals[10] - transport.arrivals[0]);
}

TEST_F(Client, CountsTheImagesThatUseTheQuota) {
    transport.then(json_answer(R"({"ImageNumQuota":500})"));
    transport.then(json_answer(R"({"TotalCount":321,"ImageSet":[{"ImageId":"img-1"}]})"));

    const auto quota = run(cloud->image_quota(place));

    EXPECT_EQ(quota->limit, 500);
    EXPECT_EQ(quota->used, 321);
}

TEST_F(Client, NamesAnAccountThatIsNotConfigured) {
    Place nowhere = place;
    nowhere.account = AccountName("test");

    const auto quota = run(cloud->image_quota(nowhere));

    EXPECT_THAT(quota.error().text, HasSubstr("account \"test\" is not configured"));
    EXPECT_THAT(transport.sent, IsEmpty());
}

TEST_F(Client, TakesAReloadedEndpoint) {
    Account account;
    account.name = place.account;
    account.credentials = CredentialSource::environment;
    account.api_endpoint = "http://127.0.0.1:1234";
    cloud->set_accounts({account});
    transport.then(json_answer(R"({"ImageId":"img-00000001"})"));

    create_image();

    EXPECT_EQ(transport.sent.at(0).connect_host, "127.0.0.1");
    EXPECT_EQ(transport.sent.at(0).port, 1234);
    EXPECT_FALSE(transport.sent.at(0).tls);
    EXPECT_EQ(transport.sent.at(0).host, "cvm.ap-guangzhou.tencentcloudapi.com");
}

HttpAnswer cos_answer(unsigned status, std::string body, HttpHeaders headers) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.headers = std::move(headers);
    return answer;
}

TEST_F(Client, HeadsAnObjectByItsEncodedKey) {
    transport.then(cos_answer(200, "", {{"Content-Length", "7"}, {"x-cos-hash-crc64ecma", "9"}}));

    const auto object = run(cloud->head_object(bucket, "web/a b"));

    EXPECT_EQ(object.value(), (StoredObject{"web/a b", 7, "", "9"}));
    EXPECT_EQ(transport.sent.at(0).target, "/web/a%20b");
    EXPECT_EQ(transport.sent.at(0).host, "ops-1250000000.cos.ap-guangzhou.myqcloud.com");
    EXPECT_THAT(
        std::string(header(0, "Authorization")),
        HasSubstr("q-sign-time=1799999941;1800000301&q-key-time=1799999941;1800000301"
                  "&q-header-list=host&")
    );
}

TEST_F(Client, TellsAnAbsentObjectFromTrouble) {
    transport.then(cos_answer(404, "", {}));
    transport.then(cos_answer(403, "", {}));

    const auto absent = run(cloud->head_object(bucket, "k"));
    const auto refused = run(cloud->head_object(bucket, "k"));

    EXPECT_EQ(absent.value(), std::nullopt);
    EXPECT_EQ(refused.error().code, "AccessDenied");
}

TEST_F(Client, ListsAllPagesOfObjects) {
    transport.then(cos_answer(
        200,
        "<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>a</NextMarker>"
        "<Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>",
        {}
    ));
    transport.then(cos_answer(
        200,
        "<ListBucketResult><Contents><Key>b</Key><Size>2</Size></Contents></ListBucketResult>",
        {}
    ));

    const auto objects = run(cloud->list_objects(bucket, "web/"));

    EXPECT_THAT(objects.value(), SizeIs(2));
    EXPECT_EQ(transport.sent.at(0).target, "/?encoding-type=url&max-keys=1000&prefix=web%2F");
    EXPECT_THAT(transport.sent.at(1).target, HasSubstr("marker=a"));
}

TEST_F(Client, DoesNotTakeAListOfObjectsForWholeThatNeverEnds) {
    for (int page = 0; page < 2; ++page) {
        transport.then(cos_answer(
            200,
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>a</NextMarker>"
            "<Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>",
            {}
        ));
    }

    const auto objects = run(cloud->list_objects(bucket, "web/"));

    ASSERT_FALSE(objects);
    EXPECT_THAT(objects.error().text, HasSubstr("under 'web/' did not end after 2"));
}

TEST_F(Client, DeletesObjectsThatAreThereOrNot) {
    transport.then(cos_answer(503, "", {}));
    transport.then(cos_answer(204, "", {}));
    transport.then(cos_answer(404, "<Error><Code>NoSuchKey</Code></Error>", {}));

    EXPECT_TRUE(run(cloud->delete_object(bucket, "k")));
    EXPECT_TRUE(run(cloud->delete_object(bucket, "k")));
    EXPECT_THAT(transport.sent, SizeIs(3));
}

TEST_F(Client, NamesTheRegionOfABucketThatIsElsewhere) {
    transport.then(cos_answer(404, "", {{"x-cos-bucket-region", "ap-shanghai"}}));

    const auto found = run(cloud->head_bucket(bucket));

    EXPECT_EQ(found.error().code, "NoSuchBucket");
    EXPECT_THAT(found.error().text, HasSubstr("bucket ops-1250000000 does not exist"));
    EXPECT_THAT(found.error().text, HasSubstr("the bucket is in ap-shanghai"));
    EXPECT_EQ(observer.answers.at(0).action, "cos:HeadBucket");
}

}  // namespace
}  // namespace cvmbackup
