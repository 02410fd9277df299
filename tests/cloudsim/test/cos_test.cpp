#include "cos_fixture.hpp"

namespace cloudsim::test {
namespace {

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

TEST_F(Cos, GivesRanges) {
    cos("PUT", "/key", "0123456789");
    const auto range = [this](const std::string& text) {
        return cos("GET", "/key", "", {{"Range", text}});
    };
    const HttpAnswer middle = range("bytes=2-4");

    EXPECT_EQ(middle.status, 206);
    EXPECT_EQ(middle.body, "234");
    EXPECT_EQ(header_of(middle, "Content-Range"), "bytes 2-4/10");
    EXPECT_EQ(range("bytes=8-").body, "89");
    EXPECT_EQ(range("bytes=8-100").body, "89");
    EXPECT_EQ(range("bytes=-3").body, "789");
    EXPECT_EQ(range("bytes=20-").record.code, "InvalidRange");
    EXPECT_EQ(header_of(range("bytes=20-"), "Content-Range"), "bytes */10");
    EXPECT_EQ(range("lines=1-2").status, 200);
}

TEST_F(Cos, AnswersWithTheHeadersThatAreAskedFor) {
    put({"key"});
    const HttpAnswer answer = cos("GET", "/key?response-content-type=text%2Fhtml");
    EXPECT_EQ(header_of(answer, "Content-Type"), "text/html");
}

TEST_F(Cos, HonoursConditionsOnTheETag) {
    put({"key"});
    const std::string etag = header_of(cos("HEAD", "/key"), "ETag");
    EXPECT_EQ(cos("GET", "/key", "", {{"If-None-Match", etag}}).status, 304);
    EXPECT_EQ(cos("GET", "/key", "", {{"If-None-Match", "\"0\""}}).status, 200);
    EXPECT_EQ(cos("GET", "/key", "", {{"If-Match", "\"0\", " + etag}}).status, 200);
    const HttpAnswer other = cos("HEAD", "/key", "", {{"If-Match", "\"0\""}});
    EXPECT_EQ(other.status, 412);
    EXPECT_EQ(other.body, "");
    EXPECT_EQ(other.record.code, "PreconditionFailed");
}

TEST_F(Cos, HonoursConditionsOnTheTime) {
    put({"key"});
    const std::string modified = header_of(cos("HEAD", "/key"), "Last-Modified");
    const std::string earlier = "Sun, 03 Jan 2027 00:00:00 GMT";
    EXPECT_EQ(cos("HEAD", "/key", "", {{"If-Modified-Since", modified}}).status, 304);
    EXPECT_EQ(cos("HEAD", "/key", "", {{"If-Modified-Since", earlier}}).status, 200);
    EXPECT_EQ(cos("GET", "/key", "", {{"If-Unmodified-Since", modified}}).status, 200);
    EXPECT_EQ(cos("GET", "/key", "", {{"If-Unmodified-Since", earlier}}).status, 412);
    EXPECT_EQ(cos("GET", "/key", "", {{"If-Unmodified-Since", "yesterday"}}).status, 200);
}

TEST_F(Cos, KeepsWhatTheHeadersOfAPutTell) {
    cos("PUT", "/key", "x", {{"Cache-Control", "no-cache"}, {"x-cos-storage-class", "STANDARD_IA"}}
    );
    const HttpAnswer head = cos("HEAD", "/key");

    EXPECT_EQ(header_of(head, "Cache-Control"), "no-cache");
    EXPECT_EQ(header_of(head, "x-cos-storage-class"), "STANDARD_IA");
    EXPECT_EQ(header_of(head, "Last-Modified"), "Mon, 04 Jan 2027 00:00:01 GMT");
    EXPECT_EQ(cos("PUT", "/key", "", {{"x-cos-storage-class", "COLD"}}).status, 400);
}

TEST_F(Cos, BoundsKeysAndMetadata) {
    EXPECT_EQ(cos("PUT", "/" + std::string(850, 'k')).status, 200);
    EXPECT_EQ(cos("PUT", "/" + std::string(851, 'k')).record.code, "KeyTooLong");
    const std::string large(2048, 'v');
    EXPECT_EQ(cos("PUT", "/k", "", {{"x-cos-meta-a", large}}).record.code, "MetadataTooLarge");
}

TEST_F(Cos, RefusesADigestThatIsNone) {
    EXPECT_EQ(cos("PUT", "/key", "x", {{"Content-MD5", "!"}}).record.code, "InvalidDigest");
    EXPECT_EQ(cos("PUT", "/key", "x", {{"Content-MD5", "aGVsbG8="}}).record.code, "InvalidDigest");
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

TEST_F(Cos, TakesTheSignatureOfAnSdkThatKnowsNoBucketInThePath) {
    put({"key"});
    const auto code = [this](const std::string& signed_path, const std::string& host) {
        HttpRequest request =
            cos_request("GET", signed_path, "", now, owner_keys, {{"Host", host}});
        request.target = "/backup-1250000000/key";
        return cloud->handle(request, now).record.code;
    };
    EXPECT_EQ(code("/key", "127.0.0.1:8080"), "");
    EXPECT_EQ(code("/other", "127.0.0.1:8080"), "SignatureDoesNotMatch");
    EXPECT_EQ(code("/key", "cos.ap-guangzhou.myqcloud.com"), "SignatureDoesNotMatch");
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

TEST_F(Cos, ListsTheBucketsOfTheAccount) {
    const HttpAnswer all = cos("GET", "/", "", {{"Host", "service.cos.myqcloud.com"}});
    const HttpAnswer far = cos("GET", "/", "", {{"Host", "cos.ap-shanghai.myqcloud.com"}});

    EXPECT_EQ(all.record.action, "cos:GetService");
    EXPECT_THAT(all.body, HasSubstr("<Bucket><Name>backup-1250000000</Name>"));
    EXPECT_THAT(all.body, testing::Not(HasSubstr("backup-1250000002")));
    EXPECT_THAT(far.body, HasSubstr("<Buckets></Buckets>"));
}

TEST_F(Cos, RefusesTheAccelerationThatNobodyEnabled) {
    const HttpAnswer answer =
        cos("GET", "/", "", {{"Host", "backup-1250000000.cos.accelerate.myqcloud.com"}});
    EXPECT_EQ(answer.record.code, "BucketAccelerateNotEnabled");
}

TEST_F(Cos, TakesTheSignatureFromTheQueryToo) {
    put({"key"});
    const HttpRequest signed_request = cos_request("GET", "/key", "", now);
    HttpRequest presigned = signed_request;
    presigned.target += "?" + std::string{*signed_request.header("Authorization")};
    presigned.headers.resize(1);

    EXPECT_EQ(cloud->handle(presigned, now).body, "x");
    EXPECT_EQ(cloud->handle(presigned, now + 2h).record.code, "AccessDenied");
    presigned.target.back() = presigned.target.back() == '0' ? '1' : '0';
    EXPECT_EQ(cloud->handle(presigned, now).record.code, "SignatureDoesNotMatch");
}

TEST_F(Cos, RefusesASignedDateThatIsFarOff) {
    const auto code = [this](Instant date) {
        HttpRequest request = cos_request(
            "GET", "/", "", now, owner_keys, {{"Date", to_http_date(date)}}, "date;host"
        );
        return cloud->handle(request, now).record.code;
    };
    EXPECT_EQ(code(now - 10min), "");
    EXPECT_EQ(code(now + 16min), "RequestTimeTooSkewed");
}

TEST_F(Cos, RefusesLoudlyWhatItDoesNotSimulate) {
    EXPECT_EQ(cos("GET", "/?acl").status, 501);
    EXPECT_EQ(cos("GET", "/?acl").record.code, "NotImplemented");
    EXPECT_EQ(cos("GET", "/?acl").record.action, "cos:Unknown");
    EXPECT_EQ(cos("PUT", "/").status, 501);
    EXPECT_EQ(cos("PUT", "/key", "x", {{"x-cos-tagging", "a=b"}}).status, 501);
    EXPECT_EQ(cos("HEAD", "/key").status, 404);
}

class NoBucket : public Cos {
protected:
    HttpAnswer ask(const std::string& method, const std::string& bucket) {
        HttpRequest request = cos_request(method, "/" + bucket + "/", "", now, owner_keys, {}, "");
        std::erase_if(request.headers, [](const auto& header) { return header.first == "Host"; });
        return cloud->handle(request, now);
    }
};

TEST_F(NoBucket, IsLoudlyNotMade) {
    const HttpAnswer answer = ask("PUT", "new-1250000000");
    EXPECT_EQ(answer.record.code, "NotImplemented");
    EXPECT_THAT(answer.body, HasSubstr("PUT of a bucket"));
}

TEST_F(NoBucket, HasAnOverlongName) {
    const std::string end = "-1250000000";
    EXPECT_EQ(ask("GET", std::string(49, 'b') + end).record.code, "NoSuchBucket");
    EXPECT_EQ(ask("GET", std::string(50, 'b') + end).record.code, "BucketNameTooLong");
}

TEST_F(Cos, NamesItsOwnLimitOfARequestThatTheRealOneTakes) {
    HttpRequest request = cos_request("PUT", "/key", "", now);
    request.is_too_large = true;
    const HttpAnswer answer = cloud->handle(request, now);
    EXPECT_EQ(answer.status, 501);
    EXPECT_THAT(answer.body, HasSubstr("cvmcloudsim keeps objects in memory"));
}

}  // namespace
}  // namespace cloudsim::test
