// The vectors are the vendor's own: API 3.0 "Signature v3" (three editions), COS "Request
// signature" and the COS Go SDK's auth_test.
#include "cloud/sign.hpp"

#include "cloud/digest.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

Tc3Input published_input() {
    Tc3Input input;
    input.service = "cvm";
    input.host = "cvm.tencentcloudapi.com";
    input.content_type = "application/json; charset=utf-8";
    input.body =
        R"({"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]})";
    input.timestamp = 1551113065;
    return input;
}

TEST(Tc3Signature, MatchesTheVectorOfTheOlderEdition) {
    Tc3Input input = published_input();
    input.secret_id = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE";
    input.secret_key = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";

    const Signature signature = Tc3Signer().sign(input);

    EXPECT_EQ(
        sha256_hex(input.body), "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
    );
    EXPECT_EQ(
        signature.request_hash, "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
    );
    EXPECT_EQ(
        signature.authorization,
        "TC3-HMAC-SHA256 "
        "Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, "
        "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    );
}

TEST(Tc3Signature, MatchesTheVectorWithAStarredKey) {
    Tc3Input input = published_input();
    input.secret_key = "Gu5t9xGARNpq86cd98joQYCN3*******";

    const Signature signature = Tc3Signer().sign(input);

    EXPECT_EQ(
        signature.signature, "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"
    );
}

TEST(Tc3Signature, MatchesTheCurrentVectorThatSignsTheAction) {
    Tc3Input input = published_input();
    input.secret_key = std::string(32, '*');
    input.action = "DescribeInstances";

    const Signature signature = Tc3Signer().sign(input);

    EXPECT_EQ(
        signature.request_hash, "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
    );
    EXPECT_EQ(
        signature.signature, "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    );
}

TEST(Tc3Signature, ForgetsTheDayKeyWhenDaySecretOrServiceChange) {
    Tc3Input input = published_input();
    input.secret_key = "first";
    Tc3Signer kept;
    kept.sign(input);

    Tc3Input other_secret = input;
    other_secret.secret_key = "second";
    Tc3Input other_service = other_secret;
    other_service.service = "sts";
    Tc3Input other_day = other_service;
    other_day.timestamp += 86'400;

    EXPECT_EQ(kept.sign(other_secret).signature, Tc3Signer().sign(other_secret).signature);
    EXPECT_EQ(kept.sign(other_service).signature, Tc3Signer().sign(other_service).signature);
    EXPECT_EQ(kept.sign(other_day).signature, Tc3Signer().sign(other_day).signature);
    EXPECT_NE(kept.sign(other_service).signature, kept.sign(other_secret).signature);
}

CosInput published_cos_input() {
    CosInput input;
    input.secret_id = "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q";
    input.secret_key = "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz";
    input.path = "/exampleobject(腾讯云)";
    return input;
}

TEST(CosSignature, MatchesThePublishedUpload) {
    CosInput input = published_cos_input();
    input.method = "PUT";
    input.begin = 1557989151;
    input.end = 1557996351;
    input.headers = {
        {"Content-Length", "13"},
        {"Content-MD5", "mQ/fVh815F3k6TAUm8m0eg=="},
        {"Content-Type", "text/plain"},
        {"Date", "Thu, 16 May 2019 06:45:51 GMT"},
        {"Host", "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"},
        {"x-cos-acl", "private"},
        {"x-cos-grant-read", "uin=\"100000000011\""},
    };

    const CosSignature signature = sign_cos(input);

    EXPECT_EQ(signature.sign_key, "eb2519b498b02ac213cb1f3d1a3d27a3b3c9bc5f");
    EXPECT_EQ(signature.request_hash, "8b2751e77f43a0995d6e9eb9477f4b685cca4172");
    EXPECT_EQ(
        signature.authorization,
        "q-sign-algorithm=sha1&q-ak=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q"
        "&q-sign-time=1557989151;1557996351&q-key-time=1557989151;1557996351"
        "&q-header-list=content-length;content-md5;content-type;date;host;x-cos-acl;"
        "x-cos-grant-read&q-url-param-list=&q-signature=3b8851a11a569213c17ba8fa7dcf2abec6935172"
    );
}

TEST(CosSignature, MatchesThePublishedDownloadWithParameters) {
    CosInput input = published_cos_input();
    input.method = "GET";
    input.begin = 1557989753;
    input.end = 1557996953;
    input.params = {
        {"response-content-type", "application/octet-stream"},
        {"response-cache-control", "max-age=600"},
    };
    input.headers = {
        {"Date", "Thu, 16 May 2019 06:55:53 GMT"},
        {"Host", "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"},
    };

    const CosSignature signature = sign_cos(input);

    EXPECT_EQ(signature.sign_key, "937914bf490e9e8c189836aad2052e4feeb35eaf");
    EXPECT_EQ(signature.request_hash, "54ecfe22f59d3514fdc764b87a32d8133ea611e6");
    EXPECT_EQ(signature.signature, "01681b8c9d798a678e43b685a9f1bba0f6c0e012");
}

TEST(CosSignature, MatchesTheVectorOfTheGoSdk) {
    CosInput input;
    input.secret_id = "QmFzZTY0IGlzIGEgZ2VuZXJp";
    input.secret_key = "AKIDZfbOA78asKUYBcXFrJD0a1ICvR98JM";
    input.method = "PUT";
    input.path = "/testfile2";
    input.begin = 1480932292;
    input.end = 1481012292;
    input.headers = {
        {"host", "testbucket-125000000.cos.ap-guangzhou.myqcloud.com"},
        {"x-cos-content-sha1", "db8ac1c259eb89d4a131b253bacfca5f319d54f2"},
        {"x-cos-stroage-class", "nearline"},
    };

    EXPECT_EQ(sign_cos(input).signature, "ce4ac0ecbcdb30538b3fee0a97cc6389694ce53a");
}

}  // namespace
}  // namespace cvmbackup
