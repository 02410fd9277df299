#include "backup_machine_fixture.hpp"

#include <set>

namespace cvmbackup::machine_test {
namespace {

TEST_F(BackupMachine, QueuesForTheLimiterBeforeItIntendsAnything) {
    feed(event::Resumed{});

    EXPECT_EQ(only<action::AwaitTurn>().change, Change::create_image);
    EXPECT_EQ(copy(image_copy).state, CopyState::planned);
    EXPECT_EQ(backup.state, BackupState::running);
}

TEST_F(BackupMachine, TheIntentIsInTheValueThatIsCommittedBeforeTheCallGoesOut) {
    intend_image();

    EXPECT_EQ(only<action::CreateImage>().request.name, copy(image_copy).name);
    EXPECT_EQ(copy(image_copy).state, CopyState::intended);
    EXPECT_EQ(copy(image_copy).intended_at, start);
}

TEST_F(BackupMachine, ReplicasTravelInOneCallBesideTheExport) {
    complete_image();

    const auto turns = all<action::AwaitTurn>();
    ASSERT_EQ(turns.size(), 2U);
    EXPECT_THAT(turns[0].copies, ElementsAre(shanghai_copy, beijing_copy));
    EXPECT_THAT(turns[1].copies, ElementsAre(export_copy));
    EXPECT_EQ(copy(image_copy).state, CopyState::done);
}

TEST_F(BackupMachine, IsOkWhenTheCloudSaidThatEveryCopyIsComplete) {
    complete_image();
    feed(event::TurnCame{{shanghai_copy, beijing_copy}});
    feed(event::TurnCame{{export_copy}});
    feed(event::ImageAccepted{shanghai_copy, ImageId("img-shanghai")});
    feed(event::ImageAccepted{beijing_copy, ImageId("img-beijing0")});
    feed(event::ExportAccepted{export_copy, {web_prefix + "_xvda.qcow2"}});
    feed(event::ImageSettled{shanghai_copy, normal("img-shanghai")});
    feed(event::ExportCompleted{export_copy, {exported_disk("a", 1 << 20)}});
    EXPECT_EQ(backup.state, BackupState::running);

    feed(event::ImageSettled{beijing_copy, normal("img-beijing0")});

    EXPECT_EQ(backup.state, BackupState::finished);
    EXPECT_EQ(backup.result, Result::ok);
    EXPECT_EQ(copy(export_copy).size_gib, 1);
}

TEST_F(BackupMachine, StampsOfTheFutureAreCorrectedAfterARestart) {
    intend_image();
    feed(event::ImageAccepted{image_copy, ImageId("img-source00")});
    now -= 24h * 365;

    feed(event::Resumed{});

    EXPECT_EQ(only<action::WatchImage>().age, Duration(0));
    EXPECT_EQ(copy(image_copy).accepted_at, now);
    EXPECT_EQ(backup.started, now);
}

TEST_F(BackupMachine, ATakenNameIsLookedAtAndAdopted) {
    intend_image();
    feed(event::Refused{{image_copy}, failure(Remedy::give_up, "InvalidImageName.Duplicate")});
    EXPECT_EQ(only<action::FindImage>().name, copy(image_copy).name);

    feed(event::Looked{image_copy, normal("img-earlier0")});

    EXPECT_EQ(copy(image_copy).image, ImageId("img-earlier0"));
    EXPECT_EQ(copy(image_copy).state, CopyState::accepted);
}

TEST_F(BackupMachine, ABusyInstanceIsTriedAgainUnderTheSameName) {
    intend_image();
    feed(event::Refused{
        {image_copy}, failure(Remedy::retry_later, "OperationDenied.InstanceOperationInProgress")});

    EXPECT_LE(only<action::Wait>().time, retry_first);
    feed(event::TimePassed{{image_copy}});
    EXPECT_EQ(only<action::AwaitTurn>().change, Change::create_image);
    EXPECT_EQ(copy(image_copy).attempt, 1);
}

TEST_F(BackupMachine, ACrowdThatWasRefusedComesBackSpreadOverGrowingPauses) {
    for (const auto& [tries, bound] : {std::pair(0, retry_first), std::pair(20, retry_long)}) {
        std::vector<Duration> pauses;
        for (std::int64_t id = 1; id <= 200; ++id) {
            backup = planned_backup();
            backup.copies.resize(1);
            backup.copies[0].id = CopyId(id);
            backup.copies[0].tries = tries;
            feed(event::Resumed{});
            feed(event::TurnCame{{CopyId(id)}});
            feed(event::Refused{{CopyId(id)}, failure(Remedy::retry_later, "HeldBack")});
            pauses.push_back(only<action::Wait>().time);
        }
        std::ranges::sort(pauses);

        EXPECT_GE(pauses.front(), bound / 2);
        EXPECT_LE(pauses.back(), bound);
        EXPECT_LT(pauses[50], bound * 7 / 10);
        EXPECT_GT(pauses[150], bound * 8 / 10);
    }
}

TEST_F(BackupMachine, AManyTimesRefusedCopyDoesNotDrawTheSameShortPauseForEver) {
    intend_image();
    std::set<Duration> pauses;
    for (int tries = 20; tries < 40; ++tries) {
        copy(image_copy).tries = tries;
        copy(image_copy).state = CopyState::intended;
        feed(event::Refused{{image_copy}, failure(Remedy::retry_later, "ResourceInUse")});
        pauses.insert(only<action::Wait>().time);
    }

    EXPECT_GT(pauses.size(), 15U);
}

TEST_F(BackupMachine, AnImageWithoutRoomInTheQuotaWaitsAndSaysWhy) {
    feed(event::Resumed{});

    feed(event::NoRoom{{image_copy}, "no room"});

    EXPECT_LE(only<action::Wait>().time, retry_first);
    EXPECT_EQ(copy(image_copy).state, CopyState::planned);
    EXPECT_EQ(copy(image_copy).reason, "no room");
}

TEST_F(BackupMachine, AnImageThatNeverFindsRoomIsQuarantined) {
    feed(event::Resumed{});
    now += retry_window;
    copy(image_copy).tries = tries_least;

    feed(event::NoRoom{{image_copy}, "no room"});

    EXPECT_EQ(backup.result, Result::failed);
    EXPECT_TRUE(copy(image_copy).quarantined);
    EXPECT_THAT(copy(image_copy).reason, HasSubstr("quarantined until the policy's next run"));
}

TEST_F(BackupMachine, ALostAnswerThatCannotBeLookedForDoesNotStayUnresolvedForEver) {
    intend_image();
    now += look_patience + 1s;
    copy(image_copy).tries = tries_least;

    feed(event::LookFailed{image_copy, failure(Remedy::retry_now, "Timeout")});

    EXPECT_EQ(backup.result, Result::failed);
    EXPECT_THAT(copy(image_copy).reason, HasSubstr("not known whether the cloud made it"));
}

TEST_F(BackupMachine, RefusalsEndWithTheirReasonAfterTheRetryWindow) {
    intend_image();
    now += retry_window;

    for (int tries = 0; tries < tries_least; ++tries) {
        EXPECT_EQ(backup.state, BackupState::running);
        feed(event::Refused{{image_copy}, failure(Remedy::retry_later, "ResourceInUse")});
        feed(event::TimePassed{{image_copy}});
        feed(event::TurnCame{{image_copy}});
    }
    feed(event::Refused{{image_copy}, failure(Remedy::retry_later, "ResourceInUse")});

    EXPECT_EQ(backup.result, Result::failed);
    EXPECT_EQ(copy(image_copy).code, "ResourceInUse");
    EXPECT_EQ(copy(shanghai_copy).state, CopyState::skipped);
}

TEST_F(BackupMachine, ARefusedImageFailsTheBackupAndItsCopiesAreSkipped) {
    intend_image();

    feed(event::Refused{{image_copy}, failure(Remedy::give_up, "ImageQuotaLimitExceeded")});

    EXPECT_EQ(backup.state, BackupState::finished);
    EXPECT_EQ(backup.result, Result::failed);
    EXPECT_THAT(backup.reasons.front(), HasSubstr("ImageQuotaLimitExceeded"));
    EXPECT_EQ(copy(export_copy).code, "NoImage");
}

TEST_F(BackupMachine, OneRefusedRegionDoesNotTakeTheOthersAlong) {
    complete_image();
    feed(event::TurnCame{{shanghai_copy, beijing_copy}});

    feed(event::Refused{
        {shanghai_copy, beijing_copy},
        failure(Remedy::give_up, "UnsupportedOperation.EncryptedImagesNotSupported")});

    const auto turns = all<action::AwaitTurn>();
    ASSERT_EQ(turns.size(), 2U);
    EXPECT_THAT(turns[0].copies, ElementsAre(shanghai_copy));
    EXPECT_THAT(turns[1].copies, ElementsAre(beijing_copy));
}

TEST_F(BackupMachine, WhereOneRegionIsFullOrGoneTheOthersMayHaveBegunAndAreLookedFor) {
    complete_image();
    feed(event::TurnCame{{shanghai_copy, beijing_copy}});

    feed(event::Refused{
        {shanghai_copy, beijing_copy}, failure(Remedy::give_up, "ImageQuotaLimitExceeded")});
    EXPECT_EQ(all<action::Wait>().size(), 2U);
    feed(event::TimePassed{{shanghai_copy, beijing_copy}});
    EXPECT_EQ(all<action::FindImage>().size(), 2U);

    feed(event::Looked{shanghai_copy, normal("img-shanghai")});
    EXPECT_EQ(copy(shanghai_copy).state, CopyState::accepted);
    now += fence;
    feed(event::Looked{beijing_copy, std::nullopt, true});
    EXPECT_THAT(only<action::AwaitTurn>().copies, ElementsAre(beijing_copy));
}

TEST_F(BackupMachine, WholeMachineImagesThatCannotBeReplicatedLeaveThePartOfTheBackupThatIsGood) {
    backup.copies.pop_back();
    backup.copies.pop_back();
    complete_image();
    feed(event::TurnCame{{shanghai_copy}});

    feed(event::Refused{
        {shanghai_copy}, failure(Remedy::give_up, "InvalidParameter.InstanceImageNotSupport")});

    EXPECT_EQ(backup.result, Result::partial);
    EXPECT_EQ(copy(shanghai_copy).state, CopyState::skipped);
}

TEST_F(BackupMachine, AFailedImageIsDiscardedAndMadeAnewUnderTheNextName) {
    intend_image();
    feed(event::ImageAccepted{image_copy, ImageId("img-broken00")});
    Image broken = normal("img-broken00");
    broken.state = ImageState::create_failed;
    broken.state_word = "CREATEFAILED";
    feed(event::ImageSettled{image_copy, broken});
    EXPECT_EQ(only<action::DiscardImage>().image, ImageId("img-broken00"));

    feed(event::Discarded{image_copy});

    EXPECT_EQ(copy(image_copy).attempt, 2);
    EXPECT_EQ(copy(image_copy).name, "cb-web-ins-00000001-20270104T021500Z-2");
    EXPECT_EQ(only<action::AwaitTurn>().change, Change::create_image);
}

TEST_F(BackupMachine, GivesUpAfterTheLastAttemptAndSaysHowOften) {
    intend_image();
    for (int attempt = 1; attempt <= attempts_max; ++attempt) {
        feed(event::ImageAccepted{image_copy, ImageId("img-vanishes")});
        feed(event::ImageVanished{image_copy});
        feed(event::TurnCame{{image_copy}});
    }

    EXPECT_EQ(backup.result, Result::failed);
    EXPECT_THAT(copy(image_copy).reason, HasSubstr("3 attempts"));
}

TEST_F(BackupMachine, AnImageWithFewerDisksThanAskedForIsNotCalledOk) {
    backup.copies.resize(1);
    backup.data_disks = {Disk{DiskId("disk-0000data"), 100, "CLOUD_PREMIUM", false}};

    complete_image();

    EXPECT_EQ(backup.result, Result::partial);
    ASSERT_FALSE(backup.reasons.empty());
    EXPECT_THAT(backup.reasons.front(), HasSubstr("1 of the 2 disks"));
}

TEST_F(BackupMachine, GoesOnAfterARestartWhereEachCopyStood) {
    complete_image();
    feed(event::TurnCame{{shanghai_copy, beijing_copy}});
    feed(event::ImageAccepted{shanghai_copy, ImageId("img-shanghai")});

    feed(event::Resumed{});

    EXPECT_EQ(all<action::WatchImage>().front().image, ImageId("img-shanghai"));
    EXPECT_EQ(all<action::FindImage>().front().copy, beijing_copy);
    EXPECT_THAT(all<action::AwaitTurn>().front().copies, ElementsAre(export_copy));
    EXPECT_EQ(actions.size(), 3U);
}

TEST_F(BackupMachine, ALostExportAnswerIsSettledByTheObjectsThemselves) {
    backup.data_disks.emplace_back();
    complete_image();
    feed(event::TurnCame{{export_copy}});
    feed(event::Refused{{export_copy}, failure(Remedy::look_first, "Timeout")});
    const StoredObject system = exported_disk("a", 5);
    feed(event::ObjectsLooked{export_copy, {system}});
    EXPECT_EQ(copy(export_copy).state, CopyState::intended) << "one of two disks";

    feed(event::ObjectsLooked{export_copy, {system, exported_disk("b", 5)}});

    EXPECT_EQ(only<action::WatchExport>().keys.size(), 2U);
}

TEST_F(BackupMachine, CancellingStopsWhatHasNotBegunAndWaitsForTheRest) {
    intend_image();
    feed(event::ImageAccepted{image_copy, ImageId("img-source00")});

    feed(event::CancelRequested{});
    EXPECT_EQ(copy(shanghai_copy).state, CopyState::cancelled);
    EXPECT_EQ(backup.state, BackupState::running);
    feed(event::ImageSettled{image_copy, normal("img-source00")});

    EXPECT_EQ(backup.state, BackupState::finished);
    EXPECT_EQ(backup.result, Result::partial);
}

TEST_F(BackupMachine, CancellingBeforeTheBeginIsAtOnce) {
    feed(event::CancelRequested{});

    EXPECT_THAT(actions, IsEmpty());
    EXPECT_EQ(backup.result, Result::cancelled);
}

TEST_F(BackupMachine, ABusySourceIsAskedForAgainWhenItsSiblingIsComplete) {
    complete_image();
    feed(event::TurnCame{{shanghai_copy}});
    feed(event::ImageAccepted{shanghai_copy, ImageId("img-shanghai")});
    feed(event::TurnCame{{export_copy}});
    feed(event::Refused{
        {export_copy}, failure(Remedy::retry_later, "InvalidParameterValue.InvalidImageState")});
    EXPECT_EQ(only<action::Wait>().time, retry_long);

    feed(event::ImageSettled{shanghai_copy, normal("img-shanghai")});

    EXPECT_THAT(only<action::AwaitTurn>().copies, ElementsAre(export_copy));
}

TEST_F(BackupMachine, LateAndRepeatedAnswersChangeNothing) {
    complete_image();
    const Backup before = backup;

    feed(event::ImageAccepted{image_copy, ImageId("img-other000")});
    feed(event::Looked{image_copy, normal("img-other000")});
    feed(event::Discarded{image_copy});
    feed(event::TurnCame{{image_copy}});

    EXPECT_EQ(backup, before);
    EXPECT_THAT(actions, IsEmpty());
}

}  // namespace
}  // namespace cvmbackup::machine_test
