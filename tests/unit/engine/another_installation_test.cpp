// Another installation in the same account and region has a policy of the same name: its images
// look like ours, and only a person can tell.
#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const PolicyName web("web");

// The other one backs up the first instance and keeps nine; this one the second, and keeps one.
// They take turns; the other began five days ago.
class AnotherInstallation : public testing::Test {
protected:
    AnotherInstallation()
        : theirs_(world.cloud->state().instances.begin()->first)
        , ours_(world.cloud->state().instances.rbegin()->first) {
        world.settings.policies.front().replicas.clear();
        let_it_work(std::chrono::days(4) + 5h);
    }

    void let_it_work(Duration duration) {
        choose(theirs_, 9);
        swap_catalogs();
        world.run_for(duration);
        swap_catalogs();
        choose(ours_, 1);
    }

    bool agree() {
        const std::string plan = world.engine().plan(web)->policies.front().id;
        return world.engine().apply_plan(plan).has_value();
    }

    std::vector<BrakeStop> stops() { return world.engine().policy(web)->stops; }

    std::size_t images_of(const std::string& instance) const {
        const std::vector<cloudsim::Image> images = world.images("ap-guangzhou");
        const auto is_of = [&](const cloudsim::Image& image) {
            return image.name.find(instance) != std::string::npos;
        };
        return static_cast<std::size_t>(std::ranges::count_if(images, is_of));
    }

    std::size_t theirs() const { return images_of(theirs_); }

    std::size_t ours() const { return images_of(ours_); }

    EngineWorld world{web_world(2)};

private:
    void choose(const std::string& instance, int last) {
        Policy& policy = world.settings.policies.front();
        policy.select.include = Criteria();
        policy.select.include.instances = {InstanceId(instance)};
        policy.keep.last = last;
    }

    void swap_catalogs() {
        world.crash();
        std::swap(world.catalog, other_);
    }

    std::unique_ptr<Catalog> other_ = open_catalog(":memory:");
    std::string theirs_;
    std::string ours_;
};

TEST_F(AnotherInstallation, KeepsItsImagesWhateverTheRulesHereSay) {
    ASSERT_EQ(theirs(), 5U);

    world.run_for(std::chrono::days(4));

    EXPECT_EQ(theirs(), 5U);
    EXPECT_EQ(ours(), 4U);
    ASSERT_THAT(stops(), SizeIs(2));
    EXPECT_EQ(stops().front().reason, BrakeReason::many);
    EXPECT_EQ(stops().back().reason, BrakeReason::adopted);
    EXPECT_THAT(stops().back().text, HasSubstr("4 were found in the cloud"));
}

TEST_F(AnotherInstallation, LosesWhatAPersonAgreedToAlsoWhenTheDaemonIsKilledRightAfterwards) {
    world.run_for(1h);
    ASSERT_THAT(stops(), SizeIs(1));

    ASSERT_TRUE(agree());
    world.crash();
    world.run_for(1h);

    EXPECT_EQ(theirs(), 1U);
    EXPECT_THAT(stops(), IsEmpty());
}

TEST_F(AnotherInstallation, IsAskedAboutAgainWhenMoreOfItIsFound) {
    world.run_for(1h);
    ASSERT_TRUE(agree());
    world.run_for(1h);
    ASSERT_EQ(theirs(), 1U);

    let_it_work(std::chrono::days(3));
    ASSERT_EQ(theirs(), 4U);
    world.run_for(std::chrono::days(2));

    EXPECT_EQ(theirs(), 4U);
    ASSERT_THAT(stops(), SizeIs(1));
    EXPECT_EQ(stops().front().reason, BrakeReason::adopted);
}

// A person copied an image to another region, long before the policy had replicas there.
TEST(CopyMadeByAPerson, IsNotDeletedBeforeAPersonAgrees) {
    EngineWorld world(web_world(1, R"(
[[account]]
uin = "100000000002"
app_id = 1250000002
secret_id = "AKIDother"
secret_key = "otherkey"
)"));
    const std::vector<ReplicaTarget> replicas = web_policy().replicas;
    world.settings.policies.front().replicas.clear();
    world.run_for(12h);
    cloudsim::Image by_hand =
        *world.cloud->state().find_image(world.newest_backup().copies[0].image.text());
    by_hand.id.clear();
    by_hand.region = "ap-shanghai";
    const std::string id = world.cloud->state().add_image(by_hand).id;
    world.settings.policies.front().replicas = replicas;
    world.settings.policies.front().replicas.front().keep.last = 1;
    ASSERT_TRUE(world.engine().reload());

    world.run_for(std::chrono::days(3));

    EXPECT_NE(world.cloud->state().find_image(id), nullptr);
    const std::vector<BrakeStop> stops = world.engine().policy(web)->stops;
    ASSERT_THAT(stops, SizeIs(1));
    EXPECT_EQ(stops.front().reason, BrakeReason::adopted);

    world.cloud->state().share(*world.cloud->state().find_image(id), "100000000002");
    const std::string plan = world.engine().plan(web)->policies.front().id;
    ASSERT_TRUE(world.engine().apply_plan(plan));
    world.run_for(std::chrono::days(2));
    EXPECT_NE(world.cloud->state().find_image(id), nullptr) << "the cloud refuses";
    EXPECT_THAT(world.engine().policy(web)->stops, IsEmpty()) << "the others need no consent";

    world.cloud->state().unshare(*world.cloud->state().find_image(id), "100000000002");
    world.run_for(std::chrono::days(2));
    EXPECT_EQ(world.cloud->state().find_image(id), nullptr);
}

}  // namespace
}  // namespace cvmbackup
