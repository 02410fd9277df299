#include "client.hpp"

namespace cloudsim::test {
namespace {

class Cos : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    void put(const std::vector<std::string>& keys) {
        for (const std::string& key : keys) {
            cos("PUT", "/" + key, "x");
        }
    }

    std::string list(const std::string& query) { return cos("GET", "/?" + query).body; }
};

TEST_F(Cos, GivesBackWhatWasPut) {
    const HttpAnswer put = cos("PUT", "/a%20b%28%E8%85%BE%29", "hello", {{"x-cos-meta-job", "7"}});
    const HttpAnswer got = cos("GET", "/a%20b%28%E8%85%BE%29");

    EXPECT_EQ(put.status, 200);
    EXPECT_EQ(header_of(put, "ETag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    EXPECT_EQ(got.body, "hello");
    EXPECT_EQ(header_of(got, "x-cos-meta-job"), "7");
    EXPECT_EQ(header_of(got, "x-cos-hash-crc64ecma"), header_of(put, "x-cos-hash-crc64ecma"));
}

TEST_F(Cos, AnswersAHeadWithoutBody) {
    put({"key"});
    const HttpAnswer found = cos("HEAD", "/key");
    const HttpAnswer missing = cos("HEAD", "/none");

    EXPECT_EQ(found.content_length, 1U);
    EXPECT_EQ(found.body, "");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.body, "");
    EXPECT_EQ(missing.record.code, "NoSuchKey");
}

TEST_F(Cos, TellsErrorsInXml) {
    const HttpAnswer answer = cos("GET", "/none");
    EXPECT_EQ(answer.status, 404);
    EXPECT_THAT(answer.body, HasSubstr("<Error><Code>NoSuchKey</Code>"));
    EXPECT_EQ(header_of(answer, "x-cos-request-id"), answer.record.request_id);
}

TEST_F(Cos, DeletesAKeyTwiceWithoutComplaint) {
    put({"key"});
    EXPECT_EQ(cos("DELETE", "/key").status, 204);
    EXPECT_EQ(cos("HEAD", "/key").status, 404);
    EXPECT_EQ(cos("DELETE", "/key").status, 204);
}

TEST_F(Cos, RefusesABodyThatDoesNotFitItsDigest) {
    const HttpAnswer answer =
        cos("PUT", "/key", "hello", {{"Content-MD5", "mQ/fVh815F3k6TAUm8m0eg=="}});
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.record.code, "BadDigest");
    EXPECT_EQ(
        cos("PUT", "/key", "hello", {{"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="}}).status, 200
    );
}

TEST_F(Cos, GivesARangeOfAStoredObjectOnly) {
    cos("PUT", "/key", "0123456789");
    EXPECT_EQ(cos("GET", "/key", "", {{"Range", "bytes=2-4"}}).body, "234");
    EXPECT_EQ(cos("GET", "/key", "", {{"Range", "bytes=2-4"}}).status, 206);
    EXPECT_EQ(cos("GET", "/key", "", {{"Range", "bytes=20-"}}).status, 416);
}

TEST_F(Cos, AnswersWithTheHeadersThatAreAskedFor) {
    put({"key"});
    const HttpAnswer answer = cos("GET", "/key?response-content-type=text%2Fhtml");
    EXPECT_EQ(header_of(answer, "Content-Type"), "text/html");
}

TEST_F(Cos, HonoursConditions) {
    put({"key"});
    const std::string etag = header_of(cos("HEAD", "/key"), "ETag");
    EXPECT_EQ(cos("GET", "/key", "", {{"If-None-Match", etag}}).status, 304);
    EXPECT_EQ(cos("GET", "/key", "", {{"If-Match", "\"0\""}}).status, 412);
}

TEST_F(Cos, ListsByPrefixInOrderOfKeys) {
    put({"b/2", "a/1", "b/1"});
    const std::string body = list("prefix=b/");
    EXPECT_THAT(body, testing::ContainsRegex("<Key>b/1</Key>.*<Key>b/2</Key>"));
    EXPECT_THAT(body, testing::Not(HasSubstr("<Key>a/1</Key>")));
    EXPECT_THAT(body, HasSubstr("<IsTruncated>false</IsTruncated>"));
}

TEST_F(Cos, PagesAListing) {
    put({"a", "b", "c"});
    const std::string first = list("max-keys=2");
    EXPECT_THAT(first, HasSubstr("<IsTruncated>true</IsTruncated><NextMarker>b</NextMarker>"));
    const std::string second = list("max-keys=2&marker=b");
    EXPECT_THAT(second, HasSubstr("<Key>c</Key>"));
    EXPECT_THAT(second, testing::Not(HasSubstr("<Key>b</Key>")));
}

TEST_F(Cos, FoldsKeysAtTheDelimiter) {
    put({"a/1", "a/2", "b"});
    const std::string body = list("delimiter=/");
    EXPECT_THAT(body, HasSubstr("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"));
    EXPECT_THAT(body, HasSubstr("<Key>b</Key>"));
    EXPECT_THAT(list("delimiter=/&marker=a/"), testing::Not(HasSubstr("CommonPrefixes")));
}

TEST_F(Cos, EncodesKeysWhenAsked) {
    put({"a%20%26"});
    EXPECT_THAT(list("encoding-type=url"), HasSubstr("<Key>a%20%26</Key>"));
    EXPECT_THAT(list(""), HasSubstr("<Key>a &amp;</Key>"));
}

TEST_F(Cos, TellsTheRegionOfABucket) {
    const HttpAnswer answer = cos("HEAD", "/");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(header_of(answer, "x-cos-bucket-region"), "ap-guangzhou");
}

TEST_F(Cos, TellsMissingFromForeignBuckets) {
    const auto head = [this](const std::string& host) {
        return cos("HEAD", "/", "", {{"Host", host}}).status;
    };
    EXPECT_EQ(head("nowhere-1250000000.cos.ap-guangzhou.myqcloud.com"), 404);
    EXPECT_EQ(head("backup-1250000000.cos.ap-shanghai.myqcloud.com"), 404);
    EXPECT_EQ(head("backup-1250000002.cos.ap-guangzhou.myqcloud.com"), 403);
}

TEST_F(Cos, TakesTheBucketFromThePathOfOtherHosts) {
    put({"key"});
    const HttpAnswer answer =
        cos("GET", "/backup-1250000000/key", "", {{"Host", "127.0.0.1:8080"}});
    EXPECT_EQ(answer.body, "x");
}

TEST_F(Cos, RefusesBadSignatures) {
    const auto code = [this](const HttpRequest& request) {
        return cloud->handle(request, now).record.code;
    };
    const Keys unknown{"AKIDnobody", "k", ""};
    const Keys wrong{"AKIDowner", "k", ""};
    HttpRequest bare = cos_request("GET", "/", "", now);
    bare.headers.resize(1);

    EXPECT_EQ(code(cos_request("GET", "/", "", now, unknown)), "InvalidAccessKeyId");
    EXPECT_EQ(code(cos_request("GET", "/", "", now, wrong)), "SignatureDoesNotMatch");
    EXPECT_EQ(code(cos_request("GET", "/", "", now - 48h)), "AccessDenied");
    EXPECT_EQ(code(bare), "AccessDenied");
}

TEST_F(Cos, RefusesLoudlyWhatItDoesNotSimulate) {
    EXPECT_EQ(cos("GET", "/?acl").status, 501);
    EXPECT_EQ(cos("POST", "/key?uploads").status, 501);
    EXPECT_EQ(cos("PUT", "/").status, 501);
}

class VersionedCos : public Cos {
protected:
    void SetUp() override {
        World world = small_world();
        world.accounts[0].buckets[0].versioned = true;
        use(world);
    }
};

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

}  // namespace
}  // namespace cloudsim::test
