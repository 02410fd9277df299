// Which exports are made, which count, and what becomes of their objects.
#include "engine_world.hpp"
#include "rules/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::Field;
using testing::SizeIs;

Policy with_export(Every every = Every::backup) {
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.exported = ExportTarget{
        BucketName("ops-backup-1250000000"),
        "web/{instance}/{time}",
        ExportFormat::qcow2,
        every,
        policy.keep};
    return policy;
}

TEST(Exports, ThatWaitForOthersOfOursAreNotGivenUp) {
    EngineWorld world("[limits]\nexports_running = 1\n[timing]\nexport = \"5h\"\n" + web_world(6));
    world.settings.policies = {with_export()};
    world.settings.policies.front().schedule = {*parse_calendar("Mon 02:15").expression};

    ASSERT_TRUE(world.run_until_done());

    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
    EXPECT_THAT(world.keys(), SizeIs(6));
}

}  // namespace
}  // namespace cvmbackup
