// Versions, delete markers, their listing, and the deletion of many keys.
#include "cos_fixture.hpp"

namespace cloudsim::test {
namespace {

TEST_F(VersionedCos, HidesADeletedKeyButKeepsItsVersions) {
    const HttpAnswer put = cos("PUT", "/key", "x");
    const HttpAnswer gone = cos("DELETE", "/key");

    EXPECT_EQ(header_of(gone, "x-cos-delete-marker"), "true");
    EXPECT_EQ(cos("HEAD", "/key").status, 404);
    EXPECT_THAT(list("prefix="), testing::Not(HasSubstr("<Contents>")));
    const std::string version = "?versionId=" + header_of(put, "x-cos-version-id");
    EXPECT_EQ(cos("GET", "/key" + version).body, "x");
    EXPECT_EQ(cos("DELETE", "/key" + version).status, 204);
    EXPECT_EQ(cos("GET", "/key" + version).status, 404);
}

TEST_F(VersionedCos, TellsADeleteMarkerFromAMissingKey) {
    put_version("key", "x");
    const std::string marker = header_of(cos("DELETE", "/key"), "x-cos-version-id");

    EXPECT_EQ(header_of(cos("GET", "/key"), "x-cos-delete-marker"), "true");
    EXPECT_EQ(header_of(cos("GET", "/none"), "x-cos-delete-marker"), "");
    const HttpAnswer asked = cos("GET", "/key?versionId=" + marker);
    EXPECT_EQ(asked.status, 405);
    EXPECT_EQ(asked.record.code, "MethodNotAllowed");
    EXPECT_EQ(cos("GET", "/key?versionId=none").record.code, "NoSuchVersion");
}

TEST_F(VersionedCos, ShowsAKeyAgainWhenItsDeleteMarkerIsDeleted) {
    put_version("key", "x");
    const std::string marker = header_of(cos("DELETE", "/key"), "x-cos-version-id");
    const HttpAnswer gone = cos("DELETE", "/key?versionId=" + marker);

    EXPECT_EQ(header_of(gone, "x-cos-delete-marker"), "true");
    EXPECT_EQ(cos("GET", "/key").body, "x");
}

TEST_F(VersionedCos, ListsVersionsNewestFirst) {
    const std::string old_version = put_version("key", "1");
    const std::string new_version = put_version("key", "22");
    cos("DELETE", "/key");
    const std::string body = list("versions");

    EXPECT_EQ(element_of(element_of(body, "DeleteMarker"), "IsLatest"), "true");
    EXPECT_EQ(element_of(element_of(body, "Version"), "VersionId"), new_version);
    EXPECT_EQ(element_of(element_of(body, "Version"), "Size"), "2");
    EXPECT_LT(body.find("<DeleteMarker>"), body.find("<Version>"));
    EXPECT_LT(body.find(new_version), body.find(old_version));
}

TEST_F(VersionedCos, PagesVersionsOfOneKey) {
    const std::string oldest = put_version("a", "1");
    const std::string newer = put_version("a", "2");
    put_version("b", "3");
    const std::string first = list("versions&max-keys=1");

    EXPECT_EQ(element_of(first, "NextKeyMarker"), "a");
    EXPECT_EQ(element_of(first, "NextVersionIdMarker"), newer);
    const std::string second = list("versions&max-keys=1&key-marker=a&version-id-marker=" + newer);
    EXPECT_EQ(element_of(element_of(second, "Version"), "VersionId"), oldest);
    const std::string third = list("versions&key-marker=a");
    EXPECT_EQ(element_of(third, "Key"), "b");
    EXPECT_EQ(cos("GET", "/?versions&version-id-marker=x").record.code, "InvalidArgument");
}

TEST_F(VersionedCos, MissesNoVersionWhenTheMarkedOneWasDeleted) {
    const std::string oldest = put_version("a", "1");
    const std::string newer = put_version("a", "2");
    cos("DELETE", "/a?versionId=" + newer);
    const std::string page = list("versions&key-marker=a&version-id-marker=" + newer);
    EXPECT_EQ(element_of(page, "VersionId"), oldest);
}

TEST_F(Cos, SwitchesVersioningOnAndOff) {
    const auto versioning = [this](const std::string& status) {
        const std::string body =
            "<VersioningConfiguration><Status>" + status + "</Status></VersioningConfiguration>";
        return cos("PUT", "/?versioning", body).status;
    };
    EXPECT_THAT(list("versioning"), HasSubstr("<VersioningConfiguration></Versioning"));
    EXPECT_EQ(versioning("Enabled"), 200);
    EXPECT_EQ(element_of(list("versioning"), "Status"), "Enabled");
    EXPECT_EQ(versioning("Suspended"), 200);
    EXPECT_EQ(element_of(list("versioning"), "Status"), "Suspended");
    EXPECT_EQ(versioning("Off"), 400);
}

TEST_F(VersionedCos, KeepsOneNullVersionWhileSuspended) {
    const std::string kept = put_version("key", "kept");
    cloud->state().find_bucket("backup-1250000000")->versioning = Versioning::suspended;
    EXPECT_EQ(put_version("key", "one"), "null");
    EXPECT_EQ(put_version("key", "two"), "null");

    EXPECT_EQ(cos("GET", "/key?versionId=null").body, "two");
    EXPECT_EQ(cos("GET", "/key?versionId=" + kept).body, "kept");
    EXPECT_EQ(header_of(cos("DELETE", "/key"), "x-cos-version-id"), "null");
    EXPECT_EQ(cos("GET", "/key?versionId=null").status, 405);
}

TEST_F(Cos, DeletesManyKeysAndTellsEach) {
    put({"a", "b&c"});
    const std::string body =
        "<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;c</Key></Object>"
        "<Object><Key>none</Key></Object></Delete>";
    const HttpAnswer answer = cos("POST", "/?delete", body, with_md5(body));

    EXPECT_EQ(answer.record.action, "cos:DeleteMultipleObjects");
    EXPECT_THAT(answer.body, HasSubstr("<Deleted><Key>a</Key></Deleted>"));
    EXPECT_THAT(answer.body, HasSubstr("<Deleted><Key>b&amp;c</Key></Deleted>"));
    EXPECT_THAT(answer.body, HasSubstr("<Deleted><Key>none</Key></Deleted>"));
    EXPECT_THAT(list(""), testing::Not(HasSubstr("<Contents>")));
}

TEST_F(VersionedCos, DeletesManyVersionsQuietly) {
    const std::string old_version = put_version("key", "1");
    put_version("key", "2");
    const std::string body = "<Delete><Quiet>true</Quiet><Object><Key>key</Key><VersionId>" +
                             old_version + "</VersionId></Object></Delete>";
    const HttpAnswer answer = cos("POST", "/?delete", body, with_md5(body));

    EXPECT_THAT(answer.body, HasSubstr("<DeleteResult></DeleteResult>"));
    EXPECT_EQ(cos("GET", "/key").body, "2");
    EXPECT_EQ(cos("GET", "/key?versionId=" + old_version).status, 404);
}

TEST_F(Cos, RefusesADeletionOfManyThatIsNotInOrder) {
    put({"a"});
    const auto code = [this](const std::string& body, const Headers& headers) {
        return cos("POST", "/?delete", body, headers).record.code;
    };
    const std::string good = "<Delete><Object><Key>a</Key></Object></Delete>";
    const std::string broken = "<Delete><Object><Key>a</Object></Delete>";
    std::string large = "<Delete>";
    for (int i = 0; i <= 1000; ++i) {
        large += "<Object><Key>k</Key></Object>";
    }
    large += "</Delete>";

    EXPECT_EQ(code(good, {}), "InvalidRequest");
    EXPECT_EQ(code(good, with_md5(broken)), "BadDigest");
    EXPECT_EQ(code(broken, with_md5(broken)), "MalformedXML");
    EXPECT_EQ(code(large, with_md5(large)), "MalformedXML");
    EXPECT_EQ(cos("HEAD", "/a").status, 200);
}

}  // namespace
}  // namespace cloudsim::test
