// Exceptions that nobody expected: one in the work for a backup ends that backup and nothing else,
// now and after restarts.
#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* poisoned = "ins-w0000001";

class Unexpected : public testing::Test {
protected:
    // Where the client meets a bug: in every request of this action that names the word.
    void begin(std::string action, std::string word, bool after = false) {
        world.begin();
        world.life->transport.arriving = [=, this](const HttpRequest& request) {
            const bool is_it = find_header(request.headers, "X-TC-Action") == action &&
                               request.body.find(word) != std::string::npos;
            meets_bug = is_it && after;
            if (is_it && !after) {
                throw std::runtime_error("vector::_M_range_check");
            }
        };
        world.life->transport.at_boundary = [this](std::size_t, SimulatedTransport::Moment moment) {
            if (meets_bug && moment == SimulatedTransport::Moment::after) {
                throw std::runtime_error("vector::_M_range_check");
            }
        };
    }

    Backup backup_of(const std::string& instance) {
        for (const Backup& backup : world.all_backups()) {
            if (backup.instance.text() == instance) {
                return backup;
            }
        }
        return {};
    }

    EngineWorld world{web_world(2)};
    bool meets_bug = false;
};

TEST_F(Unexpected, ErrorInACallFailsItsBackupAlone) {
    begin("CreateImage", poisoned);

    ASSERT_TRUE(world.run_until_done());

    const Backup failed = backup_of(poisoned);
    EXPECT_EQ(failed.result, Result::failed);
    EXPECT_TRUE(failed.copies.front().quarantined);
    EXPECT_THAT(failed.reasons, Contains(HasSubstr("vector::_M_range_check")));
    EXPECT_EQ(backup_of("ins-w0000002").result, Result::ok);
    EXPECT_EQ(world.catalog->runs(std::nullopt, 1).front().result, Result::partial);
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("given up after an error that nobody")));
}

TEST_F(Unexpected, ErrorDoesNotComeAgainAfterARestart) {
    begin("CreateImage", poisoned);
    ASSERT_TRUE(world.run_until_done());
    const std::size_t calls = world.calls("CreateImage");
    world.crash();

    begin("CreateImage", poisoned);
    world.run_for(20h);

    EXPECT_EQ(world.calls("CreateImage"), calls);
    EXPECT_THAT(world.catalog->unfinished_runs(), IsEmpty());
}

TEST_F(Unexpected, ErrorInReadingAnAnswerLosesNoImage) {
    begin("CreateImage", poisoned, true);
    ASSERT_TRUE(world.run_until_done());
    EXPECT_EQ(backup_of(poisoned).result, Result::failed);
    ASSERT_THAT(world.images("ap-guangzhou"), SizeIs(2));

    world.run_for(12h);

    EXPECT_EQ(backup_of(poisoned).copies.front().state, CopyState::done);
    EXPECT_EQ(backup_of(poisoned).result, Result::partial);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
    EXPECT_EQ(world.calls("DeleteImages"), 0U);
}

TEST_F(Unexpected, ErrorInTheCallForAReplicaKeepsTheImage) {
    begin("SyncImages", "img-");

    ASSERT_TRUE(world.run_until_done());

    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::partial)));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
}

TEST_F(Unexpected, ErrorInReadingTheQuotaKeepsNobodyWaiting) {
    begin("DescribeImageQuota", "");

    ASSERT_TRUE(world.run_until_done());

    EXPECT_THAT(world.all_backups(), SizeIs(2));
}

TEST_F(Unexpected, ErrorInListingInstancesFailsTheRun) {
    begin("DescribeInstances", "");

    ASSERT_TRUE(world.run_until_done());

    const cvmbackup::Run run = world.catalog->runs(std::nullopt, 1).front();
    EXPECT_EQ(run.result, Result::failed);
    EXPECT_THAT(run.note, HasSubstr("vector::_M_range_check"));
}

TEST_F(Unexpected, ErrorInStartingAnInstanceIsToldAndEnds) {
    world.settings.policies.front().consistency = Consistency::power_off;
    begin("StartInstances", poisoned);

    ASSERT_TRUE(world.run_until_done());

    EXPECT_TRUE(backup_of(poisoned).not_started);
    EXPECT_THAT(backup_of(poisoned).reasons, Contains(HasSubstr("start it by hand")));
    EXPECT_EQ(backup_of("ins-w0000002").result, Result::ok);
}

TEST_F(Unexpected, ErrorInLookingAtAnInstanceFailsItsBackupAlone) {
    world.settings.policies.front().consistency = Consistency::power_off;
    begin("DescribeInstances", poisoned);

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(backup_of(poisoned).result, Result::failed);
    EXPECT_EQ(backup_of("ins-w0000002").result, Result::ok);
}

TEST_F(Unexpected, ErrorOfACreationLeavesNoInstanceOff) {
    world.settings.policies.front().consistency = Consistency::power_off;
    begin("CreateImage", poisoned, true);

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(backup_of(poisoned).result, Result::failed);
    EXPECT_EQ(world.cloud->state().find_instance(poisoned)->state, "RUNNING");
}

}  // namespace
}  // namespace cvmbackup
