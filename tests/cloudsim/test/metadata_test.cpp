#include "client.hpp"

namespace cloudsim::test {
namespace {

class Metadata : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    HttpAnswer get(const std::string& path) {
        HttpRequest request;
        request.method = "GET";
        request.target = path;
        request.headers = {{"Host", "metadata.tencentyun.com"}};
        return cloud->handle(request, now);
    }

    Keys role_keys() {
        const auto told =
            boost::json::parse(get("/latest/meta-data/cam/security-credentials/backup-role").body);
        return {
            told.at("TmpSecretId").as_string().c_str(),
            told.at("TmpSecretKey").as_string().c_str(),
            told.at("Token").as_string().c_str()};
    }

    std::string code_with(const Keys& keys) {
        return send(api_request("DescribeImages", "{}", "ap-guangzhou", now, keys)).code;
    }
};

TEST_F(Metadata, ListsTheRoleOfTheInstanceThatAsks) {
    EXPECT_EQ(get("/latest/meta-data/cam/security-credentials/").body, "backup-role");
    EXPECT_EQ(get("/latest/meta-data/cam/security-credentials").body, "backup-role");
    EXPECT_EQ(get("/latest/meta-data/cam/security-credentials/none").status, 404);
    EXPECT_EQ(get("/latest/meta-data/hostname").status, 404);
}

TEST_F(Metadata, TellsWhichInstanceAsksAndWhereItIs) {
    EXPECT_EQ(get("/latest/meta-data/instance-id").body, "ins-00000001");
    EXPECT_EQ(get("/latest/meta-data/placement/region").body, "ap-guangzhou");
    EXPECT_EQ(get("/latest/meta-data/placement/zone").body, "ap-guangzhou-3");
    EXPECT_EQ(get("/latest/meta-data/placement").status, 404);

    cloud->state().instances.at("ins-00000001").cam_role = "";
    cloud->state().instances.at("ins-w0000002").cam_role = "backup-role";
    EXPECT_EQ(get("/latest/meta-data/instance-id").body, "ins-w0000002");
    cloud->state().instances.clear();
    EXPECT_EQ(get("/latest/meta-data/instance-id").status, 404);
}

TEST_F(Metadata, TellsNoRoleWhereNoInstanceOfTheAccountHasOne) {
    World world = small_world();
    world.accounts[1].roles.push_back({.id = "", .name = "foreign", .trusts = {}, .external_id = ""}
    );
    use(std::move(world));
    EXPECT_EQ(get("/latest/meta-data/cam/security-credentials/foreign").status, 404);
    cloud->state().instances.at("ins-00000001").cam_role = "foreign";
    EXPECT_EQ(get("/latest/meta-data/cam/security-credentials/").status, 404);
    cloud->state().instances.at("ins-00000001").cam_role = "";
    EXPECT_EQ(get("/latest/meta-data/cam/security-credentials/").status, 404);
}

TEST_F(Metadata, GivesCredentialsThatWorkUntilTheyExpire) {
    const Keys keys = role_keys();
    EXPECT_EQ(code_with(keys), "");
    wait(2h);
    EXPECT_EQ(code_with(keys), "AuthFailure.TokenFailure");
    EXPECT_EQ(code_with(role_keys()), "");
}

TEST_F(Metadata, WantsTheTokenWithTheKey) {
    Keys keys = role_keys();
    keys.token = "";
    EXPECT_EQ(code_with(keys), "AuthFailure.TokenFailure");
}

TEST_F(Metadata, TellsTheSameCredentialsUntilTheyAreOld) {
    const Keys first = role_keys();
    wait(1h);
    EXPECT_EQ(role_keys().secret_id, first.secret_id);
    wait(55min);
    EXPECT_NE(role_keys().secret_id, first.secret_id);
}

TEST_F(Metadata, GivesCredentialsForObjectsToo) {
    const HttpRequest request = cos_request("HEAD", "/", "", now, role_keys());
    EXPECT_EQ(cloud->handle(request, now).status, 200);
}

TEST_F(Metadata, NamesTheRoleToItsCaller) {
    const Keys keys = role_keys();
    const Reply reply = send(api_request("GetCallerIdentity", "{}", "", now, keys));
    const std::string id = cloud->state().accounts.at("100000000001").roles[0].id;
    EXPECT_THAT(id, testing::MatchesRegex("46116860[0-9]+"));
    EXPECT_EQ(reply.text("Arn"), "qcs::sts:100000000001:assumed-role/" + id);
    EXPECT_EQ(reply.text("UserId"), id + ":CVM");
}

}  // namespace
}  // namespace cloudsim::test
