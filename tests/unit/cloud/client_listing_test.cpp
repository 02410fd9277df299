// Listings of many pages, which change while they are read.
#include "client_fixture.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace cvmbackup {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class Listing : public ClientFixture {
protected:
    std::size_t offset_of(std::size_t request) {
        const auto body = boost::json::parse(transport.sent.at(request).body).as_object();
        return body.at("Offset").to_number<std::size_t>();
    }
};

std::string instance_json(int number, const std::string& name = "") {
    return R"({"InstanceId":"ins-)" + std::to_string(number) + R"(","InstanceName":")" + name +
           R"("})";
}

std::string instance_page(int begin, int end, int total) {
    std::string set;
    for (int i = begin; i < end; ++i)
        set += (set.empty() ? "" : ",") + instance_json(i);
    return R"({"TotalCount":)" + std::to_string(total) + R"(,"InstanceSet":[)" + set + "]}";
}

bool holds(const std::vector<Instance>& instances, const std::string& id) {
    return std::ranges::find(instances, InstanceId(id), &Instance::id) != instances.end();
}

TEST_F(Listing, ReadsAllPagesOnce) {
    transport.then(json_answer(instance_page(0, 100, 150)));
    transport.then(json_answer(instance_page(100, 150, 150)));

    const auto instances = run(cloud->instances(place, InstanceQuery()));

    EXPECT_THAT(instances.value(), SizeIs(150));
    EXPECT_THAT(transport.sent, SizeIs(2));
    EXPECT_EQ(offset_of(1), 100U);
}

// One of the first page was removed: instance 100 moved to where nobody looks any more.
TEST_F(Listing, FindsAnInstanceThatMovedToAPageAlreadyRead) {
    transport.then(json_answer(instance_page(0, 100, 150)));
    transport.then(json_answer(instance_page(101, 150, 149)));
    transport.then(json_answer(instance_page(1, 101, 149)));
    transport.then(json_answer(instance_page(101, 150, 149)));

    const auto instances = run(cloud->instances(place, InstanceQuery()));

    EXPECT_THAT(instances.value(), SizeIs(150));
    EXPECT_TRUE(holds(*instances, "ins-100"));
    EXPECT_EQ(offset_of(2), 0U);
}

// One came and one went: the total alone does not show it.
TEST_F(Listing, ReadsAgainWhenFewerWereSeenThanThereAre) {
    transport.then(json_answer(instance_page(0, 100, 150)));
    transport.then(json_answer(instance_page(99, 149, 150)));
    transport.then(json_answer(instance_page(0, 100, 150)));
    transport.then(json_answer(instance_page(100, 150, 150)));

    const auto instances = run(cloud->instances(place, InstanceQuery()));

    EXPECT_THAT(instances.value(), SizeIs(150));
}

TEST_F(Listing, BelievesTheNewestOfAnInstance) {
    const std::string before =
        R"({"TotalCount":2,"InstanceSet":[)" + instance_json(1, "old") + "]}";
    const std::string after = R"({"TotalCount":1,"InstanceSet":[)" + instance_json(1, "new") + "]}";
    transport.then(json_answer(before));
    transport.then(json_answer(R"({"TotalCount":1,"InstanceSet":[]})"));
    transport.then(json_answer(after));

    const auto instances = run(cloud->instances(place, InstanceQuery()));

    ASSERT_THAT(instances.value(), SizeIs(1));
    EXPECT_EQ(instances->front().name, "new");
}

TEST_F(Listing, IsNoListWhenItNeverShowsAllThereAre) {
    const HttpAnswer short_of_one = json_answer(instance_page(0, 9, 10));
    const HttpAnswer end = json_answer(instance_page(0, 0, 10));
    for (int round = 0; round < 3; ++round) {
        transport.then(short_of_one);
        transport.then(end);
    }

    const auto instances = run(cloud->instances(place, InstanceQuery()));

    ASSERT_FALSE(instances);
    EXPECT_EQ(instances.error().remedy, Remedy::retry_now);
    EXPECT_THAT(instances.error().text, HasSubstr("lists 9 of 10"));
    EXPECT_THAT(transport.sent, SizeIs(6));
}

// A busy place never stands still; who has met as many as there are need not wait for that.
TEST_F(Listing, IsAListThoughItMovesEachTime) {
    for (int round = 0; round < 3; ++round) {
        transport.then(json_answer(instance_page(0, 100, 150)));
        transport.then(json_answer(instance_page(101, 150, 149)));
    }

    const auto instances = run(cloud->instances(place, InstanceQuery()));

    EXPECT_THAT(instances.value(), SizeIs(149));
    EXPECT_THAT(transport.sent, SizeIs(6));
}

TEST_F(Listing, ReadsAllOwnImagesWithTheirDescriptions) {
    transport.then(json_answer(R"({"TotalCount":2,"ImageSet":[
        {"ImageId":"img-2","ImageName":"b","ImageDescription":"of somebody"}]})"));
    transport.then(json_answer(R"({"TotalCount":2,"ImageSet":[{"ImageId":"img-1"}]})"));

    const auto images = run(cloud->own_images(place));

    ASSERT_THAT(images.value(), SizeIs(2));
    EXPECT_EQ(images->front().id.text(), "img-1");
    EXPECT_EQ(images->back().description, "of somebody");
    EXPECT_EQ(offset_of(1), 1U);
}

TEST_F(Listing, ComparesImageNamesExactly) {
    transport.then(json_answer(R"({"TotalCount":2,"ImageSet":[
        {"ImageId":"img-1","ImageName":"web-10"},{"ImageId":"img-2","ImageName":"web-1"}]})"));

    const auto images = run(cloud->images_named(place, {"web-1"}));

    ASSERT_THAT(images.value(), SizeIs(1));
    EXPECT_EQ(images->front().id.text(), "img-2");
}

std::string images_with_names_like_web_1(int begin, int end, int total) {
    std::string set;
    for (int i = begin; i < end; ++i)
        set += std::string(set.empty() ? "" : ",") + R"({"ImageId":"img-)" + std::to_string(i) +
               R"(","ImageName":")" + (i == 100 ? "web-1" : "web-1" + std::to_string(i)) + R"("})";
    return R"({"TotalCount":)" + std::to_string(total) + R"(,"ImageSet":[)" + set + "]}";
}

// One that is not found is made again.
TEST_F(Listing, FindsANamedImageThatMovedToAPageAlreadyRead) {
    transport.then(json_answer(images_with_names_like_web_1(0, 100, 150)));
    transport.then(json_answer(images_with_names_like_web_1(101, 150, 149)));
    transport.then(json_answer(images_with_names_like_web_1(1, 101, 149)));
    transport.then(json_answer(images_with_names_like_web_1(101, 150, 149)));

    const auto images = run(cloud->images_named(place, {"web-1"}));

    ASSERT_THAT(images.value(), SizeIs(1));
    EXPECT_EQ(images->front().id.text(), "img-100");
}

TEST_F(Listing, DoesNotCallANamedImageAbsentWhenNotAllWereShown) {
    for (int round = 0; round < 3; ++round) {
        transport.then(json_answer(images_with_names_like_web_1(0, 100, 150)));
        transport.then(json_answer(images_with_names_like_web_1(101, 150, 150)));
        transport.then(json_answer(images_with_names_like_web_1(150, 150, 150)));
    }

    EXPECT_EQ(run(cloud->images_named(place, {"web-1"})).error().code, "Answer");
}

}  // namespace
}  // namespace cvmbackup
