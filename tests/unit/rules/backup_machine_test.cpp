#include "backup_machine_fixture.hpp"

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
    feed(event::ExportAccepted{export_copy, {"web/x_system.qcow2"}});
    feed(event::ImageSettled{shanghai_copy, normal("img-shanghai")});
    feed(event::ExportCompleted{export_copy, {StoredObject{"web/x_system.qcow2", 1 << 20, "", ""}}}
    );
    EXPECT_EQ(backup.state, BackupState::running);

    feed(event::ImageSettled{beijing_copy, normal("img-beijing0")});

    EXPECT_EQ(backup.state, BackupState::finished);
    EXPECT_EQ(backup.result, Result::ok);
    EXPECT_EQ(copy(export_copy).size_gib, 1);
}

TEST_F(BackupMachine, ALostAnswerIsLookedForByNameAndAdopted) {
    intend_image();
    feed(event::Refused{{image_copy}, failure(Remedy::look_first, "Timeout")});
    EXPECT_EQ(copy(image_copy).state, CopyState::intended);
    now = only<action::Wait>().until;
    feed(event::TimePassed{{image_copy}});
    EXPECT_EQ(only<action::FindImage>().name, copy(image_copy).name);

    feed(event::Looked{image_copy, normal("img-found000")});

    EXPECT_EQ(only<action::WatchImage>().image, ImageId("img-found000"));
    EXPECT_EQ(copy(image_copy).state, CopyState::accepted);
}

TEST_F(BackupMachine, NothingIsAskedForAgainBeforeTheFenceHasPassed) {
    intend_image();
    feed(event::Refused{{image_copy}, failure(Remedy::look_first, "Timeout")});

    while (now < start + fence) {
        feed(event::Looked{image_copy, std::nullopt});
        EXPECT_EQ(copy(image_copy).state, CopyState::intended);
        EXPECT_LE(only<action::Wait>().until, start + fence);
        now = only<action::Wait>().until;
    }
    feed(event::Looked{image_copy, std::nullopt});

    EXPECT_EQ(only<action::AwaitTurn>().change, Change::create_image);
    EXPECT_EQ(copy(image_copy).name, "cb-web-ins-00000001-20270104T021500Z-1");
    EXPECT_EQ(copy(image_copy).attempt, 1);
}

TEST_F(BackupMachine, ATakenNameIsLookedAtAndAdopted) {
    intend_image();
    feed(event::Refused{{image_copy}, failure(Remedy::give_up, "InvalidImageName.Duplicate")});
    EXPECT_EQ(only<action::FindImage>().name, copy(image_copy).name);

    feed(event::Looked{image_copy, normal("img-earlier0")});

    EXPECT_EQ(copy(image_copy).image, ImageId("img-earlier0"));
    EXPECT_EQ(copy(image_copy).state, CopyState::accepted);
}

TEST_F(BackupMachine, ABusyInstanceIsTriedAgainWithGrowingPauses) {
    intend_image();
    feed(event::Refused{
        {image_copy}, failure(Remedy::retry_later, "OperationDenied.InstanceOperationInProgress")});
    const Duration first = only<action::Wait>().until - now;
    now += first;
    feed(event::TimePassed{{image_copy}});
    feed(event::TurnCame{{image_copy}});
    feed(event::Refused{
        {image_copy}, failure(Remedy::retry_later, "OperationDenied.InstanceOperationInProgress")});
    const Duration second = only<action::Wait>().until - now;

    EXPECT_GE(first, retry_first);
    EXPECT_GT(second, first);
    EXPECT_EQ(copy(image_copy).attempt, 1);
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
        {shanghai_copy, beijing_copy}, failure(Remedy::give_up, "ImageQuotaLimitExceeded")});

    const auto turns = all<action::AwaitTurn>();
    ASSERT_EQ(turns.size(), 2U);
    EXPECT_THAT(turns[0].copies, ElementsAre(shanghai_copy));
    EXPECT_THAT(turns[1].copies, ElementsAre(beijing_copy));
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
    complete_image();
    feed(event::TurnCame{{export_copy}});
    feed(event::Refused{{export_copy}, failure(Remedy::look_first, "Timeout")});
    feed(event::ObjectsLooked{export_copy, {}});
    EXPECT_EQ(copy(export_copy).state, CopyState::intended);

    feed(event::ObjectsLooked{export_copy, {StoredObject{"web/x_system.qcow2", 5, "", ""}}});

    EXPECT_EQ(only<action::WatchExport>().keys.front(), "web/x_system.qcow2");
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
    EXPECT_EQ(only<action::Wait>().until, now + retry_longest);

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
