#include "client.hpp"

namespace cloudsim::test {
namespace {

namespace json = boost::json;

constexpr const char* roles = R"(
[[account.role]]
name = "open-to-other"
id = "4611686018400000001"
trusts = ["100000000002"]
[[account.role]]
name = "secretive"
trusts = ["100000000002"]
external_id = "only-we-know"
)";

class AssumeRole : public CloudTest {
protected:
    void SetUp() override { use(parse_small_world("", roles)); }

    Reply assume(const std::string& arn, const std::string& more = "") {
        return call_as_other(
            "AssumeRole", R"({"RoleArn":")" + arn + R"(","RoleSessionName":"nightly")" + more + "}"
        );
    }

    static Keys keys_of(const Reply& reply) {
        const json::object& given = reply.response.at("Credentials").as_object();
        return {
            given.at("TmpSecretId").as_string().c_str(),
            given.at("TmpSecretKey").as_string().c_str(),
            given.at("Token").as_string().c_str()};
    }

    const std::string open_role = "qcs::cam::uin/100000000001:roleName/open-to-other";
};

TEST_F(AssumeRole, LetsTheCallerActAsTheRolesAccount) {
    const Keys keys = keys_of(assume(open_role));
    const Reply reply =
        send(api_request("DescribeInstances", R"({"Limit":1})", "ap-guangzhou", now, keys));
    EXPECT_EQ(reply.total(), 31);
    EXPECT_EQ(call_as_other("DescribeInstances", R"({"Limit":1})").total(), 0);
    EXPECT_EQ(cloud->handle(cos_request("HEAD", "/", "", now, keys), now).status, 200);
}

TEST_F(AssumeRole, TellsWhoActsAndWhoAskedForIt) {
    const Keys keys = keys_of(assume(open_role));
    const Reply reply = send(api_request("GetCallerIdentity", "{}", "", now, keys));
    EXPECT_EQ(reply.text("Type"), "CAMRole");
    EXPECT_EQ(reply.text("AccountId"), "100000000001");
    EXPECT_EQ(reply.text("Arn"), "qcs::sts:100000000001:assumed-role/4611686018400000001");
    EXPECT_EQ(reply.text("UserId"), "4611686018400000001:nightly");
    EXPECT_EQ(reply.text("PrincipalId"), "100000000002");
}

TEST_F(AssumeRole, GivesCredentialsThatExpireOnTime) {
    const Reply reply = assume(open_role, R"(,"DurationSeconds":600)");
    const Instant expires{std::chrono::seconds{reply.response.at("ExpiredTime").as_int64()}};
    EXPECT_EQ(reply.text("Expiration"), to_rfc3339(expires));
    const auto code = [&] {
        return send(api_request("DescribeInstances", "{}", "ap-guangzhou", now, keys_of(reply)))
            .code;
    };
    now = expires - 2s;
    EXPECT_EQ(code(), "");
    EXPECT_EQ(code(), "AuthFailure.TokenFailure");
}

TEST_F(AssumeRole, LastsTwoHoursUnlessToldOtherwise) {
    const Reply reply = assume(open_role);
    EXPECT_EQ(reply.response.at("ExpiredTime").as_int64(), whole_seconds(now) + 7200);
}

TEST_F(AssumeRole, TakesTheRolesIdToo) {
    EXPECT_EQ(assume("qcs::cam::uin/100000000001:role/4611686018400000001").code, "");
}

TEST_F(AssumeRole, IsNotMixedUpWithTheMetadataServicesCredentials) {
    const Reply reply = call(
        "AssumeRole",
        R"({"RoleArn":"qcs::cam::uin/100000000001:roleName/backup-role","RoleSessionName":"me"})"
    );
    HttpRequest request;
    request.method = "GET";
    request.target = "/latest/meta-data/cam/security-credentials/backup-role";
    request.headers = {{"Host", "metadata.tencentyun.com"}};
    EXPECT_THAT(
        cloud->handle(request, now).body, testing::Not(HasSubstr(keys_of(reply).secret_id))
    );
}

TEST_F(AssumeRole, RefusesWhatTheRoleDoesNotTrust) {
    const std::string own = "qcs::cam::uin/100000000001:roleName/backup-role";
    EXPECT_EQ(assume(own).code, "UnauthorizedOperation");
    const std::string secretive = "qcs::cam::uin/100000000001:roleName/secretive";
    EXPECT_EQ(assume(secretive).code, "UnauthorizedOperation");
    EXPECT_EQ(assume(secretive, R"(,"ExternalId":"guess")").code, "UnauthorizedOperation");
    EXPECT_EQ(assume(secretive, R"(,"ExternalId":"only-we-know")").code, "");
}

TEST_F(AssumeRole, NamesWhatIsWrong) {
    EXPECT_EQ(assume("backup-role").code, "InvalidParameter.ParamError");
    EXPECT_EQ(assume("qcs::cam::uin/100000000001:user/x").code, "InvalidParameter.ParamError");
    EXPECT_EQ(
        assume("qcs::cam::uin/100000000001:roleName/none").code, "ResourceNotFound.RoleNotFound"
    );
    EXPECT_EQ(
        assume("qcs::cam::uin/999999999999:roleName/none").code,
        "InvalidParameter.AccountNotAvaliable"
    );
    EXPECT_EQ(
        assume(open_role, R"(,"DurationSeconds":43201)").code, "InvalidParameter.OverTimeError"
    );
    EXPECT_EQ(assume(open_role, R"(,"DurationSeconds":0)").code, "InvalidParameter.OverTimeError");
    EXPECT_EQ(assume(open_role, R"(,"ExternalId":"a b")").code, "InvalidParameter.ParamError");
    EXPECT_EQ(assume(open_role, R"(,"Policy":"{}")").code, "UnsupportedOperation");
    EXPECT_EQ(assume(open_role, R"(,"Session":"x")").code, "UnknownParameter");
    EXPECT_EQ(call("AssumeRole", R"({"RoleArn":"x"})").code, "MissingParameter");
    EXPECT_EQ(
        call("AssumeRole", R"({"RoleArn":")" + open_role + R"(","RoleSessionName":"a b"})").code,
        "InvalidParameter.ParamError"
    );
}

}  // namespace
}  // namespace cloudsim::test
