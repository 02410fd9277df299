// Endpoints, dates, encodings and COS's XML: the small pure parts of the wire.
#include "cloud/cos_codec.hpp"
#include "cloud/endpoint.hpp"
#include "cloud/http_date.hpp"
#include "cloud/text.hpp"
#include "cloud/xml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Endpoints, AreTheVendorsRegionalOnesByDefault) {
    const Account account;

    const auto api = api_endpoint(account, "cvm", Region("ap-guangzhou"));
    const auto sts = api_endpoint(account, "sts", Region());
    const auto cos = cos_endpoint(account, BucketName("ops-1250000000"), Region("ap-guangzhou"));

    EXPECT_EQ(api->connect_host, "cvm.ap-guangzhou.tencentcloudapi.com");
    EXPECT_EQ(api->host, api->connect_host);
    EXPECT_TRUE(api->tls);
    EXPECT_EQ(api->port, 443);
    EXPECT_EQ(sts->host, "sts.tencentcloudapi.com");
    EXPECT_EQ(cos->host, "ops-1250000000.cos.ap-guangzhou.myqcloud.com");
}

TEST(Endpoints, KeepThePublicHostWhenOnlyTheAddressIsOverridden) {
    Account account;
    account.api_endpoint = "http://127.0.0.1:1234";

    const auto api = api_endpoint(account, "cvm", Region("ap-guangzhou"));

    EXPECT_EQ(*api, (Endpoint{false, "127.0.0.1", 1234, "cvm.ap-guangzhou.tencentcloudapi.com"}));
}

TEST(Endpoints, WithPlaceholdersAreNamesOfTheirOwn) {
    Account account;
    account.api_endpoint = "https://{service}.internal.tencentcloudapi.com";
    account.cos_endpoint = "https://{bucket}.cos-internal.{region}.tencentcos.cn";

    const auto api = api_endpoint(account, "cvm", Region("ap-guangzhou"));
    const auto cos = cos_endpoint(account, BucketName("b-1"), Region("ap-guangzhou"));

    EXPECT_EQ(api->host, "cvm.internal.tencentcloudapi.com");
    EXPECT_EQ(api->connect_host, "cvm.internal.tencentcloudapi.com");
    EXPECT_EQ(cos->host, "b-1.cos-internal.ap-guangzhou.tencentcos.cn");
}

TEST(Endpoints, ReplaceAPlaceholderWhereverItStands) {
    Account account;
    account.api_endpoint = "https://{service}.{region}.cloud-{region}.example";

    const auto api = api_endpoint(account, "cvm", Region("ap-guangzhou"));

    EXPECT_EQ(api->host, "cvm.ap-guangzhou.cloud-ap-guangzhou.example");
}

TEST(Endpoints, OfGlobalServicesHaveNoRegion) {
    Account account;
    account.api_endpoint = "https://{service}.{region}.internal.example";

    const auto sts = api_endpoint(account, "sts", Region());

    EXPECT_EQ(sts->host, "sts.internal.example");
}

TEST(Endpoints, UnderstandPortsAndAddressesInBrackets) {
    EXPECT_EQ(*parse_endpoint("https://a.b:8443"), (Endpoint{true, "a.b", 8443, "a.b:8443"}));
    EXPECT_EQ(*parse_endpoint("http://[::1]:80/"), (Endpoint{false, "::1", 80, "[::1]:80"}));
}

class BadEndpoints : public ::testing::TestWithParam<const char*> {};

TEST_P(BadEndpoints, AreRefusedWithTheirText) {
    const auto endpoint = parse_endpoint(GetParam());

    ASSERT_FALSE(endpoint);
    EXPECT_THAT(endpoint.error().text, HasSubstr(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    BadEndpoints,
    ::testing::Values(
        "ftp://x",
        "https://",
        "https://host:0",
        "https://host:65536",
        "https://host:",
        "https://host:12a",
        "https://host/path",
        "https://user@host",
        "https://[::1",
        "https://ho st"
    )
);

TEST(HttpDates, AreReadInTheirOneForm) {
    EXPECT_EQ(
        parse_http_date("Thu, 16 May 2019 06:45:51 GMT"), parse_rfc3339("2019-05-16T06:45:51Z")
    );
    EXPECT_FALSE(parse_http_date("Thu, 31 Feb 2019 06:45:51 GMT"));
    EXPECT_FALSE(parse_http_date("Thu, 16 aMa 2019 06:45:51 GMT"));
    EXPECT_FALSE(parse_http_date("2019-05-16T06:45:51Z"));
    EXPECT_FALSE(parse_http_date(""));
}

TEST(UrlEncoding, EscapesEverythingButTheUnreserved) {
    EXPECT_EQ(url_encoded("a b/(ä)'!*~"), "a%20b%2F%28%C3%A4%29%27%21%2A~");
    EXPECT_EQ(url_encoded_path("a b/c"), "a%20b/c");
    EXPECT_EQ(url_decoded("a%20b%2f%E4"), "a b/\xE4");
    EXPECT_FALSE(url_decoded("a%2"));
    EXPECT_FALSE(url_decoded("%zz"));
}

constexpr const char* listing = R"(<?xml version='1.0' encoding='utf-8' ?>
<ListBucketResult><Name>ops-1250000000</Name><EncodingType>url</EncodingType>
<Prefix>web%2F</Prefix><IsTruncated>true</IsTruncated><NextMarker>web%2Fb%26</NextMarker>
<Contents><Key>web%2Fa%20%3C1%3E</Key><ETag>&quot;abc&quot;</ETag><Size>1073741824</Size>
<Owner><ID>1250000000</ID></Owner></Contents>
<Contents><Key>web%2Fb%26</Key><ETag/><Size>0</Size></Contents></ListBucketResult>)";

TEST(CosLists, AreReadWithTheirEncodedKeys) {
    const auto page = decode_object_page(listing);

    ASSERT_TRUE(page);
    EXPECT_THAT(
        page->objects,
        ElementsAre(
            StoredObject{"web/a <1>", 1'073'741'824, "abc", ""}, StoredObject{"web/b&", 0, "", ""}
        )
    );
    EXPECT_EQ(page->next_marker, "web/b&");
}

TEST(CosLists, EndWhereTheCloudSaysSo) {
    const auto page =
        decode_object_page("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");

    ASSERT_TRUE(page);
    EXPECT_THAT(page->objects, IsEmpty());
    EXPECT_EQ(page->next_marker, "");
}

TEST(CosLists, GoOnBehindTheLastKeyIfNoMarkerIsGiven) {
    const auto page = decode_object_page(
        "<ListBucketResult><IsTruncated>true</IsTruncated>"
        "<Contents><Key>k</Key><Size>1</Size></Contents></ListBucketResult>"
    );

    EXPECT_EQ(page->next_marker, "k");
}

class HostileLists : public ::testing::TestWithParam<std::string> {};

TEST_P(HostileLists, AreRefused) {
    EXPECT_FALSE(decode_object_page(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    HostileLists,
    ::testing::Values(
        "",
        "no xml",
        "<html><body>proxy</body></html>",
        "<ListBucketResult>",
        "<ListBucketResult><Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>k</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult>&unknown;</ListBucketResult>",
        "<ListBucketResult>&#xD800;</ListBucketResult>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult></ListBucketResult>",
        "<ListBucketResult/><ListBucketResult/>"
    )
);

TEST(Xml, BoundsItsDepth) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "<a>";

    EXPECT_FALSE(parse_xml(deep));
}

TEST(Xml, ReadsEntitiesCommentsAndRawSections) {
    const auto root = parse_xml("<a x='>'>1 &lt; 2<!-- <b> --><![CDATA[<&]]>&#228;&#x1F600;</a>");

    ASSERT_TRUE(root);
    EXPECT_EQ(root->text, "1 < 2<&ä😀");
}

TEST(CosErrorBodies, GiveCodeAndMessageOrNothing) {
    const CosError error = decode_cos_error(
        "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"
    );

    EXPECT_EQ(error.code, "NoSuchKey");
    EXPECT_EQ(error.message, "gone");
    EXPECT_EQ(decode_cos_error("<html>").code, "");
}

TEST(ObjectHeads, NeedASize) {
    const HttpHeaders complete = {
        {"content-length", "12"}, {"ETag", "\"e\""}, {"x-cos-hash-crc64ecma", "42"}};

    EXPECT_EQ(*decode_object_head("k", complete), (StoredObject{"k", 12, "e", "42"}));
    EXPECT_FALSE(decode_object_head("k", {}));
}

}  // namespace
}  // namespace cvmbackup
