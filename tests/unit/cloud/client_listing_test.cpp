// Listings of many pages, which change while they are read.
#include "client_fixture.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
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

// Shows from `present` what is asked for; `before` may change it before each request.
class Shelf {
public:
    using Change = std::function<void(std::vector<int>&, std::size_t request)>;

    Shelf(int count, Change before)
        : present_(static_cast<std::size_t>(count))
        , before_(std::move(before)) {
        std::iota(present_.begin(), present_.end(), 0);
    }

    Outcome<HttpAnswer> operator()(const HttpRequest& request) {
        before_(present_, requests_++);
        const auto body = boost::json::parse(request.body).as_object();
        const auto offset = body.at("Offset").to_number<std::size_t>();
        std::string set;
        for (std::size_t i = offset; i < std::min(offset + 100, present_.size()); ++i)
            set += (set.empty() ? "" : ",") + instance_json(present_[i]);
        const std::string total = std::to_string(present_.size());
        return json_answer(R"({"TotalCount":)" + total + R"(,"InstanceSet":[)" + set + "]}");
    }

private:
    std::vector<int> present_;
    Change before_;
    std::size_t requests_ = 0;
};

void leave_as_it_is(std::vector<int>&, std::size_t) {}

TEST_F(Listing, ReadsAllPagesOnce) {
    Shelf shelf(298, leave_as_it_is);
    transport.otherwise = std::ref(shelf);

    const auto instances = run(cloud->instances(place, InstanceQuery()));

    EXPECT_THAT(instances.value(), SizeIs(298));
    EXPECT_THAT(transport.sent, SizeIs(3));
    EXPECT_EQ(offset_of(1), 99U);
    EXPECT_EQ(offset_of(2), 198U);
}

TEST_F(Listing, IsOneCallWhenOnePageHoldsAll) {
    Shelf shelf(100, leave_as_it_is);
    transport.otherwise = std::ref(shelf);

    EXPECT_THAT(run(cloud->instances(place, InstanceQuery())).value(), SizeIs(100));
    EXPECT_THAT(transport.sent, SizeIs(1));
}

// The total stays, and as many as that were seen: only the place of the others tells.
TEST_F(Listing, FindsWhatNoPageShowedWhenAsManyCameAsWent) {
    for (const int swapped : {1, 2, 60}) {
        Shelf shelf(161, [swapped](std::vector<int>& present, std::size_t request) {
            if (request == 1) {
                present.erase(present.begin(), present.begin() + swapped);
                for (int i = 0; i < swapped; ++i)
                    present.push_back(161 + i);
            }
        });
        transport.otherwise = std::ref(shelf);

        const auto instances = run(cloud->instances(place, InstanceQuery()));

        for (int i = swapped; i < 161 + swapped; ++i)
            EXPECT_TRUE(holds(instances.value(), "ins-" + std::to_string(i))) << i;
    }
}

// Nobody documents an order.
TEST_F(Listing, IsAListThoughNoOrderStays) {
    Shelf shelf(150, [](std::vector<int>& present, std::size_t request) {
        if (request % 2 == 1)
            std::ranges::reverse(present.begin() + 90, present.end());
    });
    transport.otherwise = std::ref(shelf);

    const auto instances = run(cloud->instances(place, InstanceQuery()));

    EXPECT_THAT(instances.value(), SizeIs(150));
    EXPECT_THAT(transport.sent, SizeIs(6));
}

// Two of the first page were removed: instance 100 moved to where nobody looks any more.
TEST_F(Listing, FindsAnInstanceThatMovedToAPageAlreadyRead) {
    transport.then(json_answer(instance_page(0, 100, 150)));
    transport.then(json_answer(instance_page(101, 150, 148)));
    transport.then(json_answer(instance_page(2, 102, 148)));
    transport.then(json_answer(instance_page(101, 150, 148)));

    const auto instances = run(cloud->instances(place, InstanceQuery()));

    EXPECT_THAT(instances.value(), SizeIs(150));
    EXPECT_TRUE(holds(*instances, "ins-100"));
    EXPECT_EQ(offset_of(2), 0U);
}

TEST_F(Listing, ReadsAgainWhenFewerWereSeenThanThereAre) {
    transport.then(json_answer(instance_page(0, 100, 150)));
    transport.then(json_answer(instance_page(99, 149, 150)));
    transport.then(json_answer(instance_page(148, 149, 150)));
    transport.then(json_answer(instance_page(0, 100, 150)));
    transport.then(json_answer(instance_page(99, 150, 150)));

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
    const HttpAnswer end = json_answer(instance_page(8, 9, 10));
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
        transport.then(json_answer(instance_page(101, 150, 148)));
    }

    const auto instances = run(cloud->instances(place, InstanceQuery()));

    EXPECT_THAT(instances.value(), SizeIs(149));
    EXPECT_THAT(transport.sent, SizeIs(6));
}

TEST_F(Listing, ReadsAllOwnImagesWithTheirDescriptions) {
    transport.then(json_answer(R"({"TotalCount":3,"ImageSet":[{"ImageId":"img-2"},
        {"ImageId":"img-3","ImageName":"b","ImageDescription":"of somebody"}]})"));
    transport.then(json_answer(R"({"TotalCount":3,"ImageSet":[
        {"ImageId":"img-3","ImageName":"b","ImageDescription":"of somebody"},
        {"ImageId":"img-1"}]})"));

    const auto images = run(cloud->own_images(place));

    ASSERT_THAT(images.value(), SizeIs(3));
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
    transport.then(json_answer(images_with_names_like_web_1(101, 150, 148)));
    transport.then(json_answer(images_with_names_like_web_1(2, 102, 148)));
    transport.then(json_answer(images_with_names_like_web_1(101, 150, 148)));

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
