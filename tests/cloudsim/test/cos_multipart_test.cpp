// Multipart uploads and copies.
#include "cos_fixture.hpp"

namespace cloudsim::test {
namespace {

const std::string megabyte(1024 * 1024, 'm');

class CosMultipart : public Cos {
protected:
    std::string begin(const std::string& key) {
        return element_of(cos("POST", "/" + key + "?uploads").body, "UploadId");
    }

    std::string part(const std::string& id, int number, const std::string& body) {
        const std::string query = "?partNumber=" + std::to_string(number) + "&uploadId=" + id;
        return header_of(cos("PUT", "/key" + query, body), "ETag");
    }

    static std::string told(int number, const std::string& etag) {
        return "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + etag +
               "</ETag></Part>";
    }

    HttpAnswer complete(const std::string& id, const std::string& parts) {
        return cos(
            "POST",
            "/key?uploadId=" + id,
            "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>"
        );
    }
};

TEST_F(CosMultipart, MakesOneObjectOfTheParts) {
    const std::string id = begin("key");
    const std::string one = part(id, 1, megabyte);
    const std::string two = part(id, 2, "end");
    EXPECT_EQ(cos("HEAD", "/key").status, 404);
    const HttpAnswer done = complete(id, told(1, one) + told(2, two));

    EXPECT_EQ(done.record.action, "cos:CompleteMultipartUpload");
    EXPECT_EQ(cos("GET", "/key").body, megabyte + "end");
    const HttpAnswer head = cos("HEAD", "/key");
    EXPECT_EQ(header_of(head, "ETag"), "\"" + md5_hex(md5(megabyte) + md5("end")) + "-2\"");
    EXPECT_EQ(
        header_of(head, "x-cos-hash-crc64ecma"), std::to_string(crc64_ecma(megabyte + "end"))
    );
    EXPECT_EQ(complete(id, told(1, one)).record.code, "NoSuchUpload");
}

TEST_F(CosMultipart, RefusesPartsThatDoNotFit) {
    const std::string id = begin("key");
    const std::string one = part(id, 1, "small");
    const std::string two = part(id, 2, "end");

    EXPECT_EQ(complete(id, told(1, one) + told(2, two)).record.code, "EntityTooSmall");
    EXPECT_EQ(complete(id, told(2, two) + told(1, one)).record.code, "InvalidPartOrder");
    EXPECT_EQ(complete(id, told(1, two)).record.code, "InvalidPart");
    EXPECT_EQ(complete(id, told(3, two)).record.code, "InvalidPart");
    EXPECT_EQ(complete(id, "").record.code, "MalformedXML");
    EXPECT_EQ(complete("none", told(1, one)).record.code, "NoSuchUpload");
    EXPECT_EQ(complete(id, told(1, one)).status, 200);
}

TEST_F(CosMultipart, RefusesPartNumbersOutOfRange) {
    const std::string id = begin("key");
    const auto code = [&](const std::string& number) {
        return cos("PUT", "/key?partNumber=" + number + "&uploadId=" + id, "x").record.code;
    };
    EXPECT_EQ(code("0"), "InvalidArgument");
    EXPECT_EQ(code("10001"), "InvalidArgument");
    EXPECT_EQ(code(""), "InvalidArgument");
    EXPECT_EQ(code("10000"), "");
}

TEST_F(CosMultipart, TakesThePartThatWasSentLast) {
    const std::string id = begin("key");
    part(id, 1, "first try");
    const std::string again = part(id, 1, "second try");
    complete(id, told(1, again));
    EXPECT_EQ(cos("GET", "/key").body, "second try");
}

TEST_F(CosMultipart, ListsThePartsInPages) {
    const std::string id = begin("key");
    part(id, 2, "22");
    part(id, 7, "7777777");
    const std::string first = cos("GET", "/key?uploadId=" + id + "&max-parts=1").body;
    const std::string second = cos("GET", "/key?uploadId=" + id + "&part-number-marker=2").body;

    EXPECT_EQ(element_of(first, "PartNumber"), "2");
    EXPECT_EQ(element_of(first, "NextPartNumberMarker"), "2");
    EXPECT_EQ(element_of(second, "PartNumber"), "7");
    EXPECT_EQ(element_of(second, "Size"), "7");
    EXPECT_EQ(element_of(second, "IsTruncated"), "false");
}

TEST_F(CosMultipart, ListsUploadsUntilTheyAreAborted) {
    const std::string one = begin("a");
    begin("b/1");
    begin("b/2");
    EXPECT_EQ(element_of(list("uploads"), "UploadId"), one);
    EXPECT_EQ(element_of(list("uploads&max-uploads=1"), "NextKeyMarker"), "a");
    EXPECT_EQ(element_of(list("uploads&key-marker=a&max-uploads=1"), "Key"), "b/1");
    EXPECT_THAT(
        list("uploads&delimiter=/"),
        HasSubstr("<CommonPrefixs><Prefix>b/</Prefix></CommonPrefixs></List")
    );

    EXPECT_EQ(cos("DELETE", "/a?uploadId=" + one).status, 204);
    EXPECT_EQ(cos("DELETE", "/a?uploadId=" + one).record.code, "NoSuchUpload");
    EXPECT_EQ(element_of(list("uploads&prefix=a"), "UploadId"), "");
}

class CosCopy : public CosMultipart {
protected:
    static Headers from(const std::string& key, Headers more = {}) {
        more.emplace_back(
            "x-cos-copy-source", "backup-1250000000.cos.ap-guangzhou.myqcloud.com/" + key
        );
        return more;
    }
};

TEST_F(CosCopy, CopiesBytesAndMetadata) {
    cos("PUT", "/a%20b", "x", {{"x-cos-meta-job", "7"}, {"Content-Type", "text/plain"}});
    const HttpAnswer copy = cos("PUT", "/c", "", from("a%20b"));
    const HttpAnswer got = cos("GET", "/c");

    EXPECT_EQ(copy.record.action, "cos:PutObjectCopy");
    EXPECT_THAT(copy.body, HasSubstr("<CopyObjectResult><ETag>&quot;"));
    EXPECT_EQ(got.body, "x");
    EXPECT_EQ(header_of(got, "x-cos-meta-job"), "7");
    EXPECT_EQ(header_of(got, "Content-Type"), "text/plain");
}

TEST_F(CosCopy, ReplacesMetadataWhenAsked) {
    cos("PUT", "/a", "x", {{"x-cos-meta-job", "7"}});
    cos("PUT", "/a", "", from("a", {{"x-cos-metadata-directive", "Replaced"}}));
    EXPECT_EQ(header_of(cos("HEAD", "/a"), "x-cos-meta-job"), "");
    EXPECT_EQ(cos("PUT", "/a", "", from("a")).record.code, "InvalidRequest");
}

TEST_F(CosCopy, RefusesSourcesThatAreNotThere) {
    put({"a"});
    const auto code = [this](const std::string& source, Headers more = {}) {
        more.emplace_back("x-cos-copy-source", source);
        return cos("PUT", "/c", "", std::move(more)).record.code;
    };
    const std::string host = "backup-1250000000.cos.ap-guangzhou.myqcloud.com";
    EXPECT_EQ(code(host + "/none"), "NoSuchKey");
    EXPECT_EQ(code("none-1250000000.cos.ap-guangzhou.myqcloud.com/a"), "NoSuchBucket");
    EXPECT_EQ(code("backup-1250000002.cos.ap-guangzhou.myqcloud.com/a"), "AccessDenied");
    EXPECT_EQ(code(host + "/a", {{"x-cos-copy-source-If-Match", "\"0\""}}), "PreconditionFailed");
    EXPECT_EQ(code("nonsense"), "InvalidArgument");
}

TEST_F(CosCopy, CopiesARangeIntoAPart) {
    cos("PUT", "/a", "0123456789");
    const std::string id = begin("key");
    const HttpAnswer copy =
        cos("PUT",
            "/key?partNumber=1&uploadId=" + id,
            "",
            from("a", {{"x-cos-copy-source-range", "bytes=2-4"}}));
    complete(id, told(1, "\"" + md5_hex("234") + "\""));
    EXPECT_EQ(copy.record.action, "cos:UploadPartCopy");
    EXPECT_EQ(cos("GET", "/key").body, "234");
}

}  // namespace
}  // namespace cloudsim::test
