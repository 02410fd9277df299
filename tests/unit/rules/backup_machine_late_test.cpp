// Answers that come late, refusals to clean up, and instances that vanish or never start.
#include "backup_machine_fixture.hpp"

namespace cvmbackup::machine_test {
namespace {

Image broken(const char* id) {
    Image image = normal(id);
    image.state = ImageState::create_failed;
    image.state_word = "CREATEFAILED";
    return image;
}

Image named(const char* id) {
    Image image = normal(id);
    image.name = "cb-web-ins-00000001-20270104T021500Z-2";
    return image;
}

class LateAnswers : public BackupMachine {
protected:
    // Of every kind that can be about a copy.
    static std::vector<Event> answers_about(CopyId copy) {
        const Failure timeout = failure(Remedy::look_first, "Timeout");
        return {
            event::TurnCame{{copy}},
            event::ImageAccepted{copy, ImageId("img-other000")},
            event::ExportAccepted{copy, {web_prefix + "_xvda.qcow2"}},
            event::NoRoom{{copy}, "the quota is full"},
            event::Refused{{copy}, timeout},
            event::Looked{copy, normal("img-other000")},
            event::Found{copy, named("img-other000")},
            event::ObjectsLooked{copy, {exported_disk("a", 5)}},
            event::LookFailed{copy, timeout},
            event::ImageSettled{copy, normal("img-other000")},
            event::ImageVanished{copy},
            event::ExportCompleted{copy, {}},
            event::Overdue{copy, "it takes too long"},
            event::Discarded{copy},
            event::DiscardFailed{copy, timeout},
            event::TimePassed{{copy}}};
    }
};

TEST_F(LateAnswers, OfAnyKindChangeNothingOfACopyThatIsDone) {
    complete_image();
    const Backup before = backup;

    for (const Event& late : answers_about(image_copy)) {
        feed(late);
        EXPECT_EQ(backup, before) << late.index();
        EXPECT_THAT(actions, IsEmpty()) << late.index();
    }
}

TEST_F(LateAnswers, OfAnyKindChangeNothingOfABackupThatIsFinished) {
    feed(event::CancelRequested{});
    const Backup before = backup;

    for (const Event& late : answers_about(shanghai_copy)) {
        feed(late);
        EXPECT_EQ(backup, before) << late.index();
        EXPECT_THAT(actions, IsEmpty()) << late.index();
    }
}

TEST_F(BackupMachine, AnImageThatIsThereThoughNobodyAskedForItIsWatched) {
    feed(event::Resumed{});

    feed(event::Found{image_copy, named("img-found000")});

    EXPECT_EQ(only<action::WatchImage>().image, ImageId("img-found000"));
    EXPECT_EQ(copy(image_copy).state, CopyState::accepted);
    EXPECT_EQ(copy(image_copy).attempt, 2);
    EXPECT_EQ(copy(image_copy).name, named("img-found000").name);
    EXPECT_TRUE(copy(image_copy).intended_at) << "so that it is seen whether the instance runs";
}

TEST_F(BackupMachine, APlannedCopyWaitsWhileItCannotBeLookedFor) {
    feed(event::Resumed{});

    feed(event::LookFailed{image_copy, failure(Remedy::look_first, "Timeout")});

    EXPECT_LE(only<action::Wait>().time, retry_first);
    EXPECT_EQ(copy(image_copy).state, CopyState::planned);
    EXPECT_EQ(copy(image_copy).reason, "the cloud says Timeout");
}

TEST_F(LateAnswers, AboutAnotherImageThanTheOneThatIsWatchedSettleNothing) {
    intend_image();
    feed(event::ImageAccepted{image_copy, ImageId("img-second00")});

    feed(event::ImageSettled{image_copy, broken("img-first000")});

    EXPECT_EQ(copy(image_copy).state, CopyState::accepted);
    EXPECT_THAT(actions, IsEmpty());
}

TEST_F(LateAnswers, AreNotWaitedForInACancelledBackupThatHasItsTurn) {
    intend_image();
    feed(event::ImageAccepted{image_copy, ImageId("img-source00")});
    feed(event::CancelRequested{});

    feed(event::TurnCame{{shanghai_copy}});

    EXPECT_EQ(copy(shanghai_copy).state, CopyState::cancelled);
    EXPECT_THAT(actions, IsEmpty());
}

TEST_F(BackupMachine, WhatIsRefusedForHoursIsAskedForMoreAndMoreSeldom) {
    intend_image();
    const Instant begin = now;
    int tries = 0;
    while (copy(image_copy).state == CopyState::intended) {
        ++tries;
        feed(event::Refused{{image_copy}, failure(Remedy::retry_later, "ResourceInUse")});
        if (copy(image_copy).state == CopyState::planned) {
            const Duration pause = only<action::Wait>().time;
            EXPECT_LE(pause, std::clamp<Duration>((now - begin) / 3, retry_long, retry_longest));
            now += pause;
            feed(event::TimePassed{{image_copy}});
            feed(event::TurnCame{{image_copy}});
        }
    }

    EXPECT_GE(now - begin, retry_window);
    EXPECT_GT(tries, 15);
    EXPECT_LT(tries, 40);
}

class BrokenImage : public BackupMachine {
protected:
    BrokenImage() {
        intend_image();
        feed(event::ImageAccepted{image_copy, ImageId("img-broken00")});
        feed(event::ImageSettled{image_copy, broken("img-broken00")});
    }
};

TEST_F(BrokenImage, IsDiscardedAgainWhenThatFailed) {
    feed(event::DiscardFailed{image_copy, failure(Remedy::retry_later, "InternalError")});
    EXPECT_EQ(only<action::Wait>().time, retry_long);
    EXPECT_EQ(copy(image_copy).state, CopyState::accepted);

    feed(event::TimePassed{{image_copy}});

    EXPECT_EQ(only<action::DiscardImage>().image, ImageId("img-broken00"));
}

TEST_F(BrokenImage, ThatMayNotBeDeletedStaysKnownAsALeftover) {
    feed(event::DiscardFailed{image_copy, failure(Remedy::give_up, "UnauthorizedOperation")});

    EXPECT_EQ(backup.result, Result::failed);
    EXPECT_EQ(copy(image_copy).state, CopyState::failed);
    EXPECT_EQ(copy(image_copy).image, ImageId("img-broken00"));
    EXPECT_EQ(copy(image_copy).code, "CREATEFAILED");
    EXPECT_THAT(copy(image_copy).reason, HasSubstr("cannot be deleted"));
}

TEST_F(BrokenImage, ThatCannotBeDeletedForLongEndsTheBackup) {
    for (int i = 0; i < tries_least; ++i) {
        EXPECT_EQ(backup.state, BackupState::running);
        feed(event::DiscardFailed{image_copy, failure(Remedy::retry_later, "InternalError")});
    }

    EXPECT_EQ(copy(image_copy).state, CopyState::failed);
    EXPECT_EQ(backup.state, BackupState::finished);
}

TEST_F(BackupMachine, TheFenceBeginsWhenTheAnswerIsMissed) {
    intend_image();
    now += fence;  // the machine slept before the call went out
    feed(event::Refused{{image_copy}, failure(Remedy::look_first, "Timeout")});

    now += fence - 1s;
    feed(event::Looked{image_copy, std::nullopt, true});
    EXPECT_EQ(copy(image_copy).state, CopyState::intended);
    now += 1s;
    feed(event::Looked{image_copy, std::nullopt, true});

    EXPECT_EQ(copy(image_copy).state, CopyState::planned);
}

TEST_F(BackupMachine, ANameThatStaysTakenThoughNobodyShowsItIsLeft) {
    intend_image();
    feed(event::Refused{{image_copy}, failure(Remedy::look_first, "InvalidImageName.Duplicate")});
    now += fence;

    feed(event::Looked{image_copy, std::nullopt, true});

    EXPECT_EQ(copy(image_copy).attempt, 2);
    EXPECT_EQ(copy(image_copy).name, "cb-web-ins-00000001-20270104T021500Z-2");
}

TEST_F(BackupMachine, AnAnswerThatIsLostAgainAndAgainEndsTheBackup) {
    intend_image();
    for (int i = 0; i <= tries_least; ++i) {
        feed(event::Refused{{image_copy}, failure(Remedy::look_first, "Timeout")});
        now += retry_window;
        feed(event::Looked{image_copy, std::nullopt, true});
        feed(event::TurnCame{{image_copy}});
    }

    EXPECT_EQ(backup.result, Result::failed);
    EXPECT_THAT(copy(image_copy).reason, HasSubstr("never answered; last: the cloud says Timeout"));
}

class OffAndOn : public BackupMachine {
protected:
    OffAndOn() {
        backup.copies.resize(1);
        backup.power_off = true;
        backup.start_again = true;
    }
};

TEST_F(OffAndOn, FailsWhenTheInstanceIsGoneBeforeItsImageIsAskedFor) {
    feed(event::Resumed{});

    feed(event::InstanceSeen{std::nullopt});

    EXPECT_EQ(backup.result, Result::failed);
    EXPECT_THAT(copy(image_copy).reason, HasSubstr("does not exist any more"));
}

TEST_F(OffAndOn, FailsWhenTheInstanceMayNotBeLookedAt) {
    feed(event::Resumed{});

    feed(event::StartFailed{failure(Remedy::give_up, "UnauthorizedOperation")});

    EXPECT_EQ(backup.result, Result::failed);
    EXPECT_EQ(copy(image_copy).code, "UnauthorizedOperation");
}

TEST_F(OffAndOn, WaitsForAnInstanceThatCannotBeLookedAtButNotForEver) {
    feed(event::Resumed{});
    for (int i = 1; i < tries_least; ++i) {
        now += retry_window;
        feed(event::StartFailed{failure(Remedy::retry_later, "InternalError")});
        EXPECT_EQ(all<action::Wait>().size(), 1U);
    }

    feed(event::StartFailed{failure(Remedy::retry_later, "InternalError")});

    EXPECT_EQ(backup.result, Result::failed);
    EXPECT_EQ(copy(image_copy).code, "InternalError");
}

TEST_F(OffAndOn, SaysThatAnInstanceVanishedWhileItWasOff) {
    complete_image();

    feed(event::InstanceSeen{std::nullopt});

    EXPECT_TRUE(backup.not_started);
    EXPECT_THAT(backup.reasons.front(), HasSubstr("does not exist any more"));
}

TEST_F(OffAndOn, GivesUpAnInstanceThatNeverRuns) {
    complete_image();
    for (int i = 0; i < tries_least; ++i) {
        feed(event::InstanceSeen{"STARTING"});
        EXPECT_EQ(all<action::Wait>().size(), 1U);
    }
    now += start_window + 1s;

    feed(event::InstanceSeen{"STARTING"});

    EXPECT_TRUE(backup.not_started);
    EXPECT_THAT(backup.reasons.front(), HasSubstr("it is STARTING"));
}

TEST_F(BackupMachine, OnlyWaitsWhenNothingIsOrMayBeUnderWay) {
    EXPECT_FALSE(only_waits(backup));
    intend_image();
    EXPECT_FALSE(only_waits(backup));
    feed(event::Refused{{image_copy}, failure(Remedy::look_first, "Timeout")});
    EXPECT_FALSE(only_waits(backup));
    now += fence + 1s;
    feed(event::Looked{image_copy, std::nullopt, true});
    feed(event::TurnCame{{image_copy}});
    feed(event::Refused{{image_copy}, failure(Remedy::retry_later, "ResourceBusy")});
    EXPECT_FALSE(only_waits(backup)) << "the lost call may be why it is busy";
    feed(event::Looked{image_copy, std::nullopt, true});
    EXPECT_TRUE(only_waits(backup));
    complete_image();
    EXPECT_TRUE(only_waits(backup));
    feed(event::TurnCame{{shanghai_copy}});
    feed(event::ImageAccepted{shanghai_copy, ImageId("img-shanghai")});
    EXPECT_FALSE(only_waits(backup));
}

TEST_F(BackupMachine, AStartThatFailedMattersNoMoreWhenTheInstanceRuns) {
    backup.start_again = true;
    complete_image();
    feed(event::InstanceSeen{"RUNNING"});
    const Backup before = backup;

    feed(event::StartFailed{failure(Remedy::give_up, "InternalError")});
    feed(event::InstanceSeen{"STOPPED"});

    EXPECT_EQ(backup, before);
    EXPECT_THAT(actions, IsEmpty());
}

// The image of 50 GiB is complete, its export was asked for, and no answer came.
class LostExportAnswer : public BackupMachine {
protected:
    void SetUp() override {
        backup.data_disks.emplace_back();
        complete_image();
        feed(event::TurnCame{{export_copy}});
        feed(event::Refused{{export_copy}, failure(Remedy::look_first, "Timeout")});
    }

    bool asks_again_after(Duration time, const std::vector<StoredObject>& seen) {
        now += time;
        feed(event::ObjectsLooked{export_copy, seen});
        return !all<action::AwaitTurn>().empty();
    }
};

TEST_F(LostExportAnswer, WaitsAsLongAsALargeImageMayTake) {
    EXPECT_FALSE(asks_again_after(lost_export_wait + 49min, {}));
    EXPECT_EQ(copy(export_copy).state, CopyState::intended);
    EXPECT_TRUE(asks_again_after(1min, {}));
}

TEST_F(LostExportAnswer, WaitsForTheRestOfAnExportOfWhichAnObjectIsThere) {
    EXPECT_FALSE(asks_again_after(export_patience - 1min, {exported_disk("a", 5)}));
    EXPECT_TRUE(asks_again_after(1min, {exported_disk("a", 5)}));
}

TEST_F(LostExportAnswer, EndsToWaitForTheRestAlsoWhenTheDaemonStartsAnewEachNight) {
    int nights = 0;
    for (bool asked = false; !asked && nights < 20; ++nights) {
        feed(event::Resumed{});
        asked = asks_again_after(24h, {exported_disk("a", 5)});
    }
    EXPECT_EQ(nights, 7);
}

TEST_F(LostExportAnswer, WaitsNoLongerThanForAnExportThatWasAccepted) {
    copy(image_copy).size_gib = 32'000;

    EXPECT_FALSE(asks_again_after(export_patience - 1min, {}));
    EXPECT_TRUE(asks_again_after(1min, {}));
}

// What the lost call began may be why the next is refused.
TEST_F(LostExportAnswer, IsLookedForBeforeItIsAskedForOnceMore) {
    ASSERT_TRUE(asks_again_after(3h, {}));
    feed(event::TurnCame{{export_copy}});
    feed(event::Refused{
        {export_copy}, failure(Remedy::retry_later, "InvalidParameterValue.InvalidImageState")});
    EXPECT_THAT(only<action::Wait>().copies, ElementsAre(export_copy));
    now += 1min;

    feed(event::TimePassed{{export_copy}});
    EXPECT_EQ(only<action::FindObjects>().copy, export_copy);

    EXPECT_TRUE(asks_again_after(1s, {})) << "its time is over already";
}

TEST_F(LostExportAnswer, AskedForAgainIsNotBelievedAbsentByAnOlderLook) {
    ASSERT_TRUE(asks_again_after(3h, {}));
    feed(event::TurnCame{{export_copy}});

    feed(event::ObjectsLooked{export_copy, {}});

    EXPECT_EQ(copy(export_copy).state, CopyState::intended) << "the second call is on its way";
    EXPECT_TRUE(all<action::AwaitTurn>().empty());
}

TEST_F(BackupMachine, ACallThatOnlyEverWasRefusedIsNotLookedFor) {
    intend_image();
    for (int i = 0; i < 5; ++i) {
        feed(event::Refused{
            {image_copy}, failure(Remedy::retry_later, "MutexOperation.TaskRunning")});
        now += 1h;
        feed(event::TimePassed{{image_copy}});
        EXPECT_THAT(only<action::AwaitTurn>().copies, ElementsAre(image_copy));
        feed(event::TurnCame{{image_copy}});
    }
}

TEST_F(BackupMachine, AnExportWithFewerDisksThanAskedForIsNotCalledWhole) {
    backup.data_disks.emplace_back();
    complete_image();
    feed(event::TurnCame{{export_copy}});
    feed(event::ExportAccepted{export_copy, {web_prefix + "_xvda.qcow2"}});

    feed(event::ExportCompleted{export_copy, {exported_disk("a", 5)}});

    EXPECT_EQ(copy(export_copy).state, CopyState::done);
    EXPECT_EQ(copy(export_copy).code, "ObjectsMissing");
    EXPECT_THAT(backup.reasons.back(), HasSubstr("1 of the 2 disks"));
}

}  // namespace
}  // namespace cvmbackup::machine_test
