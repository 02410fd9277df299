// The published test vectors of both signatures (facts/tencent-cloud.md 1.2 and 5.1).
#include "../cos_sign.hpp"
#include "../digests.hpp"
#include "../refusal.hpp"
#include "../tc3.hpp"
#include "../text.hpp"
#include "client.hpp"

namespace cloudsim::test {
namespace {

HttpRequest documented_request() {
    HttpRequest request;
    request.headers = {
        {"Host", "cvm.tencentcloudapi.com"},
        {"Content-Type", "application/json; charset=utf-8"},
        {"X-TC-Action", "DescribeInstances"},
        {"X-TC-Timestamp", "1551113065"}};
    request.body =
        R"({"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]})";
    return request;
}

std::string documented_signature(
    const std::string& key, const std::vector<std::string>& signed_headers
) {
    const std::string canonical = tc3_canonical_request(documented_request(), signed_headers);
    return tc3_signature(key, "2019-02-25", "cvm", "1551113065", canonical);
}

TEST(Tc3, HashesTheDocumentedRequestAsDocumented) {
    const HttpRequest request = documented_request();

    EXPECT_EQ(
        sha256_hex(request.body), "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
    );
    EXPECT_EQ(
        sha256_hex(tc3_canonical_request(request, {"content-type", "host"})),
        "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
    );
}

TEST(Tc3, SignsTheVectorOfTheOlderPage) {
    EXPECT_EQ(
        documented_signature("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", {"content-type", "host"}),
        "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    );
}

TEST(Tc3, SignsTheVectorWithMaskedKey) {
    EXPECT_EQ(
        documented_signature("Gu5t9xGARNpq86cd98joQYCN3*******", {"content-type", "host"}),
        "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"
    );
}

TEST(Tc3, SignsTheVectorThatSignsTheActionToo) {
    const std::string key(32, '*');
    const std::vector<std::string> signed_headers{"content-type", "host", "x-tc-action"};

    EXPECT_EQ(
        sha256_hex(tc3_canonical_request(documented_request(), signed_headers)),
        "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
    );
    EXPECT_EQ(
        documented_signature(key, signed_headers),
        "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    );
}

TEST(Tc3, RefusesAnAuthorizationOfAnotherForm) {
    EXPECT_THROW(parse_tc3_authorization(""), Refusal);
    EXPECT_THROW(parse_tc3_authorization("Bearer abc"), Refusal);
    EXPECT_THROW(
        parse_tc3_authorization(
            "TC3-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=f"
        ),
        Refusal
    );
}

HttpRequest cos_example(const std::string& method, Headers headers, const std::string& query) {
    HttpRequest request;
    request.method = method;
    request.target = "/" + percent_encode("exampleobject(腾讯云)") + query;
    request.headers = std::move(headers);
    request.headers.emplace_back("Host", "examplebucket-1250000000.cos.ap-beijing.myqcloud.com");
    return request;
}

constexpr const char* cos_key = "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz";

TEST(CosSignature, SignsTheDocumentedUpload) {
    const HttpRequest request = cos_example(
        "PUT",
        {{"Content-Length", "13"},
         {"Content-MD5", "mQ/fVh815F3k6TAUm8m0eg=="},
         {"Content-Type", "text/plain"},
         {"Date", "Thu, 16 May 2019 06:45:51 GMT"},
         {"x-cos-acl", "private"},
         {"x-cos-grant-read", "uin=\"100000000011\""}},
        ""
    );
    CosAuthorization authorization;
    authorization.key_time = authorization.sign_time = "1557989151;1557996351";
    authorization.header_names =
        split("content-length;content-md5;content-type;date;host;x-cos-acl;x-cos-grant-read", ';');

    const std::string http_string = cos_http_string(request, authorization);

    EXPECT_EQ(sha1_hex(http_string), "8b2751e77f43a0995d6e9eb9477f4b685cca4172");
    EXPECT_EQ(
        cos_signature(cos_key, authorization, http_string),
        "3b8851a11a569213c17ba8fa7dcf2abec6935172"
    );
}

TEST(CosSignature, SignsTheDocumentedDownload) {
    const HttpRequest request = cos_example(
        "GET",
        {{"Date", "Thu, 16 May 2019 06:55:53 GMT"}},
        "?response-content-type=application%2Foctet-stream&response-cache-control=max-age%3D600"
    );
    CosAuthorization authorization;
    authorization.key_time = authorization.sign_time = "1557989753;1557996953";
    authorization.header_names = {"date", "host"};
    authorization.param_names = {"response-cache-control", "response-content-type"};

    const std::string http_string = cos_http_string(request, authorization);

    EXPECT_EQ(sha1_hex(http_string), "54ecfe22f59d3514fdc764b87a32d8133ea611e6");
    EXPECT_EQ(
        cos_signature(cos_key, authorization, http_string),
        "01681b8c9d798a678e43b685a9f1bba0f6c0e012"
    );
}

TEST(CosSignature, SignsTheVectorOfTheGoSdk) {
    HttpRequest request;
    request.method = "PUT";
    request.target = "/testfile2";
    request.headers = {
        {"Host", "testbucket-125000000.cos.ap-guangzhou.myqcloud.com"},
        {"x-cos-content-sha1", "db8ac1c259eb89d4a131b253bacfca5f319d54f2"},
        {"x-cos-stroage-class", "nearline"}};
    CosAuthorization authorization;
    authorization.key_time = authorization.sign_time = "1480932292;1481012292";
    authorization.header_names = {"host", "x-cos-content-sha1", "x-cos-stroage-class"};

    EXPECT_EQ(
        cos_signature(
            "AKIDZfbOA78asKUYBcXFrJD0a1ICvR98JM",
            authorization,
            cos_http_string(request, authorization)
        ),
        "ce4ac0ecbcdb30538b3fee0a97cc6389694ce53a"
    );
}

TEST(Digests, HaveTheCheckValueOfCrc64Xz) {
    EXPECT_EQ(crc64_ecma("123456789"), 0x995DC9BBDF1939FAU);
    EXPECT_EQ(crc64_ecma(""), 0U);
}

}  // namespace
}  // namespace cloudsim::test
