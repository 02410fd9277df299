// Places of `backups_in_flight`: who only waits for a next try gives way to the others.
#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::Field;
using testing::SizeIs;

class Places : public testing::Test {
protected:
    Places()
        : world("[timing]\ncreate = \"10min\"\n" + web_world(6)) {
        world.settings.backups_in_flight = 1;
        world.settings.policies.front().replicas.clear();
    }

    // The cloud refuses images of them: something else is being done to them.
    void make_busy(const std::vector<std::string>& instances) {
        for (const std::string& id : instances) {
            world.cloud->state().find_instance(id)->image_in_creation = "img-another0";
        }
    }

    void make_idle(const std::string& id) {
        world.cloud->state().find_instance(id)->image_in_creation.clear();
    }

    std::size_t at_work() {
        std::size_t count = 0;
        for (const Backup& backup : world.catalog->unfinished_backups()) {
            const CopyState state = backup.copies.front().state;
            count += state == CopyState::intended || state == CopyState::accepted ? 1 : 0;
        }
        return count;
    }

    // Lets time pass and tells how many images were asked for or made at once.
    std::size_t most_at_work(Duration duration) {
        std::size_t most = 0;
        for (const Instant end = world.now + duration; world.now < end;) {
            world.run_for(2s);
            most = std::max(most, at_work());
        }
        return most;
    }

    Backup backup_of(const std::string& instance) {
        const auto of_instance = [&](const Backup& each) {
            return each.instance.text() == instance;
        };
        const std::vector<Backup> backups = world.all_backups();
        return *std::ranges::find_if(backups, of_instance);
    }

    EngineWorld world;
};

TEST_F(Places, OfInstancesThatStayBusyAreGivenToTheOthers) {
    make_busy({"ins-w0000001", "ins-w0000002", "ins-w0000003"});

    world.run_for(15min + 3 * 11min + 5min);

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(3));
    const std::vector<Backup> waiting = world.catalog->unfinished_backups();
    ASSERT_THAT(waiting, SizeIs(3));
    for (const Backup& each : waiting) {
        EXPECT_EQ(each.copies.front().code, "MutexOperation.TaskRunning");
    }
}

TEST_F(Places, AreTakenAgainBeforeThoseThatHadNone) {
    make_busy({"ins-w0000001"});
    world.run_for(25min);
    make_idle("ins-w0000001");

    ASSERT_TRUE(world.run_until_done(3h));

    const Backup busy_before = backup_of("ins-w0000001");
    const Backup never_begun = backup_of("ins-w0000003");
    EXPECT_LT(busy_before.copies.front().settled_at, never_begun.copies.front().accepted_at);
}

TEST_F(Places, AreTriedForByAllThatWaitInTurn) {
    make_busy({"ins-w0000001", "ins-w0000002", "ins-w0000003", "ins-w0000004", "ins-w0000005"});
    world.run_for(15min + 4h);

    const std::vector<Backup> waiting = world.catalog->unfinished_backups();
    ASSERT_THAT(waiting, SizeIs(5));
    for (const Backup& each : waiting) {
        EXPECT_GE(each.copies.front().tries, 10) << each.instance.text();
    }
}

TEST_F(Places, AreGivenAtOnceWhenAReloadAllowsMore) {
    world.run_for(15min + 5min);
    ASSERT_EQ(at_work(), 1U);

    world.settings.backups_in_flight = 4;
    ASSERT_TRUE(world.engine().reload());
    world.run_for(2min);

    EXPECT_EQ(at_work(), 4U);
}

TEST_F(Places, AreGivenBackAtOnceWhenAReloadAllowsMore) {
    world = EngineWorld("[timing]\ncreate = \"10h\"\n" + web_world(2));
    world.settings.backups_in_flight = 1;
    world.settings.policies.front().replicas.clear();
    make_busy({"ins-w0000001"});
    world.run_for(2h);
    make_idle("ins-w0000001");
    ASSERT_EQ(at_work(), 1U);

    world.settings.backups_in_flight = 2;
    ASSERT_TRUE(world.engine().reload());
    world.run_for(2min);

    EXPECT_EQ(at_work(), 2U);
}

TEST_F(Places, AreNeverMoreThanTheLimitWhateverBecomesBusyAndFree) {
    world.settings.backups_in_flight = 2;
    world.settings.policies.front().consistency = Consistency::power_off;
    world.settings.policies.front().spread = 20min;
    world.run_for(15min);
    std::size_t most = 0;
    for (int round = 0; round < 14 && most <= 2; ++round) {
        const std::string one = "ins-w000000" + std::to_string(1 + round % 6);
        make_busy({one});
        most = std::max(most, most_at_work(7min));
        world.crash();
        make_idle("ins-w000000" + std::to_string(1 + (round * 5 + 2) % 6));
    }
    for (int number = 1; number <= 6; ++number) {
        make_idle("ins-w000000" + std::to_string(number));
    }

    most = std::max(most, most_at_work(5h));

    EXPECT_EQ(most, 2U);
    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
}

TEST_F(Places, StayTheirsThatAreAtWorkWhenTheDaemonStartsAgain) {
    make_busy({"ins-w0000001"});
    world.run_for(20min);
    ASSERT_EQ(backup_of("ins-w0000002").copies.front().state, CopyState::accepted);
    make_idle("ins-w0000001");
    world.crash();

    EXPECT_EQ(most_at_work(5min), 1U);

    EXPECT_EQ(backup_of("ins-w0000001").copies.front().state, CopyState::planned);
    ASSERT_TRUE(world.run_until_done(3h));
    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
}

TEST_F(Places, AreGivenAwayAgainAfterARestart) {
    make_busy({"ins-w0000001", "ins-w0000002"});
    world.run_for(20min);
    world.crash();

    world.run_for(4 * 11min);

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(4));
}

TEST_F(Places, AreFreeAgainWhenThoseThatWaitAreCancelled) {
    make_busy({"ins-w0000001", "ins-w0000002"});
    world.run_for(20min);

    ASSERT_TRUE(world.engine().cancel(world.engine().jobs().front().run.id));
    ASSERT_TRUE(world.run_until_done(1h));
    ASSERT_TRUE(world.engine().run_now(PolicyName("web"), {InstanceId("ins-w0000004")}));
    ASSERT_TRUE(world.run_until_done(1h));

    EXPECT_EQ(world.newest_backup().result, Result::ok);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
}

}  // namespace
}  // namespace cvmbackup
