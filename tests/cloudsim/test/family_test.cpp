#include "client.hpp"

namespace cloudsim::test {
namespace {

class Family : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    std::string create(const std::string& instance, const std::string& family) {
        const Reply made = call(
            "CreateImage",
            R"({"ImageName":"n","InstanceId":")" + instance + R"(","ImageFamily":")" + family +
                "\"}"
        );
        wait(15min);
        return made.text("ImageId");
    }

    // "null" when there is none.
    std::string newest() {
        const Reply reply = call("DescribeImageFromFamily", R"({"ImageFamily":"web"})");
        const boost::json::value& image = reply.response.at("Image");
        return image.is_null() ? "null" : image.at("ImageId").as_string().c_str();
    }
};

TEST_F(Family, TellsItsNewestImageThatIsGood) {
    EXPECT_EQ(newest(), "null");
    const std::string first = create("ins-00000001", "web");
    create("ins-00000001", "db");
    EXPECT_EQ(newest(), first);
    const std::string second = create("ins-00000001", "web");
    EXPECT_EQ(newest(), second);
    call("ModifyImageAttribute", R"({"ImageDeprecated":true,"ImageId":")" + second + "\"}");
    EXPECT_EQ(newest(), first);
    cloud->state().images.at(first).state = "CREATEFAILED";
    EXPECT_EQ(newest(), "null");
}

TEST_F(Family, WantsAName) {
    const std::string code = "InvalidParameterValue.InvalidImageFamily";
    EXPECT_EQ(call("DescribeImageFromFamily", "{}").code, code);
    EXPECT_EQ(call("DescribeImageFromFamily", R"({"ImageFamily":"a b"})").code, code);
    EXPECT_EQ(
        call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001","ImageFamily":"a b"})")
            .code,
        code
    );
}

}  // namespace
}  // namespace cloudsim::test
