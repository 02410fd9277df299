#include "../endpoints.hpp"
#include "client.hpp"

namespace cloudsim::test {
namespace {

HttpRequest to(const std::string& method, const std::string& host, const std::string& target) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = {{"Host", host}};
    return request;
}

TEST(Endpoints, AreToldApartByHostAndTarget) {
    EXPECT_EQ(service_of(to("POST", "cvm.tencentcloudapi.com", "/")), Service::api);
    EXPECT_EQ(service_of(to("POST", "127.0.0.1:80", "/")), Service::api);
    EXPECT_EQ(service_of(to("POST", "b-1.cos.ap-seoul.myqcloud.com", "/")), Service::cos);
    EXPECT_EQ(service_of(to("GET", "127.0.0.1", "/b-1/key")), Service::cos);
    EXPECT_EQ(service_of(to("GET", "127.0.0.1", "/latest/meta-data/x")), Service::metadata);
}

TEST(Endpoints, NameServiceAndRegionOfTheApi) {
    EXPECT_EQ(api_endpoint("cvm.tencentcloudapi.com")->service, "cvm");
    EXPECT_EQ(api_endpoint("cvm.tencentcloudapi.com")->region, "");
    EXPECT_EQ(api_endpoint("cvm.ap-seoul.tencentcloudapi.com")->region, "ap-seoul");
    EXPECT_EQ(api_endpoint("cvm.internal.tencentcloudapi.com")->region, "");
    EXPECT_FALSE(api_endpoint("127.0.0.1"));
}

TEST(Endpoints, NameBucketAndKey) {
    const CosTarget by_host = cos_target(to("GET", "b-1.cos.ap-seoul.myqcloud.com", "/a/b?x=y"));
    EXPECT_EQ(by_host.bucket, "b-1");
    EXPECT_EQ(by_host.region, "ap-seoul");
    EXPECT_EQ(by_host.key, "a/b");

    const CosTarget by_path = cos_target(to("GET", "cos.ap-seoul.myqcloud.com", "/b-1/a%2Fb"));
    EXPECT_EQ(by_path.bucket, "b-1");
    EXPECT_EQ(by_path.key, "a/b");
}

}  // namespace
}  // namespace cloudsim::test
