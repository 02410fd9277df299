#include "client.hpp"

namespace cloudsim::test {
namespace {

namespace json = boost::json;

class RequestsLog : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    static json::object line_of(const Reply& reply) {
        return json::parse(to_json_line(reply.answer.record)).get_object();
    }

    Reply create() {
        return call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001"})");
    }

    Reply sync(const std::string& image, const std::string& regions) {
        return call(
            "SyncImages",
            R"({"ImageIds":[")" + image + R"("],"DestinationRegions":[)" + regions +
                R"(],"ImageSetRequired":true})"
        );
    }
};

TEST_F(RequestsLog, HasNoTasksForARequestThatBeganNone) {
    const Reply listed = call("DescribeImages", "{}");
    const Reply refused = call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-0000none"})");
    const Reply tried =
        call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001","DryRun":true})");

    EXPECT_FALSE(line_of(listed).contains("tasks"));
    EXPECT_FALSE(line_of(refused).contains("tasks"));
    EXPECT_FALSE(line_of(tried).contains("tasks"));
}

TEST_F(RequestsLog, TellsTheImageBeingMadeAndHowLongThatTakes) {
    const Reply reply = create();

    json::array expected;
    expected.push_back({{"image", reply.text("ImageId")}, {"seconds", 600.0}});
    EXPECT_EQ(line_of(reply).at("tasks"), expected);
}

TEST_F(RequestsLog, TellsTheTimeThatWasDrawn) {
    cloud->state().timing.create = {10min, 15min};
    const Reply reply = create();

    const json::object line = line_of(reply);
    const double seconds = line.at("tasks").at(0).at("seconds").as_double();
    const Image& image = cloud->state().images.at(reply.text("ImageId"));
    EXPECT_DOUBLE_EQ(seconds, std::chrono::duration<double>(image.ends - image.created).count());
    EXPECT_NE(seconds, 600.0);
}

TEST_F(RequestsLog, TellsEachCopyWithItsSourceAndRegion) {
    const std::string source = ready_image();
    const Reply reply = sync(source, R"("ap-shanghai","ap-beijing")");
    const std::vector<std::string> copies = reply.all("ImageSet", "ImageId");

    json::array expected;
    expected.push_back(
        {{"image", copies.at(0)},
         {"source", source},
         {"region", "ap-shanghai"},
         {"seconds", 1200.0}}
    );
    expected.push_back(
        {{"image", copies.at(1)}, {"source", source}, {"region", "ap-beijing"}, {"seconds", 1200.0}}
    );
    EXPECT_EQ(line_of(reply).at("tasks"), expected);
}

TEST_F(RequestsLog, TellsTheExportedImageAndHowLongThatTakes) {
    cloud->state().timing.exporting = {7min, 7min};
    const std::string image = ready_image();
    const Reply reply =
        call("ExportImages", R"({"BucketName":"backup-1250000000","ImageIds":[")" + image + "\"]}");

    json::array expected;
    expected.push_back({{"image", image}, {"seconds", 420.0}});
    EXPECT_EQ(line_of(reply).at("tasks"), expected);
}

TEST_F(RequestsLog, TellsTheWorkWhoseAnswerWasLost) {
    use(small_world(), "[[fault]]\naction = \"CreateImage\"\nkind = \"lost-after\"\n");
    const Reply reply = create();

    ASSERT_EQ(cloud->state().images.size(), 1U);
    EXPECT_EQ(
        line_of(reply).at("tasks").at(0).at("image"),
        json::string{cloud->state().images.begin()->first}
    );
    EXPECT_EQ(line_of(reply).at("fault"), "lost-after");
}

TEST_F(RequestsLog, WritesNumbersThatPeopleCanRead) {
    const Reply reply = create();

    EXPECT_THAT(
        to_json_line(reply.answer.record),
        testing::EndsWith(
            R"(,"tasks":[{"image":")" + reply.text("ImageId") + R"(","seconds":600.000000}]})"
        )
    );
}

}  // namespace
}  // namespace cloudsim::test
