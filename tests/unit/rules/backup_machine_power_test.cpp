#include "backup_machine_fixture.hpp"

namespace cvmbackup::machine_test {
namespace {

class PoweredOffBackup : public BackupMachine {
protected:
    PoweredOffBackup() {
        backup.copies.resize(1);
        backup.power_off = true;
        backup.start_again = true;
    }
};

TEST_F(PoweredOffBackup, IsNotFinishedBeforeTheInstanceRunsAgain) {
    complete_image();
    EXPECT_EQ(only<action::CheckInstance>().instance, backup.instance);
    EXPECT_EQ(backup.state, BackupState::running);
    feed(event::InstanceSeen{"STOPPED"});
    EXPECT_EQ(only<action::StartInstance>().instance, backup.instance);
    feed(event::StartAccepted{});
    now += only<action::Wait>().time;
    feed(event::TimePassed{});
    EXPECT_EQ(all<action::CheckInstance>().size(), 1U);

    feed(event::InstanceSeen{"RUNNING"});

    EXPECT_EQ(backup.result, Result::ok);
    EXPECT_FALSE(backup.start_again);
}

TEST_F(PoweredOffBackup, StartsTheInstanceAlsoWhenTheImageFailed) {
    intend_image();

    feed(event::Refused{{image_copy}, failure(Remedy::give_up, "ImageQuotaLimitExceeded")});

    EXPECT_EQ(all<action::CheckInstance>().size(), 1U);
    EXPECT_EQ(backup.state, BackupState::running);
}

TEST_F(PoweredOffBackup, LeavesAnInstanceAloneThatWasNeverAskedToStop) {
    feed(event::Resumed{});

    feed(event::CancelRequested{});

    EXPECT_THAT(actions, IsEmpty());
    EXPECT_EQ(backup.result, Result::cancelled);
}

TEST_F(PoweredOffBackup, GoesOnStartingItAfterARestart) {
    complete_image();

    feed(event::Resumed{});

    EXPECT_EQ(only<action::CheckInstance>().instance, backup.instance);
}

TEST_F(PoweredOffBackup, DoesNotJustWaitWhileTheInstanceMayBeOff) {
    feed(event::Resumed{});
    feed(event::InstanceSeen{"RUNNING"});
    feed(event::TurnCame{{image_copy}});
    feed(event::Refused{{image_copy}, failure(Remedy::retry_later, "ResourceBusy")});
    EXPECT_TRUE(only_waits(backup));

    feed(event::TurnCame{{image_copy}});
    feed(event::ImageAccepted{image_copy, ImageId("img-source00")});
    feed(event::ImageVanished{image_copy});
    feed(event::TurnCame{{image_copy}});
    feed(event::Refused{{image_copy}, failure(Remedy::retry_later, "ResourceBusy")});

    EXPECT_EQ(copy(image_copy).state, CopyState::planned);
    EXPECT_FALSE(only_waits(backup));
}

TEST_F(PoweredOffBackup, SaysLoudlyThatTheInstanceStaysOff) {
    complete_image();
    feed(event::InstanceSeen{"STOPPED"});

    feed(event::StartFailed{failure(Remedy::give_up, "InvalidAccount.InsufficientBalance")});

    EXPECT_EQ(backup.result, Result::partial);
    EXPECT_THAT(backup.reasons.front(), HasSubstr("start it by hand"));
}

}  // namespace
}  // namespace cvmbackup::machine_test
