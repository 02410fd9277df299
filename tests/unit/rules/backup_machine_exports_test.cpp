#include "backup_machine_fixture.hpp"

namespace cvmbackup::machine_test {
namespace {

class ExportMachine : public BackupMachine {
protected:
    void SetUp() override {
        backup.copies = {
            copy_of(image_copy, CopyKind::image, "ap-guangzhou"),
            copy_of(export_copy, CopyKind::exported, "ap-guangzhou")};
        complete_image();
    }

    Copy& exported() { return backup.copies.back(); }

    void wait_for_others(Duration time) {
        for (const Instant end = now + time; now < end;) {
            feed(event::ExportsFull{{export_copy}, "two others run"});
            const action::Wait wait = only<action::Wait>();
            EXPECT_GE(wait.time, 5min);
            EXPECT_LE(wait.time, retry_long);
            now += wait.time;
            feed(event::TimePassed{{export_copy}});
            EXPECT_THAT(only<action::AwaitTurn>().copies, ElementsAre(export_copy));
        }
    }

    // How long the cloud may refuse it until it is given up.
    Duration tried() {
        const Instant begun = now;
        while (exported().state == CopyState::planned) {
            feed(event::TurnCame{{export_copy}});
            feed(event::Refused{{export_copy}, failure(Remedy::retry_later, "InternalError")});
            if (!all<action::Wait>().empty()) {
                now += only<action::Wait>().time;
            }
        }
        EXPECT_EQ(exported().state, CopyState::failed);
        return now - begun;
    }
};

TEST_F(ExportMachine, WaitsForOthersOfOursWithoutATry) {
    wait_for_others(30h);

    EXPECT_EQ(exported().state, CopyState::planned);
    EXPECT_EQ(exported().tries, 0);
    EXPECT_EQ(exported().reason, "two others run");
}

TEST_F(ExportMachine, IsTriedAsLongAfterItHasWaitedForOthersOfOurs) {
    feed(event::TurnCame{{export_copy}});
    feed(event::Refused{{export_copy}, failure(Remedy::retry_later, "InternalError")});
    wait_for_others(30h);

    const Duration time = tried();

    EXPECT_GE(time, retry_window);
    EXPECT_LE(time, retry_window + 5h);
}

TEST_F(ExportMachine, IsGivenUpWithItsObjectsWhenTheyStayTooSmall) {
    feed(event::TurnCame{{export_copy}});
    feed(event::ExportAccepted{export_copy, {web_prefix + "_xvda.qcow2"}});
    const StoredObject empty = exported_disk("a", 0);

    feed(event::ExportTooSmall{export_copy, {empty}, "it is empty"});

    EXPECT_EQ(exported().state, CopyState::failed);
    EXPECT_EQ(exported().code, too_small_code);
    EXPECT_EQ(exported().reason, "it is empty");
    EXPECT_THAT(exported().objects, ElementsAre(empty));
    EXPECT_EQ(backup.result, Result::partial);
    EXPECT_FALSE(backup.good);
}

TEST_F(ExportMachine, IsNotFoundByEmptyObjectsAfterALostAnswer) {
    feed(event::TurnCame{{export_copy}});
    feed(event::Refused{{export_copy}, failure(Remedy::look_first, "Timeout")});

    feed(event::ObjectsLooked{export_copy, {exported_disk("a", 0)}});
    EXPECT_EQ(exported().state, CopyState::intended);

    feed(event::ObjectsLooked{export_copy, {exported_disk("a", 5)}});
    EXPECT_EQ(exported().state, CopyState::accepted);
}

// Both disks are asked for; an unknown call has written one of them so far.
TEST_F(ExportMachine, ThatIsUnderWayUnknownToTheCatalogIsWaitedFor) {
    backup.data_disks = {Disk{DiskId("disk-data1"), 50, "CLOUD_PREMIUM"}};

    feed(event::ObjectsLooked{export_copy, {}});
    EXPECT_EQ(exported().state, CopyState::planned);

    feed(event::ObjectsLooked{export_copy, {exported_disk("a", 5)}});
    EXPECT_EQ(exported().state, CopyState::intended);
    EXPECT_TRUE(exported().unanswered);
    now += only<action::Wait>().time;
    feed(event::TimePassed{{export_copy}});
    EXPECT_EQ(only<action::FindObjects>().copy, export_copy);

    feed(event::ObjectsLooked{export_copy, {exported_disk("a", 5), exported_disk("b", 5)}});
    EXPECT_EQ(exported().state, CopyState::accepted);
}

}  // namespace
}  // namespace cvmbackup::machine_test
