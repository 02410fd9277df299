#include "../tc3.hpp"
#include "client.hpp"

namespace cloudsim::test {
namespace {

class Gateway : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    HttpRequest request(const std::string& body = "{}") {
        return api_request("DescribeImages", body, "ap-guangzhou", now);
    }

    static void set_header(
        HttpRequest& changed, const std::string& name, const std::string& value
    ) {
        std::erase_if(changed.headers, [&name](const auto& header) {
            return header.first == name;
        });
        if (!value.empty()) {
            changed.headers.emplace_back(name, value);
        }
    }
};

TEST_F(Gateway, AnswersAnErrorWithStatus200AndARequestId) {
    const Reply reply = call("DescribeImages", R"({"Limit":"20"})");

    EXPECT_EQ(reply.answer.status, 200);
    EXPECT_EQ(reply.code, "InvalidParameter");
    EXPECT_EQ(reply.text("RequestId"), reply.answer.record.request_id);
    EXPECT_THAT(reply.text("RequestId"), SizeIs(36));
}

TEST_F(Gateway, TellsWhoAskedWhatInTheRecord) {
    const Reply reply = call("DescribeImages", "{}");

    EXPECT_EQ(reply.answer.record.account, "100000000001");
    EXPECT_EQ(reply.answer.record.endpoint, "cvm.tencentcloudapi.com");
    EXPECT_EQ(reply.answer.record.region, "ap-guangzhou");
    EXPECT_EQ(reply.answer.record.action, "DescribeImages");
    EXPECT_EQ(reply.answer.record.code, "");
    EXPECT_THAT(
        to_json_line(reply.answer.record), testing::StartsWith(R"({"time":1799020801.000000,"acc)")
    );
}

TEST_F(Gateway, RefusesAChangedBody) {
    HttpRequest changed = request();
    changed.body = R"({"Limit":1})";
    EXPECT_EQ(send(changed).code, "AuthFailure.SignatureFailure");
}

TEST_F(Gateway, RefusesAnUnknownSecretId) {
    const Keys keys{"AKIDnobody", "ownerkey", ""};
    const HttpRequest unknown = api_request("DescribeImages", "{}", "ap-guangzhou", now, keys);
    EXPECT_EQ(send(unknown).code, "AuthFailure.SecretIdNotFound");
}

TEST_F(Gateway, RefusesAWrongKey) {
    const Keys keys{"AKIDowner", "otherkey", ""};
    const HttpRequest wrong = api_request("DescribeImages", "{}", "ap-guangzhou", now, keys);
    EXPECT_EQ(send(wrong).code, "AuthFailure.SignatureFailure");
}

TEST_F(Gateway, RefusesAClockThatIsOffByMoreThanFiveMinutes) {
    const HttpRequest late = api_request("DescribeImages", "{}", "ap-guangzhou", now - 6min);
    const HttpRequest early = api_request("DescribeImages", "{}", "ap-guangzhou", now + 6min);
    const HttpRequest close = api_request("DescribeImages", "{}", "ap-guangzhou", now - 4min);

    EXPECT_EQ(send(late).code, "AuthFailure.SignatureExpire");
    EXPECT_EQ(send(early).code, "AuthFailure.SignatureExpire");
    EXPECT_EQ(send(close).code, "");
}

TEST_F(Gateway, TakesATimestampOfTheRealClockToo) {
    const Instant real = now - 24h * 400;
    const HttpRequest foreign = api_request("DescribeImages", "{}", "ap-guangzhou", real);
    EXPECT_EQ(cloud->handle(foreign, now, real).record.code, "");
}

TEST_F(Gateway, TakesTheSignatureOfAnSdkThatOnlyKnowsAnAddress) {
    HttpRequest request = api_request("DescribeImages", "{}", "ap-guangzhou", now);
    const std::string timestamp = std::to_string(whole_seconds(now));
    set_header(request, "Host", "127.0.0.1");
    const std::string canonical = tc3_canonical_request(request, {"content-type", "host"});
    const std::string signature =
        tc3_signature("ownerkey", "2027-01-04", "127", timestamp, canonical);
    set_header(
        request,
        "Authorization",
        "TC3-HMAC-SHA256 Credential=AKIDowner/2027-01-04/127/tc3_request, "
        "SignedHeaders=content-type;host, Signature=" +
            signature
    );
    set_header(request, "Host", "127.0.0.1:8080");

    EXPECT_EQ(send(request).code, "");
}

TEST_F(Gateway, RefusesATokenWithAPermanentKey) {
    HttpRequest with_token = request();
    with_token.headers.emplace_back("X-TC-Token", "abc");
    EXPECT_EQ(send(with_token).code, "AuthFailure.TokenFailure");
}

TEST_F(Gateway, RefusesARequestWithoutAuthorization) {
    HttpRequest bare = request();
    set_header(bare, "Authorization", "");
    EXPECT_EQ(send(bare).code, "AuthFailure.InvalidAuthorization");
}

TEST_F(Gateway, WantsHostAndContentTypeSigned) {
    HttpRequest partly = request();
    set_header(
        partly,
        "Authorization",
        "TC3-HMAC-SHA256 Credential=AKIDowner/2027-01-04/cvm/tc3_request, SignedHeaders=host, "
        "Signature=00"
    );
    EXPECT_EQ(send(partly).code, "AuthFailure.InvalidAuthorization");
}

TEST_F(Gateway, RefusesSignaturesItDoesNotSimulateLoudly) {
    HttpRequest get = request();
    get.method = "GET";
    EXPECT_EQ(send(get).code, "UnsupportedOperation");
    HttpRequest form = request("Action=DescribeImages&Signature=x");
    set_header(form, "Content-Type", "application/x-www-form-urlencoded");
    EXPECT_EQ(send(form).code, "UnsupportedOperation");
    HttpRequest old;
    old.method = "GET";
    old.target = "/?Action=DescribeImages&SecretId=AKIDowner&Signature=x";
    old.headers = {{"Host", "127.0.0.1:8080"}};
    EXPECT_EQ(send(old).code, "UnsupportedOperation");
    HttpRequest put = request();
    put.method = "PUT";
    EXPECT_EQ(send(put).code, "UnsupportedProtocol");
}

TEST_F(Gateway, WantsEveryHeaderAndJson) {
    for (const char* name : {"X-TC-Action", "X-TC-Version", "X-TC-Timestamp", "Content-Type"}) {
        HttpRequest without = request();
        set_header(without, name, "");
        EXPECT_EQ(send(without).code, "MissingParameter") << name;
    }
    HttpRequest xml = request();
    set_header(xml, "Content-Type", "application/xml");
    EXPECT_EQ(send(xml).code, "InvalidRequest");
    HttpRequest named = request();
    set_header(named, "X-TC-RequestClient", std::string(129, 'x'));
    EXPECT_EQ(send(named).code, "InvalidParameterValue");
}

TEST_F(Gateway, TellsOnlyTheTextInTheLanguageAskedFor) {
    HttpRequest chinese = request(R"({"Limits":1})");
    chinese.headers.emplace_back("X-TC-Language", "zh-CN");
    const Reply reply = send(chinese);
    const Reply english = call("DescribeImages", R"({"Limits":1})");

    EXPECT_EQ(reply.code, "UnknownParameter");
    EXPECT_EQ(english.code, "UnknownParameter");
    EXPECT_NE(reply.response.at("Error").at("Message"), english.response.at("Error").at("Message"));
}

TEST_F(Gateway, TakesTenMegabytesAndNotMore) {
    const std::string limit(10 * 1024 * 1024 - 2, ' ');
    EXPECT_EQ(send(request("{" + limit + "}")).code, "");
    EXPECT_EQ(send(request("{" + limit + " }")).code, "RequestSizeLimitExceeded");
}

TEST_F(Gateway, TellsTheTime) {
    const Reply reply = call("DescribeImages", "{}");
    EXPECT_EQ(header_of(reply.answer, "Date"), "Mon, 04 Jan 2027 00:00:01 GMT");
}

TEST_F(Gateway, RefusesAnotherVersion) {
    HttpRequest old = request();
    set_header(old, "X-TC-Version", "2016-01-01");
    EXPECT_EQ(send(old).code, "NoSuchVersion");
}

TEST_F(Gateway, TellsAMisspeltActionFromOneThatIsNotSimulated) {
    EXPECT_EQ(call("DescribeImagez", "{}").code, "InvalidAction");
    EXPECT_EQ(call("RebootInstances", "{}").code, "UnsupportedOperation");
}

TEST_F(Gateway, WantsAKnownRegion) {
    EXPECT_EQ(call_in("", "DescribeImages", "{}").code, "MissingParameter");
    EXPECT_EQ(call_in("ap-atlantis", "DescribeImages", "{}").code, "UnsupportedRegion");
}

TEST_F(Gateway, ServesFinanceRegionsAtTheirOwnEndpointOnly) {
    const std::string own = "cvm.ap-shanghai-fsi.tencentcloudapi.com";
    const auto ask = [this](const std::string& region, const std::string& host) {
        return send(api_request("DescribeImages", "{}", region, now, owner_keys, host)).code;
    };

    EXPECT_EQ(ask("ap-shanghai-fsi", own), "");
    EXPECT_EQ(ask("ap-shanghai-fsi", "cvm.tencentcloudapi.com"), "UnsupportedRegion");
    EXPECT_EQ(ask("ap-guangzhou", own), "UnsupportedRegion");
}

TEST_F(Gateway, RefusesUnknownMissingAndMistypedParameters) {
    EXPECT_EQ(call("DescribeImages", R"({"Limits":1})").code, "UnknownParameter");
    EXPECT_EQ(call("DeleteImages", "{}").code, "MissingParameter");
    EXPECT_EQ(call("DeleteImages", R"({"ImageIds":"img-00000001"})").code, "InvalidParameter");
    EXPECT_EQ(call("DescribeImages", R"({"Offset":1.5})").code, "InvalidParameter");
    EXPECT_EQ(
        call("DescribeImages", R"({"Filters":[{"Name":"image-name","Values":["a"],"X":1}]})").code,
        "UnknownParameter"
    );
}

TEST_F(Gateway, RefusesABodyThatIsNoJsonObject) {
    EXPECT_EQ(call("DescribeImages", "[1]").code, "InvalidRequest");
    EXPECT_EQ(call("DescribeImages", "{").code, "InvalidRequest");
}

TEST_F(Gateway, RefusesWhatIsMoreThanTheRateOfOneSecond) {
    pace = Duration{0};
    for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(call("DescribeImageQuota", "{}").code, "");
    }

    EXPECT_EQ(call("DescribeImageQuota", "{}").code, "RequestLimitExceeded");
    EXPECT_EQ(call_as_other("DescribeImageQuota", "{}").code, "");
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
    wait(1s);
    EXPECT_EQ(call("DescribeImageQuota", "{}").code, "");
}

TEST_F(Gateway, CountsRatesForEachAccessEndpoint) {
    pace = Duration{0};
    for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(call("DescribeImageQuota", "{}").code, "");
    }
    const HttpRequest elsewhere = api_request(
        "DescribeImageQuota",
        "{}",
        "ap-guangzhou",
        now,
        owner_keys,
        "cvm.ap-shanghai.tencentcloudapi.com"
    );

    EXPECT_EQ(send(elsewhere).code, "");
}

TEST_F(Gateway, CountsAllHostsThatAreNotOneRegionsTogether) {
    pace = Duration{0};
    for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(call("DescribeImageQuota", "{}").code, "");
    }
    const HttpRequest international = api_request(
        "DescribeImageQuota", "{}", "ap-guangzhou", now, owner_keys, "cvm.intl.tencentcloudapi.com"
    );

    EXPECT_EQ(send(international).code, "RequestLimitExceeded");
}

TEST_F(Gateway, LetsAForeignClientEatAShareOfTheRate) {
    use(small_world("[limits]\nforeign_share = 0.9\n"));
    pace = Duration{0};

    EXPECT_EQ(call("DescribeImageQuota", "{}").code, "");
    EXPECT_EQ(call("DescribeImageQuota", "{}").code, "RequestLimitExceeded");
}

TEST_F(Gateway, LimitsTheWholeAccount) {
    use(small_world("[limits]\naccount_rate = 2\n"));
    pace = Duration{0};
    EXPECT_EQ(call("DescribeImageQuota", "{}").code, "");
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
    EXPECT_EQ(call("DescribeInstances", "{}").code, "RequestLimitExceeded.UinLimitExceeded");
}

TEST_F(Gateway, TellsTheCallerWhoHeIs) {
    const Reply reply = call("GetCallerIdentity", "{}");
    EXPECT_EQ(reply.text("AccountId"), "100000000001");
    EXPECT_EQ(reply.text("Type"), "CAMUser");
}

TEST_F(Gateway, ListsTheRegionsOfCvm) {
    const Reply reply = call("DescribeRegions", R"({"Product":"cvm"})");
    EXPECT_THAT(reply.all("RegionSet", "Region"), testing::Contains("ap-guangzhou"));
    // Null for everybody but the console, and never left out.
    EXPECT_TRUE(reply.set("RegionSet").at(0).at("RegionTypeMC").is_null());
    EXPECT_EQ(call("DescribeRegions", R"({"Product":"moon"})").code, "InvalidParameterValue");
    EXPECT_EQ(call("DescribeRegions", R"({"Product":"cbs"})").code, "UnsupportedOperation");
    EXPECT_EQ(call("DescribeRegions", "{}").code, "MissingParameter");
}

TEST_F(Gateway, TellsTheImageQuota) {
    const Reply reply = call("DescribeImageQuota", "{}");
    EXPECT_EQ(reply.response.at("ImageNumQuota").to_number<int>(), 500);
}

}  // namespace
}  // namespace cloudsim::test
